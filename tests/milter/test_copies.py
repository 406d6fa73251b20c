"""Copies, redirections and archives through the real daemon."""

import hashlib
import itertools
import json
import subprocess
import threading

import pytest
from harness.daemon import program
from harness.letters import letter
from harness.milter_client import ConnectionLost, MilterClient, deliver

CAPTURE, AUDITOR = "capture@audit.example", "auditor@audit.example"
BOB, CAT = "<bob@else.example>", "<cat@else.example>"
LIMIT = "limit hourly { scope domain; count recipients; rate 3 / 1h; over reject 552 \"full\" }\n"


def edits(outcome, *kinds):
    return [edit for edit in outcome.message.edits if edit[0] in kinds]


def to_capture(daemon, **envelope):
    return [address for _, address in edits(deliver(daemon.address, letter(), **envelope), "add recipient")]


def test_a_copy_goes_out_unseen_and_uncounted(spillwayd):
    daemon = spillwayd(LIMIT + f"rule copy {{ bcc {CAPTURE} }}\n")
    for _ in range(3):
        outcome = deliver(daemon.address, letter())
        assert outcome.message.edits == [("add recipient", f"<{CAPTURE}>")]
        assert outcome.message.recipients == [BOB, f"<{CAPTURE}>"]
    assert deliver(daemon.address, letter()).final.code == 552
    assert len(daemon.log_lines(f"copy={CAPTURE}")) == 3


def test_a_message_to_or_from_the_capture_address_gets_no_copy(spillwayd):
    daemon = spillwayd(f"rule copy {{ bcc {CAPTURE} }}\n")
    assert to_capture(daemon, recipients=(BOB, "<Capture@AUDIT.example>")) == []
    assert to_capture(daemon, sender=f"<{CAPTURE}>") == []
    assert to_capture(daemon, sender=f"<{CAPTURE}>", user="ann@customer.example") == [f"<{CAPTURE}>"]


def test_an_auditor_gets_the_message_and_its_envelope_and_nobody_else_does(spillwayd):
    daemon = spillwayd(f"rule audit {{ redirect {AUDITOR} }}\n")
    forged = letter(fields=["X-Spillway-Original-To: <somebody@forged.example>"])
    outcome = deliver(daemon.address, forged, recipients=(BOB, "<Cat@Else.example>"))
    assert outcome.message.recipients == [f"<{AUDITOR}>"]
    assert outcome.message.values("X-Spillway-Original-From") == ["<ann@customer.example>"]
    assert outcome.message.values("X-Spillway-Original-To") == ["<bob@else.example>, <cat@else.example>"]


def test_blind_recipients_are_not_shown_to_a_capture_address(spillwayd):
    daemon = spillwayd(f"rule audit {{ redirect {AUDITOR}; bcc {CAPTURE} }}\n")
    outcome = deliver(daemon.address, letter(), recipients=(BOB, CAT))
    assert outcome.message.recipients == [f"<{AUDITOR}>", f"<{CAPTURE}>"]
    assert outcome.message.values("X-Spillway-Original-To") == []


def test_a_refused_message_goes_to_nobody(spillwayd):
    daemon = spillwayd(f"rule copy {{ bcc {CAPTURE} }}\nrule no {{ reject }}\n")
    outcome = deliver(daemon.address, letter())
    assert outcome.refusal.code == 550
    assert outcome.message.edits == []


class Archive:
    """An archive of the daemon's, as spillwayctl sees it."""

    def __init__(self, place):
        self.folder = place.folder("kept") / "legal"
        self.policy = f"archive legal {self.folder}\nrule keep {{ archive legal }}\n"

    def entries(self, daemon):
        lines = daemon.ctl("--json", "archive", "list", self.folder)[1].splitlines()
        return [json.loads(line) for line in lines]

    def verified(self, daemon, *words):
        code, text = daemon.ctl("--json", "archive", "verify", self.folder, *words)
        return code, json.loads(text)


@pytest.fixture
def archive(place):
    return Archive(place)


def test_what_leaves_is_in_the_archive_and_the_log_knows_where(spillwayd, archive):
    daemon = spillwayd(archive.policy)
    deliver(daemon.address, letter("Good news.\n"), queue_id="4KEPT", recipients=(BOB, CAT))
    [entry] = archive.entries(daemon)
    assert entry["queue_id"] == "4KEPT"
    assert entry["recipients"] == ["bob@else.example", "cat@else.example"]
    shown = daemon.ctl("archive", "show", archive.folder, 1)[1]
    assert shown.replace("\r\n", "\n") == letter("Good news.\n")
    code, verified = archive.verified(daemon)
    assert (code, verified["entries"], verified["faults"]) == (0, 1, [])
    anchor = f"1 {verified['last']['hash']}"
    assert daemon.expect_log(f'archived="?legal {anchor}')
    assert archive.verified(daemon, "--expect", anchor)[0] == 0
    assert archive.verified(daemon, "--expect", "1 " + hashlib.sha256(b"").hexdigest())[0] == 1


def test_a_full_disk_defers_and_mail_flows_when_there_is_room(spillwayd, place, archive):
    disk = place.small_disk("disk", "256k")
    policy = archive.policy.replace(str(archive.folder), f"{disk}/legal")
    daemon = spillwayd(LIMIT + policy)
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    outcome = deliver(daemon.address, letter("x" * 60 + "\n" * 20000))
    assert outcome.final.code == 451 and "archive" in outcome.final.text
    assert daemon.expect_log("error=.*archive legal: .*deferred")
    assert daemon.counts() in ({}, {"hourly:domain:customer.example": 0})
    filler.unlink()
    assert deliver(daemon.address, letter()).reply == "250"


def test_no_accepted_message_is_missing_when_the_daemon_is_killed(spillwayd, archive):
    """Ten senders at a time; the daemon is killed under them, again and again."""
    daemon = spillwayd(archive.policy)
    numbers, accepted = itertools.count(1), set()

    def send():
        try:
            with MilterClient(daemon.address) as client:
                client.connect()
                while True:
                    name = f"Q{next(numbers)}"
                    if client.send(letter("x" * 3000 + "\n"), queue_id=name).reply == "250":
                        accepted.add(name)
        except (ConnectionLost, OSError):
            pass

    for turn in range(5):
        threads = [threading.Thread(target=send) for _ in range(10)]
        for thread in threads:
            thread.start()
        threads[0].join(0.2 + 0.1 * turn)
        daemon.kill()
        for thread in threads:
            thread.join()
        daemon.start()
    code, verified = archive.verified(daemon)
    assert (code, verified["faults"], verified["unfinished"]) == (0, [], "")
    kept = [entry["queue_id"] for entry in archive.entries(daemon)]
    assert accepted and accepted <= set(kept)
    assert len(kept) == len(set(kept)) == verified["entries"]


def test_an_encrypted_archive_is_opened_with_openssl(spillwayd, place, archive):
    folder = place.folder("keys")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem",
                    "-out", "cert.pem", "-subj", "/CN=legal"], cwd=folder, check=True, capture_output=True)
    (folder / "cert.pem").chmod(0o644)
    encrypted = archive.policy.replace("legal\nrule", f"legal encrypt-to {folder}/cert.pem\nrule")
    daemon = spillwayd(encrypted)
    deliver(daemon.address, letter("For my eyes only.\n"))
    assert archive.verified(daemon)[0] == 0
    [segment] = archive.folder.glob("*.archive")
    assert b"eyes only" not in segment.read_bytes()
    with open(folder / "sealed", "wb") as sealed:
        subprocess.run([program("spillwayctl"), "archive", "show", str(archive.folder), "1"], stdout=sealed,
                       check=True)
    opened = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "sealed",
                             "-inkey", "key.pem"], cwd=folder, check=True, capture_output=True).stdout
    assert opened.replace(b"\r\n", b"\n") == letter("For my eyes only.\n").encode()


def test_a_damaged_archive_keeps_the_daemon_from_starting(spillwayd, archive):
    daemon = spillwayd(archive.policy)
    deliver(daemon.address, letter())
    daemon.kill()
    [segment] = archive.folder.glob("*.archive")
    data = bytearray(segment.read_bytes())
    data[-30] ^= 1
    segment.write_bytes(data)
    with pytest.raises(AssertionError, match="HEAD knows entry 1"):
        daemon.start()
