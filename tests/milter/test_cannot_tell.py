"""What a rule does that cannot tell: whatever the cause, the sender, the log and the metrics say why.

Each cause comes in a message of its own, to a daemon whose rule would refuse what it finds.
"""

import os
import pathlib
import re
import shutil
import signal
import threading

import pytest
from harness.daemon import program
from harness.letters import letter, nested
from harness.milter_client import MilterClient, deliver

from test_attachments import attached, locked, readers_of, zipped

LUHN = " valid luhn"
# More attempts at one place than an expression may make; "$" with m keeps it in its line.
EXPLODING = r"text =~ /^(?:(?:a+)+)+\d$/m"
EXPLOSIVE = letter("a" * 200 + "b\n")
LONG = letter("All work and no play makes Jack a dull boy.\n" * 100)
SECRET = 'text has "blue moon"'


def parts(count, headers="Content-Type: text/plain"):
    return letter(f"--b\n{headers}\n\nx\n" * count + "--b--\n",
                  fields=["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"])


def links(count):
    return letter("".join(f"https://jack{number}.example/\n" for number in range(count)))


def torn():
    return attached(zipped(("note.txt", os.urandom(5000)))[:2000])


def outlook():
    """The magic of a compound file (MS-CFB 2.2) and nothing that it announces."""
    return attached(bytes.fromhex("d0cf11e0a1b11ae1") + b"\xff" * 600, name="a.doc",
                    kind="application/msword")


# name: (condition, message, why)
CAUSES = {
    "expression": (EXPLODING, EXPLOSIVE, "an expression used up its budget"),
    "words": (EXPLODING + LUHN, EXPLOSIVE, "looking for words and numbers took too long"),
    "long text": (SECRET, LONG, "more text than is read"),
    "long raw": (r"raw =~ /blue moon/", LONG, "more text than is read"),
    "nesting": (SECRET, nested(1000, "x"), "nested (deeper than is read|in a way that takes too long to read)"),
    "parts": (SECRET, parts(10_001), "more parts than are read"),
    "links": (r"links =~ /moon/", links(10_001), "more links than are read"),
    "attachments": ("attachment.count > 20000",
                    parts(10_001, "Content-Disposition: attachment; filename=a.bin"),
                    "more (parts|attachments) than are read"),
    "torn archive": ('attachment.text has "blue moon"', torn(),
                     "an attachment (is damaged|can be read in different ways)"),
    "old document": ('any-text has "blue moon"', outlook(), "an attachment (is damaged|has a format .*)"),
    "client": ("client-ip in [ 192.0.2.9 ]", letter(), "the client's address is not known"),
}
LIMITED = {"long text", "long raw"}


def rule(condition, on_error="", mode="", limited=False):
    head = "text-limit 1K\n" if limited else ""
    error = f"on-error {on_error};" if on_error else ""
    switch = f"mode {mode};" if mode else ""
    return head + f'rule x {{ when {condition}; {error} {switch} reject 550 5.7.1 "found" }}'


def metric(daemon, name, **labels):
    series = name + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"
    found = re.search(rf"(?m)^{re.escape(series)} (\S+)$", daemon.ctl("metrics")[1])
    return float(found.group(1)) if found else 0


def told(daemon):
    """Why rule x could not tell, as the log says."""
    line = daemon.expect_log(r"unsure=")
    return re.search(r'unsure="x: ([^"]*)"', line).group(1)


def assert_deferred_with(daemon, outcome, why):
    """To the sender, in the log and in the metrics in the same words."""
    found = re.match(r"451 4\.7\.1 This message could not be checked \((.*?)\); try again later", outcome.reply)
    assert found and re.fullmatch(why, found.group(1)), outcome.reply
    assert "(rule x)" in outcome.reply
    reason = found.group(1)
    assert told(daemon) == reason
    assert metric(daemon, "spillway_rule_cannot_tell_total", rule="x", reason=reason) == 1
    assert metric(daemon, "spillway_messages_total", by="rule x", verdict="defer") == 1
    assert f"x  1  {reason}\n" in daemon.ctl("rules")[1]


@pytest.mark.parametrize("cause", CAUSES)
def test_the_sender_the_log_and_the_metrics_say_why(spillwayd, cause):
    condition, message, why = CAUSES[cause]
    daemon = spillwayd(rule(condition, limited=cause in LIMITED))
    outcome = deliver(daemon.address, message, ip=None if cause == "client" else "192.0.2.7")
    assert_deferred_with(daemon, outcome, why)


WHY = "more text than is read"


@pytest.mark.parametrize("on_error, reply, held", [
    ("match", "550 5.7.1 found (rule x)", None),
    ("no-match", "250", None),
    ("quarantine", "250", f"rule x: could not be checked ({WHY})"),
])
def test_each_on_error_does_what_it_says_and_is_told(spillwayd, on_error, reply, held):
    daemon = spillwayd(rule(SECRET, on_error, limited=True))
    outcome = deliver(daemon.address, LONG)
    assert outcome.reply == reply
    assert (outcome.message.quarantined is not None) == (held is not None)
    if held:
        assert outcome.message.values("X-Spillway-Quarantine") == [held]
        daemon.expect_log(re.escape(f'reason="{held}"'))
    assert told(daemon) == WHY
    assert metric(daemon, "spillway_rule_cannot_tell_total", rule="x", reason=WHY) == 1


def test_what_was_found_before_the_end_is_found(spillwayd):
    daemon = spillwayd(rule(SECRET, limited=True))
    assert deliver(daemon.address, letter("blue moon\n" + "x\n" * 2000)).reply.startswith("550")
    assert not daemon.log_lines("unsure=")
    assert metric(daemon, "spillway_rule_cannot_tell_total", rule="x", reason=WHY) == 0


def test_a_rule_in_audit_only_says_so(spillwayd):
    daemon = spillwayd(rule(SECRET, mode="audit", limited=True))
    assert deliver(daemon.address, LONG).reply == "250"
    assert told(daemon) == WHY
    assert metric(daemon, "spillway_rule_cannot_tell_total", rule="x", reason=WHY) == 1


def test_each_of_two_rules_has_its_own_reason_and_the_first_answers(spillwayd):
    daemon = spillwayd("text-limit 1K\n" + f'rule first {{ when {EXPLODING}; reject }}\n'
                       f'rule second {{ when {SECRET}; reject }}\n')
    reply = deliver(daemon.address, letter("a" * 200 + "b\n" + "x\n" * 1000)).reply
    assert "(an expression used up its budget)" in reply and "(rule first)" in reply
    line = daemon.expect_log("unsure=")
    assert 'unsure="first: an expression used up its budget"' in line
    assert f'unsure="second: {WHY}"' in line


def test_a_later_refusal_outranks_a_rule_that_cannot_tell(spillwayd):
    daemon = spillwayd(rule(SECRET, limited=True) + '\nrule y { when subject = Greetings; on-error match; '
                       'tag y; reject 550 5.7.1 "later" }')
    assert deliver(daemon.address, LONG).reply == "550 5.7.1 later (rule y)"


def test_a_policy_that_needs_the_body_only_now_is_given_it(spillwayd):
    """On a connection that was there before the reload."""
    daemon = spillwayd("rule x { when subject = Monday; reject }")
    with MilterClient(daemon.address) as client:
        client.connect()
        daemon.reload(rule(SECRET), expect="generation 2 loaded")
        outcome = client.send(letter("a blue moon\n"))
    assert outcome.reply == "550 5.7.1 found (rule x)"


def test_a_campaign_whose_counter_is_silent(spillwayd, redis):
    daemon = spillwayd(rule("campaign > 1000 in 1h"), counters=redis.url)
    redis.kill()
    outcome = deliver(daemon.address, letter())
    assert_deferred_with(daemon, outcome, "the mailing's size could not be asked")


def children_of(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def test_an_attachment_that_takes_its_reader_over(spillwayd):
    """As if the document had crashed it; so many entries that there is time to."""
    daemon = spillwayd(rule('attachment.text has "blue moon"'))
    message = attached(zipped(*((f"{number}.txt", f"page {number}") for number in range(15_000))))
    outcomes = []
    sender = threading.Thread(target=lambda: outcomes.append(deliver(daemon.address, message)))
    sender.start()
    while sender.is_alive():
        for reader in [child for keeper in readers_of(daemon) for child in children_of(keeper)]:
            try:
                os.kill(reader, signal.SIGKILL)
            except ProcessLookupError:
                pass
    sender.join()
    assert_deferred_with(daemon, outcomes[0], "an attachment could not be read: the reading process died")
    assert deliver(daemon.address, attached(zipped(("a.txt", "the blue moon")))).reply.startswith("550")


def test_a_program_for_attachments_that_is_not_there(spillwayd, place, monkeypatch):
    alone = place.folder("alone")
    for name in ("spillwayd", "spillwayctl"):
        shutil.copy(program(name), alone / name)
    monkeypatch.setenv("SPILLWAY_BIN", str(alone))
    daemon = spillwayd(rule('attachment.text has "blue moon"'))
    outcome = deliver(daemon.address, attached(zipped(("a.txt", "the blue moon"))))
    assert_deferred_with(daemon, outcome,
                         "an attachment could not be read: no reading process could be started")


# ---- what is never "cannot tell": conditions that say what the contents are ----

PREDICATES = """
text-limit 20K
rule broken { when unreadable; tag unreadable; add-header "X-Is" "unreadable" }
rule closed { when encrypted; add-header "X-Is" "encrypted" }
rule cut    { when truncated; add-header "X-Is" "truncated" }
"""


def text_in(charset):
    return letter("Hello.\n", fields=["MIME-Version: 1.0", f"Content-Type: text/plain; charset={charset}"])


@pytest.mark.parametrize("message, wanted", [
    (letter(), []),
    (text_in("no-such-charset"), ["unreadable"]),
    (letter("x\n", fields=["Content-Transfer-Encoding: x-rot13"]), ["unreadable"]),
    (torn(), ["unreadable"]),
    (letter("x\n", fields=["Content-Type: message/external-body; access-type=URL"]), ["unreadable"]),
    (attached(locked(zipped(("note.txt", "x" * 100)))), ["encrypted"]),
    (letter("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n"), ["encrypted"]),
    (letter("All work and no play makes Jack a dull boy.\n" * 1000), ["truncated"]),
], ids=["ordinary", "charset", "transfer encoding", "torn archive", "elsewhere", "locked archive",
        "PGP", "long"])
def test_unreadable_encrypted_and_truncated_are_yes_or_no(spillwayd, message, wanted):
    daemon = spillwayd(PREDICATES)
    outcome = deliver(daemon.address, message)
    assert outcome.reply == "250"
    assert outcome.message.values("X-Is") == wanted
    assert not daemon.log_lines("unsure=")
