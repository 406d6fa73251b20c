"""What the tests of the operators' verbs share: one policy with every scope, and who sends."""

import json

from harness.letters import letter
from harness.milter_client import deliver

ANN, DAN, EVE = "ann@customer.example", "dan@customer.example", "eve@other.example"
CLIENT = "192.0.2.7"

# Both domains are one customer's.
ACCOUNTS = """
map accounts pairs inline [ "customer.example acme", "other.example acme" ]
accounts accounts
"""


def limit(scope, rate="2 / 1h", name="sold", unit="recipients"):
    return f"limit {name} {{ scope {scope}; count {unit}; rate {rate} }}\n"


class Shop:
    """A daemon with a policy; mail through it, and spillwayctl as its operator uses it."""

    def __init__(self, daemon):
        self.daemon = daemon

    def send(self, login=ANN, recipients=1, domain="else.example", ip=CLIENT, sender=None):
        """One message; the reply's text."""
        names = [f"<person{number}@{domain}>" for number in range(recipients)]
        return deliver(self.daemon.address, letter(), ip=ip, user=login,
                       sender=f"<{sender or login}>", recipients=names).reply

    def ctl(self, *words):
        """(exit code, output without the last line end)"""
        code, text = self.daemon.ctl(*words)
        return code, text.rstrip("\n")

    def done(self, *words):
        """What a verb says that must succeed."""
        code, text = self.ctl(*words)
        assert code == 0, text
        return text

    def json(self, *words):
        return json.loads(self.done(*words, "--json"))

    def refused(self, *words):
        """What a verb says that must not."""
        code, text = self.ctl(*words)
        assert code == 1, text
        return text.removeprefix("spillwayctl: ")

    def counts(self):
        return self.daemon.counts()
