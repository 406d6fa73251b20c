"""spillwayctl scan and extract over odd mail of others, where there is some; Python's email counts along."""

import email
import json
import pathlib
import subprocess
import tarfile

import pytest
from harness.daemon import program

CORPUS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "corpus.tar.xz"
POLICY = """
rule cards { mode audit; when any-text has card-number; reject 550 5.7.1 "no" }
rule links { mode audit; when links =~ /./; reject 550 5.7.1 "no" }
"""

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="there is no mail of others here")


@pytest.fixture(scope="module")
def mail(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".eml"):
                (folder / pathlib.Path(member.name).name).write_bytes(archive.extractfile(member).read())
    return folder


def leaves(message):
    """The types of all parts but multiparts, of attached messages as well."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            yield from leaves(part)
        return
    yield message.get_content_type()
    if message.get_content_type() == "message/rfc822" and message.is_multipart():
        yield from leaves(message.get_payload(0))


def is_whole(message):
    """Python finds nothing wrong with it."""
    return not any(part.defects for part in message.walk())


def test_all_of_it_is_judged(ctl, place, mail):
    summary = ctl.json("-f", place.write("odd.conf", POLICY), "scan", mail)
    files = sum(1 for _ in mail.iterdir())
    assert files > 1000
    assert summary["messages"] >= files * 0.99 and summary["unread"] < files * 0.01
    assert summary["verdicts"]["accept"] == summary["messages"], "rules that only watch refuse nobody"
    links, = [rule for rule in summary["rules"] if rule["rule"] == "links"]
    assert files * 0.2 < links["hits"] < files


def test_parts_are_those_that_python_sees_in_mail_without_defects(mail):
    compared, different = 0, []
    for file in sorted(mail.iterdir())[::7]:
        message = email.message_from_bytes(file.read_bytes())
        done = subprocess.run([program("spillwayctl"), "extract", "--json", file], capture_output=True,
                              timeout=60)
        assert done.returncode == 0, (file.name, done.stderr)
        assert not any(byte < 32 and byte != 10 or byte > 126 for byte in done.stdout), file.name
        if not is_whole(message):
            continue
        ours = [part["types"][0] for part in json.loads(done.stdout)["parts"]
                if not part["types"][0].startswith("multipart/")]
        compared += 1
        if len(ours) != len(list(leaves(message))):
            different.append(file.name)
    assert compared > 100
    assert len(different) <= compared * 0.05, different
