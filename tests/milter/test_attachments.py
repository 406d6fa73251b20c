"""What attachments hold, read by processes of their own while the message waits for its answer."""

import base64
import io
import os
import pathlib
import re
import signal
import zipfile

import pytest
from harness.daemon import Spillwayd
from harness.letters import letter
from harness.milter_client import deliver

POLICY = """
rule locked   { when encrypted; reject 550 5.7.1 "Nothing encrypted" }
rule secret   { when attachment.text has "blue moon"; on-error quarantine; reject 550 5.7.1 "Secret" }
rule programs { when any-text =~ /\\.exe$/m; on-error no-match; reject 550 5.7.1 "A program" }
"""
SECRET = "550 5.7.1 Secret (rule secret)"


@pytest.fixture
def daemon(place):
    return Spillwayd(place, POLICY)


def zipped(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def locked(archive):
    """The flag that says that entries are encrypted, in both of its places (APPNOTE 4.4.4)."""
    flagged = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), archive):
            flagged[found.start() + offset] |= 1
    return bytes(flagged)


def attached(content, name="papers.zip", kind="application/zip"):
    coded = base64.encodebytes(content).decode()
    return letter(f"--b\n\nSee below.\n--b\nContent-Type: {kind}\n"
                  f"Content-Disposition: attachment; filename={name}\n"
                  f"Content-Transfer-Encoding: base64\n\n{coded}\n--b--\n",
                  fields=["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"])


def reply(daemon, message):
    return deliver(daemon.address, message).reply


def test_a_secret_is_found_in_an_archive_within_an_archive(daemon):
    inner = zipped(("note.txt", "The blue\nmoon rises."))
    assert reply(daemon, attached(zipped(("inner.zip", inner)))) == SECRET
    assert reply(daemon, attached(zipped(("note.txt", "The red moon rises.")))) == "250"


def test_names_within_archives_are_part_of_any_text(daemon):
    message = attached(zipped(("holiday/picture.exe", "x")))
    assert reply(daemon, message).startswith("550 5.7.1 A program")


def test_an_encrypted_archive_is_told(daemon):
    message = attached(locked(zipped(("note.txt", "x" * 100))))
    assert reply(daemon, message).startswith("550 5.7.1 Nothing encrypted")


def test_a_damaged_archive_is_held_and_the_log_says_why(daemon):
    archive = zipped(("note.txt", os.urandom(5000)))
    decided = deliver(daemon.address, attached(archive[:2000]))
    assert decided.message.quarantined is not None
    daemon.expect_log(r'unsure="secret: an attachment (is damaged|can be read in different ways)')


def test_a_message_attached_with_attachments_of_its_own_is_read_whole(daemon):
    for content, wanted in (("red", "250"), ("blue", SECRET)):
        forwarded = attached(zipped(("note.txt", f"the {content} moon")))
        message = letter(f"--f\nContent-Type: message/rfc822\n\n{forwarded}\n--f--\n",
                         fields=["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=f"])
        assert reply(daemon, message) == wanted


def readers_of(daemon):
    """The processes that the daemon has started."""
    pids = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if parent_of(pid) == daemon.process.pid]


def parent_of(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_a_reader_that_dies_is_replaced(daemon):
    message = attached(zipped(("note.txt", "The blue moon rises.")))
    assert reply(daemon, message) == SECRET
    (reader,) = readers_of(daemon)
    os.kill(reader, signal.SIGKILL)
    assert reply(daemon, message) == SECRET
    assert readers_of(daemon) != [reader]


def test_no_reader_is_started_where_no_rule_wants_to_know(place):
    daemon = Spillwayd(place, "rule a { when text has \"blue moon\"; reject }")
    assert reply(daemon, attached(zipped(("note.txt", "The blue moon rises.")))) == "250"
    assert readers_of(daemon) == []
