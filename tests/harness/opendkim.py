"""OpenDKIM as a signing milter, and a verifier of another make: what a receiver finds in DNS is a dictionary."""

import shutil
import socket
import subprocess

import dkim

from .processes import PATIENCE, Process, eventually, free_port

SELECTOR = "one"


class OpenDkim:
    """Signs for `domain` whatever a milter conversation on `address` brings."""

    def __init__(self, place, domain):
        self.domain = domain
        self.port = free_port()
        folder = place.folder("opendkim", 0o700)
        key = folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "PEM"], check=True,
                                capture_output=True, text=True).stdout
        self.record = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])
        config = folder / "opendkim.conf"
        config.write_text(f"""
Mode s
Socket inet:{self.port}@127.0.0.1
Domain {domain}
Selector {SELECTOR}
KeyFile {key}
Canonicalization relaxed/simple
Syslog no
# The folder of the tests is below /tmp, which others may write to.
RequireSafeKeys no
TrustAnchorFile /dev/null
UserID root
""")
        self.process = Process([shutil.which("opendkim") or "/usr/sbin/opendkim", "-f", "-x", config],
                               folder / "output")
        place.own(self)
        eventually(self._listens, lambda: "OpenDKIM to listen:\n" + self.process.text())

    def _listens(self):
        with socket.socket() as probe:
            probe.settimeout(PATIENCE)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def milter(self):
        """As Postfix names it."""
        return f"{{ inet:127.0.0.1:{self.port}, default_action=tempfail }}"

    def verifies(self, message):
        """Whether the message's signature holds."""
        wanted = f"{SELECTOR}._domainkey.{self.domain}.".encode()

        def record(name, timeout=5):
            return self.record.encode() if name == wanted else None
        return dkim.verify(message, dnsfunc=record)

    def stop(self):
        self.process.kill()
