"""spillwayctl test --diff: the message before and after."""

import subprocess

import pytest
from harness.letters import letter

POLICY = """
rule branded {
    when   auth
    remove-header "X-Mailer"
    add-header    "X-Abuse-Report" "abuse@%{domain}"
}
rule strangers { when from.domain in [ "bad.example" ]; reject }
"""
MESSAGE = letter(fields=["X-Mailer: one", " folded", "x-mailer: two", "X-Last: kept"])


@pytest.fixture
def rehearse(place, ctl):
    config = place.write("test.conf", POLICY)
    return lambda message, *words: ctl("-f", config, "test", "-", *words, stdin=message)


def diff_in(text):
    return text[text.index("--- before"):]


def test_the_diff_shows_what_is_removed_and_added(rehearse):
    shown = diff_in(rehearse(MESSAGE, "--as", "ann@customer.example", "--diff").stdout)
    assert shown == """\
--- before
+++ after
@@ -1,9 +1,7 @@
 From: Ann <ann@customer.example>
 To: bob@else.example
 Subject: Greetings
-X-Mailer: one
- folded
-x-mailer: two
 X-Last: kept
+X-Abuse-Report: abuse@customer.example
 
 Hello Bob.
"""


def test_patch_makes_the_one_of_the_other(rehearse, place):
    long = "".join(f"line {number}\n" for number in range(50))
    message = letter(long, fields=["X-Mailer: a", *(f"X-{n}: v" for n in range(20)), "X-Mailer: b"])
    shown = diff_in(rehearse(message, "--as", "ann@customer.example", "--diff").stdout)
    assert shown.count("@@ -") == 2
    file = place.write("message", message)
    subprocess.run(["patch", "-s", file], input=shown.encode(), check=True)
    after = open(file).read()
    assert "X-Mailer" not in after and after.index("X-Abuse-Report") > after.index("X-19")
    assert after.endswith(long)


def test_a_message_that_leaves_as_it_is_or_not_at_all_says_so(rehearse):
    assert rehearse(MESSAGE, "--diff").stdout.endswith("the message leaves as it is\n")
    told = rehearse(letter(sender="x@bad.example"), "--diff", "--as", "ann@customer.example").stdout
    assert told.endswith("the message does not leave: nothing is edited\n")


def test_nothing_in_a_message_drives_the_terminal(rehearse):
    message = letter("\x1b[31mred\x07\n", fields=["X-Mailer: \x1b]0;owned\x07"])
    shown = rehearse(message, "--as", "ann@customer.example", "--diff").stdout
    assert "\x1b" not in shown and "\x07" not in shown and "owned" in shown


def test_json_tells_the_edits(place, ctl):
    config = place.write("test.conf", POLICY)
    told = ctl.json("-f", config, "test", "-", "--diff", "--as", "ann@customer.example",
                    stdin=MESSAGE)
    assert told["edits"] == [{"edit": "remove-header", "name": "X-Mailer", "nth": 2},
                             {"edit": "remove-header", "name": "X-Mailer", "nth": 1},
                             {"edit": "add-header", "name": "X-Abuse-Report",
                              "value": "abuse@customer.example"}]
