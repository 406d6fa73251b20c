"""Every way known to us of hiding "blue moon", a name or a link from a filter, and who finds it.

Each case is a message and the rules that must match it; all are run by `spillwayctl test` under one
policy. Where the words are visible to a reader, the rule on `text` finds them; what readers do not
show is found by `hidden`, and both by `any-text`.
"""

import base64
import io
import os
import pathlib
import re
import struct
import subprocess
import zipfile
import zlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ.get("SPILLWAY_BIN", HERE.parents[1] / "build" / "release"))

POLICY = r"""
rule text       { when text has "blue moon"; tag text }
rule hidden     { when hidden has "blue moon"; tag hidden }
rule anywhere   { when any-text has "blue moon"; tag anywhere }
rule folded     { when folded text has "blue moon"; tag folded }
rule subject    { when subject has "blue moon"; tag subject }
rule html       { when html =~ /blue\s+moon/; tag html }
rule raw        { when raw =~ /blue\s+moon/; tag raw }
rule name       { when attachment.name =~ /\.exe$/i; tag name }
rule program    { when attachment.type =~ /dosexec/; tag program }
rule inner      { when attachment.inner-name =~ /\.exe$/i; tag inner }
rule label      { when attachment.type = "image/png"; tag label }
rule link       { when links =~ /^http:\/\/evil\.example\//; tag link }
rule idna       { when links =~ /\/\/bücher\.example/ and links =~ /\/\/xn--bcher-kva\.example/; tag idna }
rule many       { when attachment.count >= 2; tag many }
rule large      { when attachment.size > 1K; tag large }
rule unreadable { when unreadable; tag unreadable }
rule encrypted  { when encrypted; tag encrypted }
rule truncated  { when truncated; tag truncated }
"""


def message(body, *fields):
    head = [b"From: ann@customer.example", b"MIME-Version: 1.0"]
    head += [f if isinstance(f, bytes) else f.encode() for f in fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def part(body, *fields):
    lines = [f if isinstance(f, bytes) else f.encode() for f in fields]
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + (
        body if isinstance(body, bytes) else body.encode())


def multipart(*parts, kind="mixed", boundary=b"b", fields=()):
    body = b"".join(b"--" + boundary + b"\r\n" + p + b"\r\n" for p in parts)
    return message(body + b"--" + boundary + b"--\r\n", *fields,
                   f'Content-Type: multipart/{kind}; boundary="{boundary.decode()}"')


def html(source, charset="utf-8"):
    return message(source, f"Content-Type: text/html; charset={charset}")


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode())


def charset(name, data=None, label=None):
    text = "the blue moon".encode(name) if data is None else data
    return message(b64(text), f"Content-Type: text/plain; charset={label or name}",
                   "Content-Transfer-Encoding: base64")


def attached(body, *fields):
    return multipart(part("hello"), part(body, *fields))


def named(parameters):
    return attached("x", "Content-Type: application/octet-stream",
                    "Content-Disposition: attachment; " + parameters)


def tnef(*attributes):
    stream = struct.pack("<IH", 0x223E9F78, 1)
    for level, name, data in attributes:
        stream += struct.pack("<BII", level, name, len(data)) + data
        stream += struct.pack("<H", sum(data) & 0xFFFF)
    return attached(b64(stream), "Content-Type: application/ms-tnef; name=winmail.dat",
                    "Content-Transfer-Encoding: base64")


def properties(*entries):
    packed = b""
    for kind, number, value in entries:
        packed += struct.pack("<HHII", kind, number, 1, len(value)) + value
        packed += b"\0" * (-len(value) % 4)
    return struct.pack("<I", len(entries)) + packed


def yenc(data):
    coded = bytes((byte + 42) & 255 for byte in data)
    return b"=ybegin line=128 size=%d name=a.txt\r\n%s\r\n=yend size=%d crc32=%08x\r\n" % (
        len(data), coded, len(data), zlib.crc32(data))


def uuencode(data, name="a.txt"):
    lines = [b"begin 644 " + name.encode()]
    for at in range(0, len(data), 45):
        piece = data[at:at + 45]
        line = bytes([32 + len(piece)])
        for i in range(0, len(piece), 3):
            three = piece[i:i + 3].ljust(3, b"\0")
            bits = int.from_bytes(three, "big")
            line += bytes(((bits >> shift & 63) + 32 if bits >> shift & 63 else 96)
                          for shift in (18, 12, 6, 0))
        lines.append(line)
    return b"\r\n".join(lines) + b"\r\n`\r\nend\r\n"


def zipped(name, content, encrypted=False):
    """For an encrypted one the flags say so; what is in it cannot be read."""
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    data = bytearray(folder.getvalue())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        if encrypted:
            data[data.index(signature) + flags] |= 1
    return bytes(data)


BLUE = b64("the blue moon rises")
CTE64 = "Content-Transfer-Encoding: base64"
CTEQP = "Content-Transfer-Encoding: quoted-printable"
FULLWIDTH = "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in "blue moon")
BOLD = "".join(chr(0x1D41A + ord(c) - 97) if c != " " else c for c in "blue moon")
CIRCLED = "".join(chr(0x24D0 + ord(c) - 97) if c != " " else c for c in "blue moon")
PE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 48

CASES = {
    # transfer encodings
    "base64-without-padding": (message(BLUE.rstrip(b"="), CTE64), "text"),
    "base64-one-character-a-line": (message(b"\r\n".join(bytes([c]) for c in BLUE), CTE64), "text"),
    "base64-with-junk-between": (message(b"!\xff*".join(bytes([c]) for c in BLUE), CTE64), "text"),
    "base64-padded-in-the-middle": (message(b64("the bl") + b"==" + b64("ue moon"), CTE64), "text"),
    "base64-truncated": (message(BLUE[:-5], CTE64), "text"),
    "base64-in-odd-case": (message(BLUE, "Content-Transfer-Encoding: BaSe64"), "text"),
    "base64-quoted": (message(BLUE, 'Content-Transfer-Encoding: "base64"'), "text"),
    "base64-with-comment": (message(BLUE, "Content-Transfer-Encoding: (x) base64 (y);"), "text"),
    "base64-folded": (message(BLUE, "Content-Transfer-Encoding:\r\n base64"), "text"),
    "encoding-given-twice": (message(BLUE, "Content-Transfer-Encoding: 7bit", CTE64), "text"),
    "encoding-given-twice-the-other-way": (message(BLUE, CTE64, "Content-Transfer-Encoding: 7bit"),
                                           "text"),
    "base64-with-text-behind": (message(BLUE + b"=\r\n\r\n-- \r\nSent by a list", CTE64), "text"),
    "encoding-unknown": (message("blue moon", "Content-Transfer-Encoding: x-none"),
                         "text unreadable"),
    "encoding-on-a-multipart": (message(
        b64(b"--b\r\n\r\nblue moon\r\n--b--\r\n"), CTE64,
        "Content-Type: multipart/mixed; boundary=b"), "text"),
    "quoted-printable-soft-breaks": (message("bl= \t\r\nue m=\r\noon", CTEQP), "text"),
    "quoted-printable-lower-case": (message("=62=6c=75=65=20moon", CTEQP), "text"),
    "quoted-printable-invalid": (message("=ZZ blue=20moon =", CTEQP), "text"),
    "uuencode-in-text": (message(uuencode(b"the blue moon")), "text anywhere"),
    "uuencode-as-encoding": (message(uuencode(b"the blue moon"),
                                     "Content-Transfer-Encoding: x-uuencode"), "text"),
    "yenc-in-text": (message(yenc(b"the blue moon")), "text"),
    # charsets
    "utf-16-with-mark": (charset("utf-16"), "text"),
    "utf-16-without-mark": (charset("utf-16-le", label="utf-16"), "text"),
    "utf-32": (charset("utf-32"), "text"),
    "utf-7": (charset("utf-7", b"+AGI-lue moon"), "text"),
    "iso-2022-jp": (charset("iso-2022-jp", b"\x1b$B0B\x1b(B blue\x1b(J moon"), "text"),
    "hz": (charset("hz", b"~{VPND~} b~{~}lue moon", "hz-gb-2312"), "text"),
    "gb18030": (charset("gb18030"), "text"),
    "big5": (charset("big5"), "text"),
    "ebcdic": (charset("cp037", label="ibm037"), "text"),
    "iso-2022-kr": (charset("iso-2022-kr", b"\x1b$)C\x0e\x0fblue\x0e\x0f moon"), "text"),
    "iso-2022-cn": (charset("iso-2022-cn", b"\x1b$)A\x0e\x0fblue moon"), "text"),
    "charset-of-iconv-alone": (charset("UTF-7-IMAP", b"&AGI-lue moon"), "text"),
    "charset-with-shifts-to-nothing": (charset("iso-2022-jp", b"bl\x1b$B\x1b(Bue moon"), "text"),
    "mark-in-the-middle": (charset("utf-8", "bl\ufeffue moon".encode()), "text"),
    "charset-unknown": (charset("x", b"blue moon"), "text unreadable"),
    "charset-that-lies": (charset("utf-16", b"the blue moon"), "hidden anywhere"),
    "mark-against-label": (charset("utf-16", label="iso-8859-1"), "text"),
    "charset-in-pieces": (message(b"+AGI-lue moon",
                                  "Content-Type: text/plain; charset*1=7; charset*0=utf-"), "text"),
    "charset-twice": (message(b"+AGI-lue moon",
                              "Content-Type: text/plain; charset=utf-7; charset=us-ascii"), "text"),
    "invalid-bytes-beside": (charset("utf-8", b"\xffblue moon\xc3"), "text"),
    "nul-between-letters": (message(b"b\0l\0u\0e m\0oon"), "text"),
    # Unicode
    "zero-width": (message("bl\u200bue mo\u2060on", "Content-Type: text/plain; charset=utf-8"),
                   "text"),
    "soft-hyphen": (message("bl\u00adue moon", "Content-Type: text/plain; charset=utf-8"), "text"),
    "variation-selectors": (message("b\ufe0flue moon\ufe0f",
                                    "Content-Type: text/plain; charset=utf-8"), "text"),
    "tags": (message("b\U000e0062lue moon", "Content-Type: text/plain; charset=utf-8"), "text"),
    "full-width": (message(FULLWIDTH, "Content-Type: text/plain; charset=utf-8"), "text"),
    "mathematical": (message(BOLD, "Content-Type: text/plain; charset=utf-8"), "text"),
    "circled": (message(CIRCLED, "Content-Type: text/plain; charset=utf-8"), "text"),
    "combining-marks": (message("b\u0301lue mo\u0336on",
                                "Content-Type: text/plain; charset=utf-8"), "folded"),
    "look-alikes": (message("\u0432\u04cfu\u0435 m\u043e\u03bfn",
                            "Content-Type: text/plain; charset=utf-8"), "folded"),
    "other-blanks": (message("blue\u3000\u00a0\u2009moon",
                             "Content-Type: text/plain; charset=utf-8"), "text"),
    "right-to-left": (message("\u202dblue\u202c moon", "Content-Type: text/plain; charset=utf-8"),
                      "text"),
    "right-to-left-override": (message("see the \u202enoom eulb\u202c rise",
                                       "Content-Type: text/plain; charset=utf-8"), "text"),
    "override-within-the-words": (message("bl\u202eeu\u202c m\u202en\u0301oo",
                                          "Content-Type: text/plain; charset=utf-8"), "folded"),
    "override-in-a-subject": (message("x", "Subject: =?utf-8?B?" + b64(
        "\u202enoom eulb").decode() + "?="), "subject"),
    # HTML
    "bdo": (html("<bdo dir=rtl>noom <b>eul</b>b</bdo>"), "text"),
    "bidi-override": (html("<p>the <span style='unicode-bidi: bidi-override; direction: RTL'>eulb</span>"
                           " moon"), "text"),
    "bidi-override-unclosed": (html("<p style='direction:rtl;unicode-bidi:bidi-override'>x<br>noom eulb"),
                               "text"),
    "value-of-a-field": (html("<input value='blue moon' disabled>"), "text"),
    "placeholder-of-a-field": (html("<input placeholder='blue moon'>"), "hidden anywhere"),
    "label-of-an-option": (html("<optgroup label='blue moon'>"), "hidden anywhere"),
    "entities": (html("b&#108;&#x75;e &#0000109oo&#x6E"), "text"),
    "entity-names": (html("blue&nbsp;m&ocy;on blue&Tab;moon"), "text"),
    "empty-tags-between": (html("bl<b></b>ue m<x-y>oo</x-y>n"), "text"),
    "comments-between": (html("bl<!-- x -->ue m<!-->oo<!--->n"), "text"),
    "nul-in-a-tag": (html(b"bl<b\0>ue</b\0> moon"), "text"),
    "greater-in-an-attribute": (html("bl<b title='>'>ue</b> moon"), "text"),
    "unclosed-tag": (html("<p>blue moon<b "), "text"),
    "unclosed-comment": (html("x<!-- blue moon"), "hidden anywhere"),
    "hidden-junk-between": (html("bl<span style='display:none'>xx</span>ue moon"), "text"),
    "hidden-by-font-size": (html("bl<span style='font-size:0'>xx</span>ue moon"), "text"),
    "hidden-by-class": (html("<style>.x{display:none}</style>bl<i class=x>xx</i>ue moon"), "text"),
    "hidden-by-attribute": (html("bl<i hidden>xx</i>ue moon"), "text"),
    "hidden-text": (html("<p hidden>blue moon</p>"), "hidden anywhere"),
    "only-in-a-comment": (html("<!-- blue moon -->"), "hidden anywhere html"),
    "only-in-a-script": (html("<script>'blue moon'</script>"), "hidden anywhere"),
    "only-in-a-style": (html("<style>/* blue moon */</style>"), "hidden anywhere"),
    "only-in-the-title": (html("<title>blue moon</title>"), "hidden anywhere"),
    "only-in-an-alt-text": (html("<img alt='blue moon'>"), "text"),
    "only-in-a-title-attribute": (html("<a title='blue moon'>x</a>"), "hidden anywhere"),
    "only-in-a-link": (html("<a href='http://a.example/blue%20moon'>x</a>"), "anywhere"),
    "only-in-a-data-url": (html(b"<iframe src='data:text/html;base64," + b64("<b>blue</b> moon") +
                                b"'>"), "hidden anywhere"),
    "noscript": (html("<noscript>blue moon</noscript>"), "text"),
    "template": (html("<template>blue moon</template>"), "hidden anywhere"),
    # structure
    "nested-message": (attached(message("blue moon"), "Content-Type: message/rfc822"), "text"),
    "nested-in-base64": (attached(b64(message("blue moon")), "Content-Type: message/rfc822", CTE64),
                         "text"),
    "boundary-missing": (message("--b\r\n\r\nblue moon\r\n--b--",
                                 "Content-Type: multipart/mixed"), "text"),
    "boundary-that-never-comes": (message("blue moon", "Content-Type: multipart/mixed; boundary=b"),
                                  "text unreadable"),
    "boundary-only-at-the-end": (message("blue moon\r\n--b--\r\n",
                                         "Content-Type: multipart/alternative; boundary=b"),
                                 "text unreadable"),
    "boundary-twice": (message("--b\r\n\r\nblue moon\r\n--b--",
                               "Content-Type: multipart/mixed; boundary=a; boundary=b"), "text"),
    "boundary-that-is-long": (multipart(part("blue moon"), boundary=b"b" * 200), "text"),
    "boundary-prefix": (multipart(part(b"--bb\r\nblue moon\r\n--bb--")), "text"),
    "text-after-the-end": (message("--b\r\n\r\nx\r\n--b--\r\nblue moon\r\n",
                                   "Content-Type: multipart/mixed; boundary=b"), "hidden anywhere"),
    "preamble": (message("blue moon\r\n--b\r\n\r\nx\r\n--b--\r\n",
                         "Content-Type: multipart/mixed; boundary=b"), "hidden anywhere"),
    "part-without-header": (multipart(b"blue moon"), "text"),
    "type-missing": (message("blue moon", "Content-Type:"), "text"),
    "type-in-upper-case": (message("bl<b>ue</b> moon", "CONTENT-TYPE: TEXT/HTML"), "text"),
    "alternatives-that-differ": (multipart(part("blue moon"), part("x", "Content-Type: text/html"),
                                           kind="alternative"), "text"),
    "alternatives-the-other-way": (multipart(part("x"),
                                             part("bl<b>ue</b> moon", "Content-Type: text/html"),
                                             kind="alternative"), "text"),
    "message-partial": (message("blue moon", "Content-Type: message/partial; id=a; number=1"),
                        "text unreadable"),
    "external-body": (message("x", "Content-Type: message/external-body; access-type=URL"),
                      "unreadable"),
    "blank-before-the-colon": (message(BLUE, "Content-Transfer-Encoding : base64"), "text"),
    "blank-before-the-colon-in-a-part": (multipart(part(
        BLUE, "Content-Transfer-Encoding : base64", "Content-Type\t: text/plain")), "text"),
    "boundary-empty": (message("--\r\n\r\nblue moon\r\n----\r\n",
                               'Content-Type: multipart/mixed; boundary=""'), "text"),
    "message-in-a-message": (attached(attached(message("blue moon"), "Content-Type: message/rfc822"),
                                      "Content-Type: message/rfc822"), "text"),
    "message-without-a-label": (attached(message("blue moon", "Subject: x"),
                                         "Content-Type: application/octet-stream; name=a.eml"),
                                "anywhere"),
    "page-without-a-label": (attached(b"<html><body>bl<b>ue</b> moon</body></html>",
                                      "Content-Type: application/octet-stream; name=a.bin"), "anywhere"),
    "digest": (multipart(part(message("blue moon")), kind="digest"), "text"),
    # lines
    "bare-carriage-returns": (message(b"x\rthe blue\rmoon"), "text"),
    **{f"across-{size}": (message("x" * (size - 60) + " " * 30 + "blue moon" + "x" * 40 + " blue moon"),
                          "text") for size in (4096, 8192, 16384, 32768, 65535, 262144, 1048576)},
    "flowed": (message("bl \r\nue moon",
                       "Content-Type: text/plain; format=flowed; delsp=yes"), "text"),
    "no-final-line-end": (message("blue moon"), "text"),
    "long-line": (message("x" * 200_000 + " blue moon"), "text raw"),
    # headers
    "subject-base64": (message("x", b"Subject: =?utf-8?B?" + BLUE + b"?="), "subject anywhere"),
    "subject-split": (message("x", "Subject: =?utf-8?Q?bl?=\r\n =?utf-8?Q?ue_moon?="), "subject"),
    "subject-split-within-a-character": (message(
        "x", b"Subject: =?utf-8?B?" + b64(b"blue\xc2") + b"?= =?utf-8?B?" + b64(b"\xa0moon") +
        b"?="), "subject"),
    "subject-without-padding": (message("x", b"Subject: =?utf-8?B?" + BLUE.rstrip(b"=") + b"?="),
                                "subject"),
    "subject-adjacent-words": (message("x", "Subject: =?utf-8?Q?blue?==?utf-8?Q?_moon?="), "subject"),
    "subject-folded": (message("x", "Subject:\r\n blue\r\n\tmoon"), "subject"),
    "subject-utf-7": (message("x", "Subject: =?utf-7?Q?+AGI-lue_moon?="), "subject"),
    "subject-in-odd-case": (message("x", b"sUbJeCt : =?UTF-8*en?b?" + BLUE + b"?="), "subject"),
    "subject-twice": (message("x", "Subject: x", "Subject: blue moon"), "subject"),
    "subject-long": (message("x", "Subject: " + "x" * 60_000 + " blue moon"), "subject"),
    # names
    "name-in-the-type": (attached("x", "Content-Type: application/zip; name=run.exe"), "name"),
    "name-both-differ": (attached("x", "Content-Type: image/png; name=run.exe",
                                  "Content-Disposition: attachment; filename=a.png"), "name label"),
    "name-twice": (named("filename=a.txt; filename=run.exe"), "name"),
    "name-in-pieces": (named("filename*1*=%65xe; filename*0=\"run.\""), "name"),
    "name-with-gaps": (named("filename*0=run; filename*7=.exe"), "name"),
    "name-in-encoded-words": (named('filename="=?utf-8?B?cnVuLmV4ZQ==?="'), "name"),
    "name-right-to-left": (named("filename*=utf-8''ann%E2%80%AEfdp.exe"), "name"),
    "name-trailing-dots": (named('filename="run.exe. ."'), "name"),
    "name-with-nul": (attached("x", b'Content-Disposition: attachment; filename="run.exe\0.txt"'),
                      "name"),
    "name-of-a-stream": (named('filename="run.exe::$DATA"'), "name"),
    "name-with-two-extensions": (named("filename=invoice.pdf.exe"), "name"),
    "name-with-a-path": (named('filename="../../$(id)/run.exe"'), "name"),
    "name-unquoted-with-blanks": (named("filename=my invoice.exe"), "name"),
    "name-in-uuencode": (message(uuencode(b"x" * 9, "run.exe")), "name"),
    "name-in-a-zip": (attached(b64(zipped("run.exe", PE)), "Content-Type: application/zip; name=a.zip",
                               CTE64), "inner"),
    "name-in-a-zip-called-otherwise": (attached(b64(zipped("run.exe", PE)),
                                                "Content-Type: image/png; name=a.png", CTE64), "inner"),
    "name-in-an-encrypted-zip": (attached(b64(zipped("run.exe", PE, encrypted=True)),
                                          "Content-Type: application/zip; name=a.zip", CTE64),
                                 "inner encrypted"),
    "name-in-a-zip-in-a-zip": (attached(b64(zipped("a.zip", zipped("a/run.exe . ", PE))),
                                        "Content-Type: application/zip; name=a.zip", CTE64),
                               "inner"),
    "name-turned-round-in-a-zip": (attached(b64(zipped("ann\u202efdp.exe", PE)),
                                            "Content-Type: application/zip; name=a.zip", CTE64), "inner"),
    # files
    "text-in-a-zip-in-a-zip": (attached(b64(zipped("a.zip", zipped("a.txt", b"the blue moon"))),
                                        "Content-Type: application/zip; name=a.zip", CTE64), "anywhere"),
    "text-in-a-picture": (attached("<svg xmlns='http://www.w3.org/2000/svg'><text>bl<tspan>ue</tspan> moon"
                                   "</text></svg>", "Content-Type: image/svg+xml; name=a.svg"), "anywhere"),
    "program-with-an-innocent-name": (attached(
        b64(PE), "Content-Type: image/png; name=cat.png", CTE64), "program label"),
    "program-in-uuencode": (message(uuencode(PE, "cat.png")), "program"),
    "program-in-winmail-dat": (tnef((2, 0x69002, b"\0" * 14), (2, 0x18010, b"run.exe\0"),
                                    (2, 0x6800F, PE)), "program name many"),
    "text-in-winmail-dat": (tnef((1, 0x2800C, b"the blue moon\0")), "text"),
    "unicode-text-in-winmail-dat": (tnef((1, 0x69003, properties(
        (0x1F, 0x1000, "the blue moon\0".encode("utf-16-le"))))), "text"),
    "html-in-winmail-dat": (tnef((1, 0x69003, properties(
        (0x102, 0x1013, b"<p>bl<b>ue</b> moon")))), "text"),
    "long-name-in-winmail-dat": (tnef((2, 0x69002, b"\0" * 14), (2, 0x69005, properties(
        (0x1E, 0x3707, b"run.exe\0")))), "name"),
    "winmail-dat-damaged": (attached(b"\x78\x9f\x3e\x22\x01\0\x07", "Content-Type: a/b"),
                            "unreadable"),
    "large-file": (attached(b64(b"\0" * 2000), "Content-Type: a/b", CTE64), "large"),
    # links
    "link-with-backslashes": (html("<a href='http:\\\\evil.example\\x'>"), "link"),
    "link-with-line-ends": (html("<a href='ht\ntp://evil\t.example/'>"), "link"),
    "link-in-entities": (html("<a href='&#104;ttp://evil.example/'>"), "link"),
    "link-against-a-base": (html("<base href='http://evil.example/'><a href='x'>"), "link"),
    "link-in-text": (message("Go to <HTTP://EVIL.example/x>."), "link"),
    "link-with-full-width-letters": (html("<a href='http://\uff45vil.example/'>"), "link"),
    "link-in-idna": (html("<a href='http://xn--bcher-kva.example/'>"), "idna"),
    "link-in-unicode": (html("<a href='http://b\u00fccher.example/'>"), "idna"),
    # what cannot be read
    "pgp-mime": (multipart(part("Version: 1", "Content-Type: application/pgp-encrypted"),
                           part("x", "Content-Type: application/octet-stream"), kind="encrypted"),
                 "encrypted"),
    "pgp-in-text": (message("-----BEGIN PGP MESSAGE-----\r\n\r\nx"), "encrypted"),
    "smime": (message("x", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"),
              "encrypted"),
    "smime-without-label": (attached(b64(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"),
                                     "Content-Type: application/octet-stream", CTE64), "encrypted"),
    "more-text-than-is-read": (message("x" * 70 + " blue moon\r\n" + "y" * 17_000_000),
                               "text truncated"),
}

# Rules that must not match.
INNOCENT = {
    "half-the-words": message("blue"),
    "other-words": message("blues moons"),
    "base64-shown-as-text": message(BLUE),
    "boundary": multipart(part("x"), boundary=b"blue moon"),
    "turned-round-and-not-shown-so": message("noom eulb"),
    "value-of-a-hidden-field": html("<input type=hidden value='blue moon'>"),
    "doubly-encoded-entities": html("blue&amp;nbsp;moon &amp;#98;lue"),
    "random-bytes": attached(b64(bytes(range(256)) * 10), "Content-Type: a/b", CTE64),
    "name-that-only-ends-alike": named("filename=texexe"),
    "signed-only": message("x", "Content-Type: application/pkcs7-mime; smime-type=signed-data"),
}


def matched(folder, content):
    """The rules that match, by name."""
    (folder / "policy.conf").write_text(POLICY)
    (folder / "message.eml").write_bytes(content)
    done = subprocess.run(
        [PROGRAM.resolve() / "spillwayctl", "-f", "policy.conf", "test", "message.eml", "--as",
         "ann@customer.example", "--rcpt", "bob@else.example"], cwd=folder, capture_output=True, timeout=60, check=False)
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    return set(re.findall(r"^  ([a-z]+) +MATCH", text, re.MULTILINE))


@pytest.mark.parametrize("name", CASES)
def test_nothing_hides_it(name, tmp_path):
    content, wanted = CASES[name]
    assert set(wanted.split()) <= matched(tmp_path, content)


@pytest.mark.parametrize("name", INNOCENT)
def test_what_only_looks_like_it_is_not_found(name, tmp_path):
    found = matched(tmp_path, INNOCENT[name])
    assert not found & {"text", "hidden", "anywhere", "folded", "name", "inner", "link", "encrypted"}
