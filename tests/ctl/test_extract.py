"""spillwayctl extract: what is read in a message."""

import email
import email.policy
import io
import json
import pathlib
import zipfile
from email.message import EmailMessage

import pytest
from harness.letters import encoded, letter, nested

HOSTILE = "\x1b]0;owned\x07\x1b[2J \x9b31m \u202e gnp.exe \r over"


def zipped(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return data.getvalue()


def rich():
    message = EmailMessage()
    message["From"], message["To"] = "ann@a.example", "bob@b.example"
    message["Subject"] = "Café für alle"
    message.set_content("Grüße aus Köln\n", charset="iso-8859-1")
    message.add_alternative('<p>Shown <b>text</b></p><i style="display:none">unseen</i>'
                            '<a href="https://shop.example/x">go</a>', subtype="html")
    message.add_attachment(zipped(list_csv="a,secret\n"), maintype="application", subtype="zip",
                           filename="täglich.zip")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("within\n")
    message.add_attachment(inner)
    return message


@pytest.fixture
def extract(place, ctl):
    """The JSON about a message given as bytes."""
    def run(message, *words):
        file = pathlib.Path(place.path) / "letter.eml"
        file.write_bytes(message if isinstance(message, bytes) else message.encode())
        return ctl.json("extract", file, *words)
    return run


@pytest.fixture
def shown(place, ctl):
    def run(message, *words):
        file = pathlib.Path(place.path) / "letter.eml"
        file.write_bytes(message if isinstance(message, bytes) else message.encode())
        done = ctl("extract", file, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def text(told, name):
    found, = [one for one in told["texts"] if one["name"] == name]
    return found


def tree_of(message, path=""):
    """Paths and types as Python's email sees them, counted as in IMAP."""
    yield path if path or message.is_multipart() else "1", message.get_content_type()
    if message.get_content_maintype() == "multipart":
        for number, part in enumerate(message.get_payload(), 1):
            yield from tree_of(part, f"{path}.{number}" if path else str(number))
    elif message.get_content_type() == "message/rfc822":
        yield from tree_of(message.get_payload(0), path)


def test_the_tree_is_the_one_that_python_sees(extract):
    message = rich()
    told = extract(message.as_bytes())
    again = email.message_from_bytes(message.as_bytes())
    assert [(part["path"], part["types"][0]) for part in told["parts"]] == list(tree_of(again))
    for part in told["parts"]:
        if part["path"] == "1.1":
            assert part["charsets"] == ["iso-8859-1"]
            assert part["bytes"] == len("Grüße aus Köln\r\n".encode("iso-8859-1"))
        if part["path"] == "2":
            assert part["found"] == "application/zip" and part["names"] == ["täglich.zip"]
            assert part["dispositions"] == ["attachment"] and part["encodings"] == ["base64"]
            assert part["bytes"] == len(zipped(list_csv="a,secret\n"))


def test_texts_are_those_that_rules_see(extract):
    told = extract(rich().as_bytes())
    assert {"name": "Subject", "value": "Café für alle"} in told["header"]
    assert "Grüße aus Köln" in text(told, "text")["read"][0]
    assert "unseen" not in text(told, "text")["read"][0]
    assert "unseen" in text(told, "hidden")["read"][0]
    assert text(told, "links")["read"] == ["https://shop.example/x"]
    assert "display:none" in text(told, "html")["read"][0]
    for word in ("Café", "Köln", "Shown", "unseen", "täglich.zip", "a,secret", "shop.example", "within"):
        assert word in text(told, "any-text")["read"][0], word


def test_each_text_has_its_place(extract):
    told = extract(rich().as_bytes())
    places = {one["part"]: one["text"] for one in text(told, "text")["places"]}
    assert set(places) == {"1.1", "1.2", "3"}
    assert places["1.2"].startswith("Shown text") and "within" in places["3"]
    file, = [one for one in text(told, "attachment.text")["places"] if "secret" in one["text"]]
    assert (file["part"], file["file"]) == ("2", "täglich.zip/list.csv")
    member, = [one for one in told["attachments"][0]["texts"] if one["path"]]
    assert (member["path"], member["text"]) == ("list.csv", "a,secret\n")


def test_one_text_or_one_part_can_be_asked_for(shown, extract):
    message = rich().as_bytes()
    assert shown(message, "--text", "links") == "https://shop.example/x\n"
    assert shown(message, "--text", "subject") == "Café für alle\n"
    assert shown(message, "--text", "text", "--part", "1.1").strip() == "Grüße aus Köln"
    assert "Köln" not in shown(message, "--part", "1.2")
    assert {part["path"] for part in extract(message, "--part", "1")["parts"]} == {"1", "1.1", "1.2"}


@pytest.mark.parametrize("words, code", [(("--part", "7"), 1), (("--text", "body"), 64)])
def test_a_part_or_text_that_there_is_not_is_told(place, ctl, words, code):
    assert ctl("extract", place.write("a.eml", letter()), *words).returncode == code


@pytest.mark.parametrize("words", [(), ("--json",), ("--text", "raw"), ("--text", "html"),
                                   ("--text", "any-text"), ("--text", "attachment.name"), ("--part", "1")])
def test_nothing_in_a_message_can_steer_a_terminal(shown, words):
    fields = ["MIME-Version: 1.0", f"X-Trick: {HOSTILE}", "Content-Type: text/html; charset=utf-8",
              f'Content-Disposition: attachment; filename="{HOSTILE.replace(chr(13), "")}"']
    out = shown(letter(f"<p title='{HOSTILE}'>{HOSTILE}</p>\n", subject=HOSTILE, fields=fields), *words)
    assert out
    for steering in "\x1b\x07\x9b\u202e\r\x7f\x08":
        assert steering not in out, (hex(ord(steering)), out)


def test_a_line_cannot_pretend_to_be_a_heading(shown):
    out = shown(letter("hello\nattachments\n  1  good.pdf\n"))
    assert "\nattachments\n" not in out and "  | attachments\n" in out


def test_a_long_text_is_cut_unless_it_is_asked_for(shown):
    message = letter("".join(f"line {n}\n" for n in range(100)))
    assert "  | line 19\n  and 80 lines more\n" in shown(message)
    assert shown(message, "--text", "text").splitlines()[99] == "line 99"


@pytest.mark.parametrize("message", [
    b"", b"\n", b"no header at all", b"\0" * 1000, bytes(range(256)) * 10, b"From x\n", b"A:\n b\r c",
    nested(300, "deep").encode(), nested(5, "open", closed=False).encode(),
    b"Content-Type: multipart/mixed; boundary=\n\n--\n\n--\n",
    b"Content-Type: message/rfc822\n\n" * 50,
    encoded("x\n" * 10, charset="utf-16").encode(),
    letter("begin 644 a.exe\n#0V%T\n`\nend\n").encode(),
])
def test_any_bytes_are_read(shown, extract, message):
    assert shown(message)
    told = extract(message)
    assert told["parts"] and json.dumps(told)


def test_what_cannot_be_read_is_said(extract):
    told = extract(letter("x", fields=["MIME-Version: 1.0", "Content-Transfer-Encoding: rot26"]))
    assert told["unreadable"] and not told["encrypted"]
    told = extract(letter("PK\3\4 broken", fields=["Content-Type: application/zip; name=a.zip"]))
    assert told["attachments"][0]["texts"][-1]["trouble"] == "an attachment is damaged"
    assert text(told, "attachment.text")["incomplete"] == "an attachment is damaged"


def test_types_by_content_stand_beside_the_label(shown):
    message = letter("%PDF-1.4\n", fields=["Content-Type: image/png; name=a.png"])
    assert "image/png, application/pdf by content" in shown(message)


def test_a_missing_file_is_exit_1_and_standard_input_is_read(ctl, place):
    done = ctl("extract", place.path / "absent")
    assert done.returncode == 1 and "absent" in done.stderr
    assert "Hello Bob" in ctl("extract", "-", stdin=letter()).stdout


def test_the_limit_on_text_is_the_configurations(ctl, place):
    config = place.write("small.conf", "text-limit 64K\n")
    message = place.write("a.eml", letter("word " * 40_000))
    told = ctl.json("-f", config, "extract", message)
    assert told["truncated"] and text(told, "text")["incomplete"] == "more text than is read"
    assert not ctl.json("extract", message)["truncated"]
