"""spillwayctl import: rules of other programs."""

import json
import pathlib
import re
import subprocess

import pytest
from harness.daemon import program

RULES = pathlib.Path("/usr/share/spamassassin")

SPAM = """
body     __PILLS  /cheap pills/i
header   __OFFER  Subject =~ /offer/i
meta     SPAM     __PILLS && __OFFER
describe SPAM     Pills on offer
score    SPAM     7
"""
CHECKS = """
/^Subject: .*make money/   REJECT 5.7.9 No such offers
/^X-Secret:/               HOLD secret
if /^X-Mailer:/
/^X-Mailer: .*bulk/        PREPEND X-Bulk: yes
endif
"""


def tried(ctl, place, policy, header, body="hello"):
    """The verdict about a message and who decided."""
    letter = place.write("letter.eml", f"From: ann@a.example\nTo: bob@b.example\n{header}\n\n{body}\n")
    told = ctl.json("-f", policy, "test", letter)
    return told["verdict"], told["decided_by"]


def test_rules_of_spamassassin_are_carried_over_and_decide(place, ctl):
    done = ctl("import", "spamassassin", place.write("local.cf", SPAM), "-o", place.path / "new.conf")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "3 carried of 3 rules\n"
    policy = place.path / "new.conf"
    assert ctl("check", policy).returncode == 0
    assert tried(ctl, place, policy, "Subject: an offer", "Cheap\npills") == (
        "quarantine", "rule hold-SPAM")
    assert tried(ctl, place, policy, "Subject: an offer")[0] == "accept"


def test_header_checks_are_carried_over_and_decide(place, ctl):
    file = place.write("header_checks", CHECKS)
    done = ctl("import", "postfix-checks", f"regexp:{file}")
    assert done.returncode == 0, done.stderr
    policy = place.write("new.conf", done.stdout)
    assert ctl("check", policy).returncode == 0
    assert tried(ctl, place, policy, "Subject: MAKE money fast") == ("reject", "rule header-checks-2")
    assert tried(ctl, place, policy, "X-Secret: a")[0] == "quarantine"
    assert tried(ctl, place, policy, "X-Mailer: bulk 1")[0] == "accept"


def test_what_is_left_out_is_told_line_by_line_and_by_the_exit_status(place, ctl):
    file = place.write("body_checks", "/a/ REJECT\n/b/ FILTER smtp:x\n")
    done = ctl("import", "postfix-checks", "--body", file)
    assert done.returncode == 1
    assert done.stderr == (f"{file}:2: left out: FILTER: the action FILTER has no counterpart\n"
                           "1 carried of 2 rules\n")
    assert "raw =~ /a/im" in done.stdout


def test_json_holds_the_policy_and_the_report(place, ctl):
    file = place.write("a.cf", "body A /a/\nbody B eval:x()\n")
    told = ctl.json("import", "spamassassin", file)
    assert (told["found"], told["carried"]) == (2, 1)
    assert told["remarks"] == [{"file": str(file), "line": 2, "about": "B", "left_out": True,
                                "why": "calls a function of SpamAssassin"}]
    assert "rule A {" in told["policy"]
    told = ctl.json("import", "spamassassin", file, "-o", place.path / "out")
    assert "policy" not in told and "rule A {" in (place.path / "out").read_text()


@pytest.mark.parametrize("words", [("import",), ("import", "spamassassin"), ("import", "exim", "a"),
                                   ("import", "spamassassin", "--body", "a")])
def test_a_wrong_command_line_is_told(ctl, words):
    assert ctl(*words).returncode == 64


def test_a_file_that_cannot_be_read_or_written_is_told(place, ctl):
    done = ctl("import", "spamassassin", place.path / "absent")
    assert done.returncode == 1 and "absent" in done.stderr
    file = place.write("a.cf", "body A /a/\n")
    done = ctl("import", "spamassassin", file, "-o", place.path / "no" / "folder")
    assert done.returncode == 1 and "folder" in done.stderr


def test_what_files_say_cannot_drive_a_terminal(place, ctl):
    done = ctl("import", "spamassassin", place.write("a.cf", "\x1b[2J x\nbody \x1b[31m /a/\n"))
    assert done.returncode == 1
    assert "\x1b" not in done.stderr + done.stdout


@pytest.fixture(scope="module")
def whole_book(tmp_path_factory):
    """The rules that come with SpamAssassin, as a policy, and the report."""
    files = sorted(RULES.glob("*.cf"))
    if not files:
        pytest.skip(f"no rules of SpamAssassin in {RULES}: install spamassassin")
    policy = tmp_path_factory.mktemp("import") / "spamassassin.conf"
    done = subprocess.run([program("spillwayctl"), "--json", "import", "spamassassin", *files,
                           "-o", policy], capture_output=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    return policy, json.loads(done.stdout)


def test_carried_rules_do_what_spamassassins_own_tests_say(whole_book):
    """Its regression strings became test blocks, which "check" has run; a wrong one fails it."""
    policy, told = whole_book
    print(f"{told['tests_carried']} of {told['tests_found']} tests")
    assert told["tests_carried"] == policy.read_text().count("\ntest ") >= 30


def test_half_of_spamassassins_own_pattern_rules_are_carried(whole_book):
    policy, told = whole_book
    left = [remark["why"] for remark in told["remarks"] if remark["left_out"]]
    by_code = sum("calls a function" in why for why in left)
    share = told["carried"] / (told["found"] - by_code)
    print(f"{told['carried']} of {told['found']} rules, {by_code} of them code: {share:.0%} of the rest")
    assert share >= 0.5
    assert policy.read_text().count("\nrule ") >= told["carried"]


def test_all_that_is_carried_of_spamassassins_own_rules_is_accepted(whole_book):
    done = subprocess.run([program("spillwayctl"), "check", whole_book[0]], capture_output=True,
                          timeout=900, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert int(re.search(rb"([\d,]+) rules", done.stdout).group(1).replace(b",", b"")) > 1000
    assert int(re.search(rb"(\d+) tests passed", done.stdout).group(1)) == whole_book[1]["tests_carried"]
