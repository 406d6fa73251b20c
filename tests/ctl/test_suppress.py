"""spillwayctl suppress: recipients who are not to be written to any more."""

import csv
import io
import json

import pytest
from harness.letters import letter
from harness.milter_client import deliver
from harness.processes import eventually
from operators import ACCOUNTS, ANN, EVE, Shop

POLICY = """
rule asked-not-to {
    when   rcpt suppressed
    reject 550 5.7.1 "%{suppression}"
}
"""
BOB, DORA = "bob@else.example", "dora@else.example"


def send(at, *recipients, login=ANN):
    return deliver(at.daemon.address, letter(), user=login, sender=f"<{login}>",
                   recipients=[f"<{one}>" for one in recipients])


def refused(at, recipient, login=ANN):
    """The reply to a message to this one recipient."""
    return send(at, recipient, login=login).reply


def exported(at):
    return list(csv.DictReader(io.StringIO(at.done("suppress", "export"))))


def test_a_suppressed_recipient_is_refused_alone_and_the_others_go_on(shop):
    at = shop(POLICY)
    assert "250" == refused(at, BOB)  # which is remembered, and then known better
    at.done("suppress", "add", BOB.upper(), "--reason", "complaint", "--note", "he swore at us")
    outcome = send(at, BOB, DORA)
    assert outcome.delivered_to == [f"<{DORA}>"]
    reply = refused(at, BOB)
    assert reply.startswith("550 5.7.1 the recipient is suppressed after a complaint on 20")
    assert "swore" not in reply and "asked-not-to" in reply
    at.done("suppress", "del", BOB)
    assert "250" == refused(at, BOB)
    assert "is not suppressed" in at.refused("suppress", "del", BOB)


def test_scopes_stop_only_their_own_mail(shop):
    at = shop(POLICY)
    at.done("suppress", "add", BOB, "--domain", "customer.example")
    assert refused(at, BOB).startswith("550") and refused(at, BOB, login=EVE) == "250"
    at.done("suppress", "add", "third.example", "--reason", "bounce")
    assert "a bounce" in refused(at, "any@third.example", login=EVE)


def test_an_account_has_entries_of_its_own(shop):
    at = shop(ACCOUNTS + POLICY)
    at.done("suppress", "add", BOB, "--account", "acme")
    assert refused(at, BOB).startswith("550") and refused(at, BOB, login=EVE).startswith("550")
    assert refused(at, BOB, login="x@stranger.example") == "250"


def test_an_entry_ends_by_itself(shop):
    at = shop(POLICY)
    at.done("suppress", "add", BOB, "--for", "1s")
    assert refused(at, BOB).startswith("550")
    eventually(lambda: refused(at, BOB) == "250", "the end of the entry")
    eventually(lambda: at.done("suppress", "list") == "nobody is suppressed", "it to be forgotten")


def test_operators_changes_are_logged_without_the_complainers_words(shop):
    at = shop(POLICY)
    at.done("suppress", "add", BOB, "--reason", "complaint", "--note", "very secret words")
    assert at.daemon.expect_log(f"{BOB} is suppressed \\(complaint\\), by ")
    at.done("suppress", "del", BOB)
    assert at.daemon.expect_log(f"{BOB} is suppressed no longer, by ")
    assert "secret" not in at.daemon.log()


def test_export_and_import_are_a_round_trip(shop, place):
    at = shop(POLICY)
    at.done("suppress", "add", BOB, "--reason", "complaint", "--source", 'a, "loop"',
            "--note", "two\nlines \u263a")
    at.done("suppress", "add", "third.example", "--account", "uid 33", "--for", "90d")
    at.done("suppress", "add", DORA, "--domain", "customer.example", "--reason", "unsubscribe")
    before = at.done("suppress", "export")
    rows = {row["target"]: row for row in exported(at)}
    assert rows[BOB]["source"] == 'a, "loop"' and rows[BOB]["note"] == "two\nlines \u263a"
    assert rows["third.example"]["owner"] == "uid 33" and rows["third.example"]["until"]
    file = place.write("list.csv", before)
    for target, *scope in ((BOB,), ("third.example", "--account", "uid 33"),
                           (DORA, "--domain", "customer.example")):
        at.done("suppress", "del", target, *scope)
    assert exported(at) == []
    assert at.done("suppress", "import", file) == "imported 3, left out 0 that had ended"
    assert sorted(at.done("suppress", "export").splitlines()) == sorted(before.splitlines())


def test_a_file_of_addresses_alone_is_taken_too(shop, place):
    at = shop(POLICY)
    file = place.write("list.txt", "\ufeff" + "".join(f"p{n}@else.example\r\n" for n in range(2500)))
    assert at.json("suppress", "import", file, "--reason", "bounce")["added"] == 2500
    assert "a bounce" in refused(at, "p2499@else.example")
    listed = at.json("suppress", "list")["entries"]
    assert len(listed) == 2500 and {entry["cause"] for entry in listed} == {"bounce"}
    assert len(at.json("suppress", "list", "p249")["entries"]) == 11


@pytest.mark.parametrize("text, mistake", [
    ("target,colour\na@b.example,red\n", 'unknown column "colour"'),
    ("target,reason\na@b.example,anger\n", 'unknown reason "anger"'),
    ("target\nnobody\n", "neither an address nor a domain"),
    ("target,until\na@b.example,tomorrow\n", "expected 2026-11-23T12:00:00Z"),
    ('target\n"a@b.example\n', "a quote is not closed"),
    ("target,scope\na@b.example,account\n", "whose account or domain is not said"),
])
def test_mistakes_of_a_file_are_told_with_their_line(shop, place, text, mistake):
    at = shop(POLICY)
    told = at.refused("suppress", "import", place.write("list.csv", text))
    assert mistake in told and "line" in told or "column" in told
    assert exported(at) == []


def test_the_list_outlives_a_kill(shop):
    at = shop(POLICY)
    at.done("suppress", "add", BOB)
    at.done("suppress", "add", DORA)
    at.done("suppress", "del", DORA)
    for _ in range(2):
        at.daemon.kill()
        at.daemon.start()
        assert refused(at, BOB).startswith("550") and refused(at, DORA) == "250"


def test_machines_on_one_redis_share_the_list(spillwayd, redis):
    first, second = (Shop(spillwayd(POLICY, counters=redis.url, name=name)) for name in ("a", "b"))
    first.done("suppress", "add", BOB)
    assert refused(second, BOB).startswith("550")
    assert json.loads(second.done("suppress", "list", "--json"))["entries"][0]["target"] == BOB


def test_a_silent_redis_defers_who_is_not_known_and_keeps_refusing_who_is(spillwayd, redis):
    at = Shop(spillwayd(POLICY, counters=redis.url))
    at.done("suppress", "add", BOB)
    assert refused(at, BOB).startswith("550")
    redis.pause()
    try:
        assert refused(at, BOB).startswith("550")
        assert refused(at, DORA).startswith("451")
    finally:
        redis.resume()
    eventually(lambda: refused(at, DORA) == "250", "the list to answer again")


def test_on_error_no_match_writes_on_while_redis_is_silent(spillwayd, redis):
    policy = POLICY.replace("when ", "on-error no-match; when ")
    at = Shop(spillwayd(policy, counters=redis.url))
    redis.pause()
    try:
        assert refused(at, DORA) == "250"
    finally:
        redis.resume()
