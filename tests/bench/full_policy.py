"""The policy of scripts/bench --full, and how fast Postfix takes mail with it."""
import pathlib
import subprocess
import time

from bench import rule_books
from harness.daemon import program
from harness.postfix import Postfix
from harness.processes import eventually

CONF = pathlib.Path(__file__).resolve().parent / "full.conf"


def policy(folder):
    """As text; its key file is made in the folder."""
    keys = folder / "abuse.keys"
    subprocess.run([program("spillwayctl"), "abuse-key", "new", "--keys", keys], check=True,
                   stdout=subprocess.DEVNULL)
    return "\n".join([f"abuse-keys {keys}", CONF.read_text(), *rule_books.twenty()])


class Discarding:
    """The part of a sink's face that Postfix asks for; nothing is delivered to it."""

    port = 25


def postfix(place, variant):
    """A Postfix that takes mail from this machine and throws it away."""
    settings = {"default_transport": "discard:", "milter_default_action": "tempfail",
                "smtpd_recipient_restrictions": "permit_mynetworks, reject"}
    return Postfix(place, Discarding, name=f"postfix-{variant}", settings=settings)


def messages_per_second(server, messages, reuse):
    """2 kB each, to one recipient, over 8 connections at a time: all by the same, or one a message."""
    began = time.monotonic()
    subprocess.run(["smtp-source", *(["-d"] if reuse else []), "-s", "8", "-m", str(messages),
                    "-l", "2000", "-f", "ann@customer7.example", "-t", "bob@else.example",
                    f"127.0.0.1:{server.smtp_port}"], check=True)
    rate = messages / (time.monotonic() - began)
    eventually(lambda: not server.queued(), "Postfix to have an empty queue")
    return rate
