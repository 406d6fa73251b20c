"""The load generator believes what the daemon answers: figures rest on it."""
import json
import subprocess

import pytest

from harness.daemon import program

# Message N is sent by user N modulo 5 of a domain that is even when N is, and every other message
# has a third recipient. No two verdicts come to the same number, so none can pass for another.
VERDICTS = r"""
rule refused  { when user =~ /^user[01]@/; reject 550 5.7.1 "no" }
rule later    { when user =~ /^user2@/; defer 451 4.7.1 "later" }
rule dropped  { when user =~ /^user3@\D*\d*[02468]\./; discard }
rule held     { when user =~ /^user3@/ and size > 0; quarantine "look" }
rule marked   { when user =~ /^user4@/; add-header "X-Bench" "yes" }
"""
THIRD_RECIPIENT = 'rule alone { when rcpt.domain in [ dest2.example ]; reject 550 5.7.1 "not there" }'


def load(socket, *options):
    done = subprocess.run([program("tests/milter_load"), "--socket", socket, *map(str, options)],
                          capture_output=True, text=True)
    return done, json.loads(done.stdout or "null")


@pytest.mark.parametrize("connections", [1, 7])
def test_each_kind_of_verdict_is_counted_as_what_it_is(spillwayd, connections):
    daemon = spillwayd(VERDICTS)
    done, report = load(f"unix:{daemon.address}", "--messages", 100, "--connections", connections)
    assert done.returncode == 0, done.stderr
    assert report["messages"] == 100
    assert report["verdicts"] == {"accept": 30, "reject": 40, "defer": 20, "discard": 10}
    assert (report["quarantined"], report["refused_recipients"]) == (10, 0)
    assert report["edits"] == 30  # what is held has a header that says why


def test_a_recipient_refused_alone_leaves_the_message_to_the_others(spillwayd):
    daemon = spillwayd(THIRD_RECIPIENT)
    _, report = load(f"unix:{daemon.address}", "--messages", 40, "--letter", "html")
    assert report["verdicts"]["accept"] == 40
    assert report["refused_recipients"] == 20


def test_the_daemon_reads_the_message_that_was_meant(spillwayd):
    """Whole and not once more: the size in the log is that of headers, blank line and body."""
    daemon = spillwayd('rule huge { when size > 1G; reject 550 5.7.1 "no" }')
    load(f"unix:{daemon.address}", "--messages", 1, "--letter", "attachment")
    line = daemon.expect_log("verdict=accept")
    size = int(line.split(" size=")[1].split()[0])
    assert 4_990_000 < size < 5_010_000
    assert "user=user0@customer0.example" in line and "recipients=2" in line


def test_a_filter_that_dies_is_no_result(place):
    done, report = load(f"unix:{place.path}/nobody", "--messages", 10)
    assert done.returncode == 1 and report is None
    assert "cannot connect" in done.stderr
