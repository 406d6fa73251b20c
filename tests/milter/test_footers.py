"""Footers in messages of every build: seen once on each side, and nothing else is changed."""

import email
import hashlib
import html
import io
import os
import pathlib
import tarfile
import threading

import pytest
from harness.daemon import ROOT, Spillwayd, is_sanitized
from harness.letters import letter
from harness.milter_client import MilterClient, deliver
from harness.odd_messages import odd_messages
from harness.processes import Place

MARK = "footer 7f3a"
LINE = f"Tōkyō {MARK} \U0001f600 שלום"
POLICY = f"""
footer legal {{
    text "{LINE}\\nSecond line.\\n"
    html "<p class=legal>{LINE}<br>Second line.</p>"
    else skip
}}
footer strict {{ text "strict words"; else reject }}
footer beside {{ text "words beside %{{domain}} for %{{sender}}\\n"; else attach }}
footer above  {{ text "words above"; place before-quote; once "words above"; else skip }}

rule strict {{ when rcpt = "strict@else.example"; footer strict }}
rule beside {{ when rcpt = "beside@else.example"; footer beside }}
rule above  {{ when rcpt = "above@else.example"; footer above; footer above }}
rule legal  {{ when rcpt = "bob@else.example"; footer legal }}
"""
SIGNED = letter("--b\n\nHello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n", fields=[
    "MIME-Version: 1.0", "Content-Type: multipart/signed; boundary=b"])


@pytest.fixture(scope="module")
def house():
    with Place() as place:
        yield Spillwayd(place, POLICY)


def fields_and_body(raw):
    """As Postfix cuts a message: the header ends at the first line that is no field."""
    lines = raw.replace(b"\r\n", b"\n").split(b"\n")
    while lines and lines[0].startswith((b"From ", b">From ")):
        lines.pop(0)
    fields = []
    while lines and lines[0]:
        line = lines[0]
        name, colon, value = line.partition(b":")
        if line[:1] in b" \t" and fields:
            fields[-1][1] += b"\n" + line
        elif colon and name.strip() and all(33 <= c <= 126 for c in name.rstrip(b" \t")):
            fields.append([name.rstrip(b" \t"), value])
        else:
            break
        lines.pop(0)
    if lines and not lines[0]:
        lines.pop(0)
    # What holds a NUL is cut there on its way; Postfix keeps 60,000 bytes of a field.
    fields = [(name, value.split(b"\0")[0][:60000 - len(name)]) for name, value in fields]
    return fields, b"\r\n".join(lines)


def whole(fields, body):
    lines = []
    for name, value in fields:
        name, value = (part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
                       for part in (name, value))
        lines.append(name + b":" + value.replace(b"\n", b"\r\n") + b"\r\n")
    return b"".join(lines) + b"\r\n" + body


def leaves(message):
    """(path, part) of all parts that are no multipart; attached messages are taken apart too."""
    found = []

    def visit(part, path):
        if part.is_multipart():
            for number, inner in enumerate(part.get_payload(), 1):
                visit(inner, f"{path}.{number}")
        else:
            found.append((path, part))
    visit(message, "")
    return found


def text_of(part):
    data = part.get_payload(decode=True) or b""
    charset = part.get_content_charset("ascii")
    if charset in ("ascii", "us-ascii"):  # what a reader makes of bytes without a label
        charset = "utf-8"
    text = data.decode(charset, "surrogateescape")
    is_html = part.get_content_type() in ("text/html", "application/xhtml+xml")
    return html.unescape(text) if is_html else text


def digest(part):
    """Of a part as it stands, header and all."""
    payload = part.get_payload()
    fields = [f"{name}: {value}" for name, value in part.raw_items()]
    text = "\n".join(fields) + (payload if isinstance(payload, str) else "")
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def without_insertion(before, after):
    """True where `after` is `before` with something put in at one place."""
    start = len(os.path.commonprefix([before, after]))
    end = len(os.path.commonprefix([before[::-1], after[::-1]]))
    return start + end >= len(before)


def changed_parts(before, after):
    """The parts with the footer, having checked that all others are as they were."""
    old, new = leaves(email.message_from_bytes(before)), leaves(email.message_from_bytes(after))
    assert [path for path, _ in old] == [path for path, _ in new]
    changed = []
    for (_, was), (path, now) in zip(old, new):
        if digest(was) == digest(now):
            assert MARK not in text_of(now)
            continue
        text = text_of(now)
        assert text.count(LINE) == 1, f"part {path}: {text!r}"
        assert text.count("Second line.") == 1
        changed.append((was, now))
    return changed


def send_all(daemon, messages):
    """(name, sides, before, after, outcome) of each, over one connection."""
    with MilterClient(daemon.address) as client:
        client.connect()
        for name, raw, sides in messages:
            fields, body = fields_and_body(raw)
            outcome = client.send((fields, body), queue_id="ODD")
            assert outcome.reply == "250", f"{name}: {outcome.reply}"
            sent = outcome.message
            after = whole([field for field in sent.headers if field[1] is not None], sent.body)
            yield name, sides, whole(fields, body), after, outcome


def check_sides(sides, before, after):
    """How many parts show it, having checked that the rest of their text is as it was."""
    changed = changed_parts(before, after)
    assert len(changed) == (1 if sides is None else sides)
    for was, now in changed:
        old, new = text_of(was), text_of(now)
        # Another transfer encoding keeps the text, not a line end that was missing.
        assert without_insertion(old.rstrip("\r\n"), new), f"{old!r}\n{new!r}"
    return len(changed)


def test_each_odd_message_shows_it_once_on_each_side(house):
    messages = odd_messages()
    assert len(messages) >= 300
    sides_seen = {0: 0, 1: 0, 2: 0}
    failures = []
    for name, sides, before, after, outcome in send_all(house, messages):
        try:
            if before == after:
                assert not sides, "nothing was put in"
                assert outcome.message.edits == []
                sides_seen[0] += 1
            else:
                sides_seen[check_sides(sides, before, after)] += 1
        except (AssertionError, LookupError, UnicodeError) as failed:
            failures.append(f"{name}: {failed!r}\n{after!r}")
    assert not failures, f"{len(failures)} failures\n" + "\n".join(failures[:20])
    print(f"messages by how many parts show it: {sides_seen}")
    assert all(count > 20 for count in sides_seen.values()), sides_seen


def shared_corpus():
    folder = pathlib.Path(os.environ.get("SPILLWAY_SHARED_DATA", ROOT.parent / "shared/data"))
    archive = folder / "corpus.tar.xz"
    if not archive.exists():
        pytest.skip(f"no {archive}")
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(".eml"):
                raw = tar.extractfile(member).read()
                if len(raw) < 2_000_000:
                    yield member.name, raw, None


def is_read_alike(before):
    """Python's reader takes some messages apart in a way of its own: it says so."""
    message = email.message_from_bytes(before)
    return not any(part.defects for part in message.walk())


def test_messages_of_others_keep_all_parts_but_those_that_show_it(house):
    edited = read = 0
    failures = []
    for name, _, before, after, _ in send_all(house, shared_corpus()):
        if before == after:
            continue
        edited += 1
        if not is_read_alike(before):
            continue
        try:
            assert changed_parts(before, after)
            read += 1
        except (AssertionError, LookupError, UnicodeError) as failed:
            failures.append(f"{name}: {failed!r}")
    print(f"{edited} messages edited, {read} read by Python's email, {len(failures)} failures")
    assert not failures, "\n".join(failures[:20])
    assert edited > 1000
    assert read > 500


def test_bytes_before_and_behind_stay(house):
    body = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" \
           b"Hello\r\n--b\r\nContent-Type: application/x\r\n\r\n" + bytes(range(256)) + \
           b"\r\n--b--\r\nepilogue \xff\r\n"
    fields = [(b"MIME-Version", b" 1.0"), (b"Content-Type", b"  multipart/mixed;\n\tboundary=b")]
    with MilterClient(house.address) as client:
        client.connect()
        outcome = client.send((fields, body))
    kept = body.split(b"Hello")
    assert outcome.message.body.startswith(kept[0])
    assert outcome.message.body.endswith(kept[1])
    assert [edit[0] for edit in outcome.message.edits].count("body") >= 1
    assert {edit[0] for edit in outcome.message.edits} == {"body"}


def test_a_message_that_cannot_carry_it_is_refused_with_the_reason(house):
    outcome = deliver(house.address, SIGNED, recipients=["<strict@else.example>"], queue_id="NOT")
    assert outcome.reply.startswith("550 5.7.1")
    assert "it is signed" in outcome.reply and "rule strict" in outcome.reply
    assert outcome.message.edits == []
    assert "footer=strict:refused" in house.expect_log("NOT")
    assert deliver(house.address, letter(), recipients=["<strict@else.example>"]).reply == "250"


def test_beside_a_signed_message_it_leaves_the_signed_bytes_alone(house):
    outcome = deliver(house.address, SIGNED, recipients=["<beside@else.example>"], queue_id="BESIDE")
    message = email.message_from_bytes(whole(outcome.message.headers, outcome.message.body))
    assert message.get_content_type() == "multipart/mixed"
    first, second = message.get_payload()
    assert first.get_content_type() == "multipart/signed"
    assert fields_and_body(SIGNED.encode())[1].rstrip() in outcome.message.body
    assert text_of(second).strip() == \
        "words beside customer.example for ann@customer.example"
    assert "footer=beside:attached" in house.expect_log("BESIDE")


def test_an_answer_has_it_once_and_above_the_quote(house):
    reply = letter("Yes.\n\nOn Monday Bob wrote:\n> Really?\n")
    outcome = deliver(house.address, reply, recipients=["<above@else.example>"], queue_id="ABOVE1")
    assert outcome.message.body == (b"Yes.\r\n\r\nwords above\r\n\r\nOn Monday Bob wrote:\r\n"
                                    b"> Really?\r\n")
    again = letter("No.\n\n> Yes.\n>\n> words\n> above\n")
    outcome = deliver(house.address, again, recipients=["<above@else.example>"], queue_id="ABOVE2")
    assert outcome.message.edits == []
    assert "footer=above:present" in house.expect_log("ABOVE2")


def test_what_a_sender_chooses_never_breaks_the_footer(house):
    sender = '<"a b<i>"@customer.example>'
    outcome = deliver(house.address, letter(), sender=sender, recipients=["<beside@else.example>"])
    assert outcome.reply == "250"
    lines = outcome.message.body.decode().split("\r\n")
    assert sum("words beside" in line for line in lines) == 1


def test_the_outcome_of_each_footer_is_counted(house):
    deliver(house.address, letter(), queue_id="COUNTED")
    assert "footer=legal:inserted" in house.expect_log("COUNTED")
    code, text = house.ctl("metrics")
    assert code == 0
    assert 'spillway_footers_total{fate="inserted",footer="legal"}' in text


def anonymous_kb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0])


@pytest.mark.skipif(is_sanitized(), reason="sanitizers need memory of their own")
def test_a_large_message_is_not_held_twice(house):
    """A mapped spool is the system's to take back; what counts is memory of the process's own."""
    large = io.BytesIO()
    large.write(b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
                b"Content-Transfer-Encoding: 8bit\r\n\r\nHello\r\n"
                b"--b\r\nContent-Type: application/x\r\n\r\n")
    for _ in range(50):
        large.write(b"0123456789abcde\r\n" * 61_680)
    large.write(b"--b--\r\n")
    fields = [(b"MIME-Version", b" 1.0"), (b"Content-Type", b" multipart/mixed; boundary=b")]
    before = peak = anonymous_kb(house.process.pid)
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, anonymous_kb(house.process.pid))
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with MilterClient(house.address) as client:
            client.connect()
            outcome = client.send((fields, large.getvalue()))
    finally:
        done.set()
        watcher.join()
    assert MARK.encode() in outcome.message.body
    assert len(outcome.message.body) > len(large.getvalue())
    print(f"{len(large.getvalue()) // 1024} kB of message, {peak - before} kB more memory at most")
    assert peak - before < 16_000
