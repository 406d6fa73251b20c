"""spillwayctl scan: a policy over folders, Maildirs and mailboxes."""

import json
import mailbox
import os
import pathlib
import pty
import re
import signal
import subprocess
import time

import pytest
from harness.daemon import is_sanitized, program
from harness.letters import letter

POLICY = """
rule cards  { when text has card-number; quarantine "cards" }
rule offer  { mode audit; when subject =~ /offer/i; reject 550 5.7.1 "no" }
rule sleeps { mode off; when text =~ /hello/i; reject 550 5.7.1 "no" }
limit tight { scope everything; count messages; rate 1 / 1h; over reject 552 5.7.1 "over" }
"""
CARD = "card 4111 1111 1111 1111\n"
QUOTED = "Hello\n\nFrom here on\n>From there\n>>From two\nFrom ann@a.example Mon Nov 23 12:00:00 2026\n\nbye\n"


@pytest.fixture
def config(place):
    return place.write("scan.conf", POLICY)


@pytest.fixture
def mail(place):
    folder = pathlib.Path(place.path) / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def scan(ctl, config):
    """The JSON of a scan."""
    return lambda *words: ctl.json("-f", config, "scan", *words)


def rule(summary, name):
    found, = [one for one in summary["rules"] if one["rule"] == name]
    return found


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def filled_mbox(path, count):
    """By Python, which quotes lines that begin with From."""
    box = mailbox.mbox(path)
    for number in range(count):
        box.add(letter(CARD if number % 3 == 0 else QUOTED, subject=f"Mail {number}"))
    box.close()
    return path


def test_rules_and_verdicts_are_counted_over_a_tree(scan, mail):
    write(mail, "a.eml", letter(CARD))
    write(mail, "deep/er/b.eml", letter(subject="An offer"))
    write(mail, "deep/c.eml", letter(CARD, subject="An offer").replace("\n", "\r\n"))
    write(mail, "deep/.hidden", letter(CARD))
    summary = scan(mail)
    assert summary["messages"] == summary["found"] == 3 and summary["unread"] == 0
    assert summary["verdicts"] == {"accept": 1, "quarantine": 2, "reject": 0, "defer": 0, "discard": 0}
    cards = rule(summary, "cards")
    assert (cards["asked"], cards["hits"], cards["mode"]) == (3, 2, "enforce")
    assert cards["share"] == pytest.approx(2 / 3) and cards["mean_us"] > 0
    assert sorted(cards["hit_in"]) == [f"{mail}/a.eml", f"{mail}/deep/c.eml"]
    assert rule(summary, "offer")["asked"] == 1, "quarantine ends the reading of the rules"


def test_limits_are_not_charged_and_no_message_is_refused_for_another(scan, mail):
    for number in range(5):
        write(mail, f"{number}.eml", letter())
    summary = scan(mail)
    assert summary["verdicts"]["accept"] == 5 and summary["limits_charged"] is False


def test_rules_in_other_modes_are_switched_on_where_that_is_asked(scan, mail):
    write(mail, "a.eml", letter(subject="offer"))
    assert scan(mail)["verdicts"]["accept"] == 1
    assert scan(mail, "--with", "audit")["verdicts"]["reject"] == 1
    assert rule(scan(mail), "sleeps")["asked"] == 0
    both = scan(mail, "--with", "off")
    assert rule(both, "sleeps")["hits"] == 1 and both["verdicts"]["reject"] == 1


def test_one_rule_is_tried_by_itself_in_whatever_mode_it_is(scan, ctl, config, mail):
    write(mail, "a.eml", letter(CARD + "hello"))
    summary = scan(mail, "--rule", "sleeps")
    assert [one["rule"] for one in summary["rules"]] == ["sleeps"]
    assert rule(summary, "sleeps")["hits"] == 1 and summary["verdicts"]["reject"] == 1
    done = ctl("-f", config, "scan", mail, "--rule", "card")
    assert done.returncode == 64 and 'did you mean "cards"?' in done.stderr


def test_a_rule_that_is_tried_sees_the_tags_of_others(ctl, place, mail):
    config = place.write("tags.conf", """
rule seen { when text has card-number; tag card }
rule other { when tag card; reject 550 5.7.1 "no" }
rule tried { mode off; when tag card; quarantine "cards" }
""")
    write(mail, "a.eml", letter(CARD))
    summary = ctl.json("-f", config, "scan", mail, "--rule", "tried")
    assert [one["rule"] for one in summary["rules"]] == ["seen", "tried"]
    assert summary["verdicts"]["quarantine"] == 1


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_mbox_has_as_many_messages_as_python_put_in(scan, mail, line_end):
    box = filled_mbox(mail / "inbox", 50)
    box.write_bytes(box.read_bytes().replace(b"\n", line_end))
    summary = scan(box)
    assert summary["messages"] == len(mailbox.mbox(box)) == 50
    cards = rule(summary, "cards")
    assert cards["hits"] == 17
    assert all(re.fullmatch(rf"{re.escape(str(box))}:\d+", name) for name in cards["hit_in"])


def test_lines_quoted_for_the_mailbox_are_read_as_they_were_sent(ctl, place, mail):
    config = place.write("lines.conf", r"""
rule whole { when text =~ /^From ann@a.*\n\nbye$/m and text =~ /^From there$/m and text =~ /^>From two$/m
             reject 550 5.7.1 "no" }
""")
    box = filled_mbox(mail / "inbox", 2)
    summary = ctl.json("-f", config, "scan", box)
    assert (summary["messages"], rule(summary, "whole")["hits"]) == (2, 1)
    summary = ctl.json("-f", config, "scan", write(mail, "x.eml", letter(QUOTED)))
    assert rule(summary, "whole")["hits"] == 0, "a file of its own has no quotes"


@pytest.mark.parametrize("text, count", [
    ("From a Mon Nov 23 12:00:00 2026\nA: b\n\nc\n\nFrom a Mon Nov 23 12:00:00 2026\nA: b\n\nc\n", 2),
    ("From a\nA: b\n\nc\nFrom a Mon Nov 23 12:00:00 2026\nA: b\n\nc\n", 1),  # no empty line before
    ("From a\nA: b\n\nc\n\nFrom home to work\nis far\n", 1),  # no time of day
    ("From a\nA: b\n\nc\n\nFrom a 12:00\nA: b\n\nFrom a 12:00\nA: b", 3),  # no body, no last line end
    pytest.param("From a\nA: b\n\n" + "x" * 3_000_000 + "\n\nFrom a 12:00\nA: b\n\nc\n", 2, id="long line"),
])
def test_where_a_message_of_an_mbox_ends(scan, mail, text, count):
    assert scan(write(mail, "box", text))["messages"] == count


def test_a_maildir_is_its_messages_and_those_of_its_subfolders(scan, mail):
    box = mailbox.Maildir(mail / "box")
    for number in range(4):
        box.add(letter(CARD, subject=str(number)))
    box.add_folder("Sent").add(letter())
    write(mail, "box/dovecot.index", b"\0index")
    write(mail, "box/cur/1:2,S", "From ann\n" + letter(CARD))  # an mbox it is not
    write(mail, "box/tmp/half", letter(CARD))
    summary = scan(mail)
    assert (summary["messages"], summary["unread"]) == (6, 0)
    assert rule(summary, "cards")["hits"] == 5


def test_what_cannot_be_read_stops_nothing_and_is_told(ctl, config, mail):
    write(mail, "a.eml", letter(CARD))
    write(mail, "empty.eml", "")
    write(mail, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    os.mkfifo(mail / "pipe")
    (mail / "link.eml").symlink_to("a.eml")
    with open(mail / "huge.eml", "wb") as huge:
        huge.truncate(65 * 1024 * 1024)
    done = ctl("-f", config, "scan", mail, mail / "absent", "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 1 and summary["messages"] == 1
    why = {pathlib.Path(one["file"]).name: one["why"] for one in summary["not_read"]}
    assert why == {"empty.eml": "is empty", "picture.png": "does not begin with a header field",
                   "pipe": "is not a plain file", "huge.eml": "is larger than 64 MB",
                   "absent": "No such file or directory"}
    assert summary["unread"] == 5
    assert "not read: 5\n" in ctl("-f", config, "scan", mail, mail / "absent").stdout


def test_a_message_behind_empty_lines_is_one(scan, mail):
    write(mail, "a.eml", "\r\n\n" + letter(CARD))
    write(mail, "b.eml", "\n\nno message\n")
    summary = scan(mail)
    assert (summary["messages"], summary["unread"], rule(summary, "cards")["hits"]) == (1, 1, 1)


@pytest.mark.skipif(os.geteuid() == 0 and subprocess.run(["which", "setpriv"], capture_output=True)
                    .returncode != 0, reason="root reads everything, and setpriv is missing")
def test_files_and_folders_without_the_right_to_read_them_are_told(config, mail):
    write(mail, "a.eml", letter(CARD))
    write(mail, "secret.eml", letter(CARD)).chmod(0)
    write(mail, "closed/b.eml", letter(CARD)).parent.chmod(0)
    # As root: without the capability to read what is closed, and as the owner.
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run([*drop, program("spillwayctl"), "-f", config, "scan", mail, "--json"],
                          capture_output=True, timeout=60)
    (mail / "closed").chmod(0o700)
    summary = json.loads(done.stdout)
    assert done.returncode == 1 and summary["messages"] == 1
    assert {(pathlib.Path(one["file"]).name, one["why"]) for one in summary["not_read"]} == {
        ("secret.eml", "Permission denied"), ("closed", "Permission denied")}


def test_each_message_has_a_line(ctl, config, mail):
    write(mail, "a.eml", letter(CARD))
    write(mail, "b\x1b[31m.eml", letter())
    done = ctl("-f", config, "scan", mail, "--each")
    lines = done.stdout.split("\n")
    assert f"quarantine  {mail}/a.eml  by rule cards  cards=yes" in lines
    assert "\x1b" not in done.stdout
    done = ctl("-f", config, "scan", mail, "--each", "--json")
    *each, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert summary["messages"] == len(each) == 2 and "\x1b" not in done.stdout
    hit, = [hit for one in each for hit in one["hits"]]
    assert hit["rule"] == "cards" and hit["part"] == "1" and hit["excerpt"] == "xxxx [41…11]"
    assert "4111" not in done.stdout


@pytest.mark.parametrize("jobs", [1, 4])
def test_the_summary_is_the_same_however_many_work(scan, mail, jobs):
    box = filled_mbox(mail / "inbox", 300)
    summary = scan(box, "--jobs", jobs)
    assert summary["messages"] == 300 and rule(summary, "cards")["hits"] == 100
    assert summary["jobs"] == jobs


def test_envelopes_can_be_given(ctl, place, mail):
    config = place.write("who.conf", """
rule staff { when user in people; reject 550 5.7.1 "no" }
rule far   { when rcpt.domain in far; reject 550 5.7.1 "no" }
map people addresses inline [ boss@a.example ]
map far domains inline [ far.example ]
""")
    write(mail, "a.eml", letter())
    write(mail, "nobody.eml", "From: ann@a.example\nSubject: no recipients\n\nhello\n")
    summary = ctl.json("-f", config, "scan", mail)
    assert (summary["messages"], summary["verdicts"]["accept"]) == (2, 2)
    assert ctl.json("-f", config, "scan", mail, "--as", "boss@a.example")["verdicts"]["reject"] == 2
    assert ctl.json("-f", config, "scan", mail, "--rcpt", "x@far.example")["verdicts"]["reject"] == 2
    assert ctl("-f", config, "scan", mail, "--at", "noon").returncode == 64


def test_attachments_are_read_and_cannot_tell_is_counted(ctl, place, mail):
    config = place.write("files.conf",
                         'rule files { when attachment.text has card-number; quarantine "cards" }')
    def with_file(data):
        return letter(data, fields=["MIME-Version: 1.0", "Content-Type: application/zip; name=a.zip"])
    write(mail, "broken.eml", with_file("PK\3\4 broken"))
    write(mail, "plain.eml", letter(CARD, fields=["Content-Disposition: attachment; filename=a.txt"]))
    files = rule(ctl.json("-f", config, "scan", mail), "files")
    assert (files["hits"], files["cannot_tell"]) == (1, 1)
    assert files["cannot_tell_in"] == [f"{mail}/broken.eml"]


def big_enough(mail, copies=500):
    """200 messages again and again: for some seconds, unless that is too long."""
    filled_mbox(mail / "seed", 200)
    seed = (mail / "seed").read_bytes()
    with open(mail / "big", "wb") as big:
        for _ in range(copies):
            big.write(seed)
    return mail / "big"


def test_an_interrupted_scan_tells_what_it_has(config, mail):
    running = subprocess.Popen([program("spillwayctl"), "-f", config, "scan", big_enough(mail), "--json",
                                "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time_to_start(running)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    summary = json.loads(out)
    assert running.returncode == 130 and err == b""
    assert summary["interrupted"] and 0 < summary["messages"] < summary["found"]
    assert sum(summary["verdicts"].values()) == summary["messages"]


def time_to_start(running):
    """Until it has worked for half a second of the processor's time."""
    ticks = os.sysconf("SC_CLK_TCK")
    for _ in range(600):
        fields = pathlib.Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()
        if int(fields[11]) + int(fields[12]) > ticks / 2:
            return
        time.sleep(0.05)
    raise AssertionError("it does nothing")


def test_progress_is_drawn_on_a_terminal_only(config, mail):
    box = big_enough(mail)
    ours, theirs = pty.openpty()
    command = [program("spillwayctl"), "-f", config, "scan", box, "--json", "--jobs", "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    drawn = os.read(ours, 1000).decode()
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    os.close(ours)
    assert re.search(r"\[#*\.*\] [\d,]+ of 100,000", drawn), drawn
    assert json.loads(out)["found"] == 100_000


@pytest.mark.skipif(is_sanitized(), reason="sanitizers keep what is freed")
def test_memory_does_not_grow_with_the_mailbox(config, mail):
    box = big_enough(mail, 100)
    small = peak_kb(config, mail / "seed")
    assert peak_kb(config, box) < small + 6_000


def peak_kb(config, box):
    done = subprocess.run(["/usr/bin/time", "-f", "%M", program("spillwayctl"), "-f", config, "scan", box,
                           "--json"], capture_output=True, timeout=300)
    assert json.loads(done.stdout)["unread"] == 0
    return int(done.stderr)
