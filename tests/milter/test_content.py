"""Messages that are broken, huge or hostile: decided all the same, in bounded time and memory."""

import os
import pathlib
import time

import pytest
from harness.daemon import is_sanitized
from harness.letters import ANN, encoded, html, letter, nested
from harness.milter_client import MilterClient, deliver
from policies import FORBIDDEN, OFFICE, ORDINARY, REPORT, SPAM

REFUSED = "550 5.7.1 Rule forbidden: this phrase may not leave"


def reply(office, message):
    return deliver(office.address, message).reply


@pytest.mark.parametrize("message", [
    SPAM,
    encoded(FORBIDDEN),
    encoded(FORBIDDEN, encoding="quoted-printable"),
    encoded(FORBIDDEN.upper(), charset="utf-16"),
    encoded(FORBIDDEN.replace(" ", "\u00a0"), charset="utf-8"),
    html(f"<p>Take our b<b></b>lue &#109;oon<br>offer</p>".replace("<br>", " ")),
    html(f"<p>Take our blue\n moon\n\t offer</p>", encoding="quoted-printable"),
    nested(20, FORBIDDEN),
    nested(20, FORBIDDEN, closed=False),
], ids=["plain", "base64", "quoted-printable", "utf-16", "no-break spaces", "html", "html folded",
        "nested", "nested and open"])
def test_a_forbidden_phrase_is_found_however_it_is_wrapped(office, message):
    assert reply(office, message) == REFUSED


@pytest.mark.parametrize("split", range(1, len(FORBIDDEN)))
def test_a_phrase_across_a_chunk_border_is_found(office, split):
    lead = "x" * 70 + "\n"
    filler = lead * (65535 // 72)
    gap = 65535 - len(filler.replace("\n", "\r\n")) - split
    assert reply(office, letter(filler + " " * gap + FORBIDDEN + "\n")) == REFUSED


@pytest.mark.parametrize("mangle", [
    lambda text: text.replace("blue", "b\0lue"),
    lambda text: text.replace("moon ", "moon\r"),
    lambda text: text.replace("moon ", "moon\u200b "),
], ids=["NUL", "bare CR", "zero width"])
def test_bytes_no_reader_shows_do_not_hide_a_phrase(office, mangle):
    assert reply(office, letter(mangle(f"Take our {FORBIDDEN} today.") + "\n")) == REFUSED


BROKEN = {
    "nothing at all": ([], b""),
    "no header": ([], b"Hello\r\n"),
    "no body": ([(b"From", b" ann@customer.example")], b""),
    "no final newline": ([(b"From", b" ann@customer.example")], b"Hello"),
    "NUL bytes": ([(b"From", b" ann@customer.example")], b"\0" * 100000),
    "bare line ends": ([(b"From", b" ann@customer.example")], b"a\rb\nc\r\r\n\n\r"),
    "a header with CR inside": ([(b"Subject", b" a\rb\r\n c")], b"Hello\r\n"),
    "a blank for a name": ([(b" ", b"")], b"Hello\r\n"),
    "invalid UTF-8": ([(b"Sub\xff", b" \xff\xfe")], b"\xff\xfe\x80" * 1000),
    "wrong encoding": ([(b"Content-Transfer-Encoding", b" base64"),
                        (b"Content-Type", b" text/plain; charset=no-such-thing")], b"!!! ==== \xff"),
    "encoding twice": ([(b"Content-Transfer-Encoding", b" base64"),
                        (b"Content-Transfer-Encoding", b" x-uuencode")], b"begin 644 x\r\n"),
    "empty boundary": ([(b"Content-Type", b' multipart/mixed; boundary=""')], b"--\r\n--\r\n----"),
    "no boundary": ([(b"Content-Type", b" multipart/mixed")], b"--x\r\n\r\ny\r\n--x--\r\n"),
    "long boundary": ([(b"Content-Type", b" multipart/mixed; boundary=" + b"x" * 50000)],
                      b"--" + b"x" * 50000 + b"\r\n\r\nhi\r\n"),
    "broken encoded words": ([(b"Subject", b" =?utf-8?B?????= =?x?Q?=ZZ?= =?")], b"Hello\r\n"),
    "broken HTML": ([(b"Content-Type", b" text/html")], b"<" * 50000 + b"&#xFFFFFFFF;<!--<p a='"),
    "10,000 divs": ([(b"Content-Type", b" text/html")], b"<div>" * 10000 + b"x"),
    "one long line": ([(b"From", b" ann@customer.example")], b"word " * 400000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_message_is_decided_and_the_daemon_lives(office, name):
    begun = time.monotonic()
    answer = deliver(office.address, BROKEN[name]).reply
    assert answer[:3] in ("250", "550", "552", "451")
    assert time.monotonic() - begun < 20
    assert reply(office, ORDINARY) == "250"


def test_a_thousand_nested_parts_never_pass_in_silence(office):
    """Deeper than the reader goes: it cannot tell, and that is not "not found"."""
    assert reply(office, nested(1000, FORBIDDEN))[:1] in ("4", "5")
    assert reply(office, ORDINARY) == "250"


def test_a_header_of_60_kb_is_kept_whole(office):
    outcome = deliver(office.address, ([(b"X-Long", b" " + b"y" * 60000)], b"Hello\r\n"))
    assert outcome.reply == "250"


def test_ten_thousand_header_fields_are_decided_with_all_of_them_seen(office):
    fields = [(b"X-Field", b" %d" % number) for number in range(10000)]
    fields += [(REPORT.encode(), b" forged")]
    outcome = deliver(office.address, (fields, b"Hello\r\n"))
    assert outcome.reply == "250"
    assert outcome.message.values(REPORT) == ["abuse@customer.example"]


def test_more_header_than_any_message_has_is_refused(office):
    fields = [(b"X-Field", b" " + b"y" * 60000)] * 100
    assert reply(office, (fields, b"Hello\r\n")).startswith("552 5.3.4")


def test_a_packet_of_a_megabyte_ends_that_connection_alone(office):
    """libmilter takes 65,535 bytes and drops who sends more; Postfix cuts fields at 60,000."""
    with MilterClient(office.address) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        client.rcpt("<bob@else.example>")
        client.data()
        client.socket.settimeout(10)
        try:
            client.send_packet(b"L", b"X-Long\0" + b"y" * 1_000_000 + b"\0")
            assert client.closed_by_filter()
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert reply(office, ORDINARY) == "250"


NONSENSE = [b"", b"\0\0\0\0", b"\0\0\0\1?", b"\xff\xff\xff\xffO", b"GET / HTTP/1.0\r\n\r\n",
            b"\0\0\0\1E", b"\0\0\0\5Oabcd", b"\0\0\0\2D\0", os.urandom(3000)]


@pytest.mark.parametrize("data", NONSENSE, ids=range(len(NONSENSE)))
@pytest.mark.parametrize("negotiated", [False, True], ids=["at once", "after negotiating"])
def test_nonsense_on_the_socket_ends_that_connection_alone(office, data, negotiated):
    with MilterClient(office.address, negotiate=negotiated) as client:
        client.write(data)
        client.drop()
    assert reply(office, ORDINARY) == "250"


MALFORMED = [(b"C", b""), (b"C", b"host"), (b"C", b"host\x004\0"), (b"C", b"host\x004\0\x19not an ip\0"),
             (b"M", b""), (b"M", b"no end"), (b"R", b""), (b"L", b""), (b"L", b"\0no name\0"), (b"L", b"name\0no end"),
             (b"L", b"a\0b\0c\0"), (b"H", b""), (b"D", b""), (b"D", b"Mi\0"), (b"T", b"x")]


@pytest.mark.parametrize("packet", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_events_end_that_connection_alone(office, packet):
    with MilterClient(office.address) as client:
        client.send_packet(*packet)
        client.drop()
    assert reply(office, ORDINARY) == "250"


class Watch:
    """The highest memory use of a process since then, mapped files and all, above what it used."""

    def __init__(self, process):
        self.process, self.first = process, process.memory_kb("VmRSS")
        # Forgets the highest so far (proc(5)).
        pathlib.Path(f"/proc/{process.pid}/clear_refs").write_text("5")

    @property
    def growth_mb(self):
        return (self.process.memory_kb("VmHWM") - self.first) / 1024


SENTENCE = (b"All work and no play makes Jack a dull boy. " * 1500)[:65533] + b"\r\n"
MARKUP = (b"<p>All <b>work</b> and <a href='http://jack.example/'>no</a> play" * 1500)[:65533] + b"\r\n"
BASE64 = b"QWxsIHdvcmsgYW5kIG5vIHBsYXkgbWFrZXMgSmFjayBhIGR1bGwgYm95LiBBbGwgd29yayBhbmQg\r\n" * 800
UUENCODE = b"M86QL('=O<FL@86YD(&YO('!L87D@;6%K97,@2F%C:R!A(&1U;&P@8F]Y+B!A\r\n" * 1000
MIXED = "multipart/mixed; boundary=b"
HUGE = {
    "text": ("text/plain", "7bit", b"", SENTENCE),
    "text in base64": ("text/plain; charset=iso-8859-1", "base64", b"", BASE64),
    "HTML": ("text/html", "7bit", b"", MARKUP),
    "HTML in base64": ("text/html", "base64", b"", BASE64),
    "an attachment": (MIXED, "7bit", b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/zip\r\n"
                      b"Content-Transfer-Encoding: base64\r\n\r\n", BASE64),
    "uuencode": ("text/plain", "7bit", b"begin 644 jack.txt\r\n", UUENCODE),
    "a message in base64": ("message/rfc822", "base64", b"", BASE64),
}
CURIOUS = OFFICE + r"""
rule curious {
    when any-text has "no such words" or folded text has "no such words" or hidden =~ /no such/ or
         html =~ /no such/ or raw =~ /no such/ or links =~ /no such/ or attachment.size > 1G or
         attachment.name =~ /no such/ or encrypted
    on-error no-match
    reject
}
"""


def send_megabytes(address, count, kind):
    """A message of `count` MB; the answer."""
    label, encoding, beginning, chunk = HUGE[kind]
    with MilterClient(address, timeout=120) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        client.rcpt("<bob@else.example>")
        client.data("HUGE")
        client.header("From", f" {ANN}")
        client.header("Content-Type", f" {label}")
        client.header("Content-Transfer-Encoding", f" {encoding}")
        client.eoh()
        client.body(beginning)
        for _ in range(count * 1024 * 1024 // len(chunk)):
            assert client.body(chunk).goes_on
            client.message.body = b""
        client.begin_eom("HUGE")
        return client.read_answer()


@pytest.mark.parametrize("kind", HUGE)
def test_200_megabytes_are_read_in_64(spillwayd, kind):
    """The message waits in an unlinked file; what is kept and converted of its text is capped."""
    if is_sanitized():
        pytest.skip("a sanitizer's own memory would be measured")
    daemon = spillwayd(CURIOUS)
    deliver(daemon.address, ORDINARY)
    watch = Watch(daemon.process)
    began = time.monotonic()
    # 16 MB of text are read; a rule that asks for more cannot tell, and defers.
    assert send_megabytes(daemon.address, 200, kind).kind in ("continue", "tempfail")
    print(f"{kind}: {watch.growth_mb:.0f} MB, {time.monotonic() - began:.1f} s")
    assert watch.growth_mb <= 64
    assert not [name for name in daemon.process.open_files() if "deleted" in name]
