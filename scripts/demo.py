"""The demonstration that scripts/demo builds up to: six messages, what became of each, and why.

Everything runs on free loopback ports in a temporary folder and is gone at the end.
"""

import os
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Spillwayd  # noqa: E402
from harness.letters import html, letter  # noqa: E402
from harness.postfix import Postfix, Refused, submit  # noqa: E402
from harness.processes import Place  # noqa: E402
from harness.sink import Sink  # noqa: E402

ANN, NEWS = "ann@customer.example", "news@shop.example"
BOB = "bob@else.example"
WIDTH = 100

OWNED = """\
ann@customer.example   customer.example
news@shop.example      shop.example
"""

POLICY = """\
map owned pairs file maps/owned

limit domain-hour {
    scope domain
    count recipients
    rate  500 / 1h
    over  reject 552 5.7.1 "%{limit}: %{used} of %{max} recipients this hour; next free %{next}"
}

rule abuse-report { remove-header "X-Abuse-Report"; add-header "X-Abuse-Report" "abuse@%{domain}" }
rule from-owned   { when auth and not from in owned[user]; reject 550 5.7.1 "This From is not yours" }
rule too-many     { when recipients > 100; reject 550 5.5.3 "More than 100 recipients" }
rule gambling     { when text has "guaranteed winnings"; reject 550 5.7.1 "Prohibited content" }
rule patients     { when text =~ /\\bMRN[ :#]*\\d{6,10}\\b/i; quarantine "patient number" }
"""

# The settings without which the log would be the same and the page longer.
QUIET = re.compile(r"\b(account|client|size|micros)=\S+ ?")


class Page:
    """Calm output: one colour a meaning on a terminal, plain text elsewhere."""

    COLOURS = {"bold": "1", "dim": "2", "good": "32", "bad": "31", "held": "33"}

    def __init__(self):
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def style(self, text, colour):
        return f"\033[{self.COLOURS[colour]}m{text}\033[0m" if self.coloured else text

    def title(self, text):
        print(f"\n{self.style(text, 'bold')}")

    def text(self, text):
        print(textwrap.fill(text, WIDTH))

    def block(self, text):
        for line in text.rstrip().splitlines():
            print(self.style(f"    {line}".rstrip(), "dim"))

    def line(self, label, text, colour=None):
        indent = " " * 19
        rows = textwrap.wrap(text, WIDTH - len(indent), break_on_hyphens=False) or [""]
        rows = [self.style(row, colour) if colour else row for row in rows]
        print(f"    {label:<15}" + ("\n" + indent).join(rows))


def people(recipients):
    return recipients[0] if len(recipients) == 1 else f"{len(recipients)} recipients"


def from_field(message):
    return re.search(r"(?m)^From: (.*)$", message).group(1)


def decision(record):
    """"reject by rule from-owned", from a log line."""
    verdict = re.search(r"verdict=(\S+)", record).group(1)
    by = re.search(r'by="([^"]*)"', record)
    return f"{verdict} by {by.group(1)}" if by else verdict


class Demonstration:
    def __init__(self, place, page):
        self.page, self.number = page, 0
        self.sink = place.own(Sink())
        place.write("spillwayd/maps/owned", OWNED)
        socket = place.folder("postfix/spool/spillway") / "milter.sock"
        self.daemon = Spillwayd(place, POLICY, listen=f"unix:{socket} mode 0660 group postfix")
        self.postfix = Postfix(place, self.sink, [ANN, NEWS])

    def act(self, title, message, *, login=ANN, recipients=(BOB,), because):
        """Sends a message and tells what everybody saw of it."""
        self.number += 1
        page = self.page
        page.title(f"{self.number}  {title}")
        logged, arrived = len(self.records()), len(self.sink.messages)
        page.line("Sent by", f"{login}, to {people(recipients)}; From: {from_field(message)}")
        reply, taken = self.send(message, login, recipients)
        page.line("Was told", reply, "good" if taken else "bad")
        for record in self.records()[logged:]:
            page.line("Decision", decision(record) + ": " + because)
            page.line("Log line", QUIET.sub("", record).strip(), "dim")
        if taken:
            self.tell_arrival(arrived)
        else:
            page.line("Arrived", "nothing")

    def send(self, message, login, recipients):
        """The final reply, as a mail program would show it, and whether the message was taken."""
        with self.postfix.client(login) as client:
            try:
                return submit(client, message, login, recipients), True
            except Refused as refusal:
                return f"{refusal.code} {refusal.text}", False

    def records(self):
        return [line[line.index("queue-id="):] for line in self.daemon.log_lines("verdict=")]

    def tell_arrival(self, before):
        if held := self.postfix.held():
            self.page.line("Arrived", f"nothing yet: {held[0]['queue_id']} waits in Postfix's hold "
                                      f"queue; postsuper -H sends it on", "held")
            return
        message = self.sink.expect(before + 1)[-1]
        self.page.line("Arrived", f"at {people(message.recipients)}, with X-Abuse-Report: "
                                  + ", ".join(message.header("X-Abuse-Report")), "good")

    def use_up_an_hour(self):
        """500 recipients of one domain, in five messages."""
        for batch in range(5):
            readers = [f"reader{batch}-{number}@else.example" for number in range(100)]
            self.postfix.send(letter(sender=NEWS), sender=NEWS, recipients=readers, login=NEWS)


def main():
    page = Page()
    with Place() as place:
        page.title("Spillway: what may leave, in what form, and what is counted")
        show = Demonstration(place, page)
        page.text(f"Postfix listens on 127.0.0.1:{show.postfix.submission_port} and asks spillwayd about "
                  "every message. The policy:")
        print()
        page.block(POLICY)

        show.act("An ordinary message", letter(),
                 because="nothing objected; it was counted, and told where to report abuse")
        show.act("A From that belongs to somebody else", letter(sender="The Boss <boss@bank.example>"),
                 because="the login owns customer.example, and the From field shows bank.example")
        show.act("A forbidden phrase, hidden in base64 HTML",
                 html("<p>Your <b>guar</b>anteed&nbsp;w&#105;nn<!-- x -->ings are waiting</p>"),
                 because="the text is read as a person would read it")
        show.act("A hundred and one recipients", letter(),
                 recipients=[f"friend{number}@else.example" for number in range(101)],
                 because="one recipient more than a message may have")
        show.act("Something a person should look at first", letter("Results for MRN 12345678.\n"),
                 because="a pattern matched, and the rule says to hold it")
        show.use_up_an_hour()
        show.act("The 501st recipient of an hour", letter(sender=NEWS), login=NEWS,
                 because="shop.example has sent to 500 people within the hour")

        page.title("What is counted (spillwayctl counters)")
        page.block(show.daemon.ctl("counters")[1])
    print("\nEverything is stopped and removed.")


if __name__ == "__main__":
    main()
