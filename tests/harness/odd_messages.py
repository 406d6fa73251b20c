"""Messages of every build that mail programs make, and of some that none should: for what changes mail.

Each is (name, bytes, sides): how many parts show the message's own text and can be added to; 0 where
the message is to be left alone, None where either is right.
"""

import email.policy
import itertools
from email import encoders
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

HEAD = b"From: Ann <ann@customer.example>\r\nTo: bob@else.example\r\nSubject: Odd\r\n"
TEXTS = {
    "us-ascii": "Dear Bob,\n\n1 + 1 = 2, and what follows is > 3.\n  Indented. \nFrom here\n-- \nAnn\n",
    "utf-8": "Grüße aus Tōkyō \U0001f600\n\nשלום עולם\nمرحبا\n",
    "iso-8859-1": "Crème brûlée, ½ Preis\n",
    "iso-8859-15": "5 € für die Bäckerei\n",
    "windows-1252": "„Zitat“ – 5 €\n",
    "koi8-r": "Привет, Боб\n",
    "windows-1255": "שלום עולם\n",
    "shift_jis": "表示能力ソース\n",
    "euc-jp": "日本語の文章\n",
    "gb18030": "你好，世界\n",
    "big5": "你好，許功蓋\n",
    "euc-kr": "안녕하세요\n",
    "iso-2022-jp": "日本語の文章\n二行目\n",
    "utf-16": "Sixteen bits, Grüße\n",
    "utf-7": "Sieben Bits: Grüße + mehr\n",
}
STATEFUL = {"iso-2022-jp", "utf-7"}
PAGES = {
    "whole": "<!DOCTYPE html><html><head><title>t</title></head><body><p>{}</p></body></html>",
    "fragment": "<div>{}</div>",
    "upper": "<HTML><BODY BGCOLOR=white><P>{}</BODY></HTML>",
    "no-end": "<html><body><table><tr><td>{}",
    "open-comment": "<html><body><p>{}</p><!-- unfinished",
    "open-tag": "<p>{}</p><a href=\"x",
    "open-style": "<p>{}</p><style>p {{ color: red",
    "two-bodies": "<body><p>{}</p></body><body><p>more</p></body>",
    "body-in-comment": "<body><p>{}</p><!-- </body> --><p>more</p></body>",
    "preheader": "<body><div style=\"display:none\">pre</div><p>{}</p></body>",
    "open-preheader": "<body><p>{}</p><div style=\"display:none\">pre</body>",
    "outlook": "<body><!--[if mso]><table><tr><td><![endif]--><p>{}</p>"
               "<!--[if mso]></td></tr></table><![endif]--></body>",
}


def text_part(text, charset, encoding, subtype="plain", **parameters):
    part = MIMENonMultipart("text", subtype, charset=charset, **parameters)
    # Lines end with CRLF in the form that is encoded (RFC 2045 section 6.8).
    part.set_payload(text.replace("\n", "\r\n").encode(charset))
    if encoding == "base64":
        encoders.encode_base64(part)
    elif encoding == "quoted-printable":
        encoders.encode_quopri(part)
    else:
        part["Content-Transfer-Encoding"] = encoding
        part.set_payload(part.get_payload(decode=True).decode("ascii", "surrogateescape"))
    return part


def wire(part):
    policy = email.policy.compat32.clone(linesep="\r\n", max_line_length=None)
    return HEAD + part.as_bytes(policy=policy)


def encodings_for(charset):
    if charset in ("us-ascii", *STATEFUL):
        return ("7bit", "quoted-printable", "base64")
    return ("base64",) if charset == "utf-16" else ("8bit", "quoted-printable", "base64")


def single_parts():
    for charset, text in TEXTS.items():
        for encoding in encodings_for(charset):
            yield f"plain-{charset}-{encoding}", wire(text_part(text, charset, encoding)), 1
            for page in ("whole", "no-end"):
                html = PAGES[page].format(text)
                yield (f"html-{page}-{charset}-{encoding}",
                       wire(text_part(html, charset, encoding, "html")), 1)
    for (name, page), encoding in itertools.product(
            PAGES.items(), ("7bit", "quoted-printable", "base64")):
        yield (f"page-{name}-{encoding}",
               wire(text_part(page.format("Hello"), "us-ascii", encoding, "html")), 1)


def flowed():
    bodies = {"paragraph": "a paragraph \nthat goes \non\n", "signed": "Hi \nthere\n\n-- \nAnn\n",
              "open": "ends flowed \n", "quoted": "Yes.\n\n> Really \n> so?\n"}
    for (name, body), delsp, encoding in itertools.product(
            bodies.items(), ("no", "yes"), ("7bit", "quoted-printable")):
        yield (f"flowed-{name}-{delsp}-{encoding}",
               wire(text_part(body, "us-ascii", encoding, format="flowed", delsp=delsp)), 1)


def alternative(charset="utf-8", encoding="base64"):
    whole = MIMEMultipart("alternative")
    whole.attach(text_part(TEXTS[charset], charset, encoding))
    whole.attach(text_part(PAGES["whole"].format(TEXTS[charset]), charset, encoding, "html"))
    return whole


def mixed(*parts, subtype="mixed", **parameters):
    whole = MIMEMultipart(subtype, **parameters)
    for part in parts:
        whole.attach(part)
    return whole


def attached(name="file.bin"):
    part = MIMEApplication(bytes(range(256)) * 9)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def notes():
    part = MIMEText("notes\n")
    part.add_header("Content-Disposition", "attachment", filename="notes.txt")
    return part


def forwarded():
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("The inner text.\n")
    inner.add_alternative("<p>The inner text.</p>", subtype="html")
    return MIMEMessage(inner)


def picture():
    part = MIMEImage(b"\x89PNG\r\n\x1a\n" + b"0" * 60, "png")
    part.add_header("Content-ID", "<picture@x>")
    part.add_header("Content-Disposition", "inline", filename="p.png")
    return part


def related(charset="utf-8"):
    page = text_part(PAGES["whole"].format("x<img src='cid:picture@x'>"), charset,
                     "base64", "html")
    return mixed(page, picture(), subtype="related", type="text/html")


def multiparts():
    for charset in TEXTS:
        for encoding in encodings_for(charset):
            both = f"{charset}-{encoding}"
            yield f"alternative-{both}", wire(alternative(charset, encoding)), 2
            yield f"files-{both}", wire(mixed(alternative(charset, encoding), attached(),
                                              notes(), forwarded())), 2
    for charset in ("us-ascii", "utf-8", "iso-8859-1", "utf-16"):
        sides = mixed(text_part(TEXTS[charset], charset, encodings_for(charset)[0]),
                      related(charset), subtype="alternative")
        yield f"related-{charset}", wire(sides), 2
        yield f"related-files-{charset}", wire(mixed(sides, attached())), 2
    yield "related-alone", wire(related()), 1
    yield "related-start", wire(mixed(
        picture(), rooted("<b>root</b>"), subtype="related", start="<root@x>")), 1
    yield "mixed-texts", wire(mixed(MIMEText("one\n"), picture(), MIMEText("two\n"))), 1
    yield "only-files", wire(mixed(attached(), notes())), 0
    yield "only-forwarded", wire(mixed(forwarded())), 0
    yield "forwarded-alone", wire(forwarded()), 0
    yield "picture-alone", wire(picture()), 0
    yield "digest", wire(mixed(forwarded(), forwarded(), subtype="digest")), 0


def rooted(html):
    part = text_part(html, "us-ascii", "7bit", "html")
    part["Content-ID"] = "<root@x>"
    return part


def typed(kind, payload=b"x", **parameters):
    main, _, sub = kind.partition("/")
    part = MIMEBase(main, sub, **parameters)
    part.set_payload(payload.decode())
    return part


def sealed():
    signature = typed("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----\n")
    for inner in (MIMEText("Signed.\n"), alternative(), mixed(alternative(), attached())):
        kind = inner.get_content_subtype()
        whole = mixed(inner, signature, subtype="signed", protocol="application/pgp-signature")
        yield f"signed-{kind}", wire(whole), 0
        yield f"signed-in-mixed-{kind}", wire(mixed(whole, MIMEText("list\n"))), 0
    yield "smime-signed", wire(mixed(MIMEText("x\n"), typed("application/pkcs7-signature"),
                                     subtype="signed")), 0
    for smime in ("signed-data", "enveloped-data"):
        yield f"smime-{smime}", wire(typed("application/pkcs7-mime", **{"smime-type": smime})), 0
    yield "pgp-encrypted", wire(mixed(typed("application/pgp-encrypted", b"Version: 1\n"),
                                      attached("x.asc"), subtype="encrypted")), 0
    yield "pgp-inline", wire(MIMEText("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n")), 0
    yield broken("report", b"--b\r\n\r\nUndelivered.\r\n--b\r\n"
                 b"Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n--b--\r\n", 0,
                 b"Content-Type: multipart/report; report-type=delivery-status; boundary=b")
    calendar = typed("text/calendar", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", method="REQUEST")
    yield "invitation", wire(mixed(MIMEText("Come!\n"), calendar, subtype="alternative")), 0
    yield "invitation-alone", wire(calendar), 0


def broken(kind, body, sides, *fields):
    head = HEAD + b"MIME-Version: 1.0\r\n" + b"".join(field + b"\r\n" for field in fields)
    return kind, head + b"\r\n" + body, sides


def oddities():
    plain = b"Content-Type: text/plain"
    two = b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n" \
          b"Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b--\r\n"
    alternative_of = b"Content-Type: multipart/alternative; boundary="
    yield "bare", HEAD + b"\r\nHello\r\n", 1
    yield "empty", HEAD + b"\r\n", 1
    yield broken("blank-lines", b"\r\n\r\n\r\n", 1, plain)
    yield broken("no-last-line-end", b"Hello", 1, plain)
    yield broken("bare-cr", b"one\rtwo\r\n", 1, plain)
    yield broken("nul", b"one\0two\r\n", 1, plain)
    yield broken("unlabelled-8bit", "Grüße\r\n".encode(), 1)
    yield broken("unlabelled-latin", b"Gr\xfc\xdfe\r\n", None)
    yield broken("lying-utf8", b"Gr\xfc\xdfe\r\n", 1, plain + b"; charset=utf-8",
                 b"Content-Transfer-Encoding: 8bit")
    yield broken("long-line", b"x" * 5000 + b"\r\n", 1, plain)
    yield broken("dots", b".\r\n..\r\n.x\r\n", 1, plain)
    yield broken("separator", b"From me\r\n>From you\r\n", 1, plain)
    yield broken("upper-case", b"Hello\r\n", 1, b"CONTENT-TYPE: TEXT/PLAIN; CHARSET=\"US-ASCII\"")
    yield broken("folded", b"Hello\r\n", 1, b"Content-Type: text/plain;\r\n\tcharset=\"iso-8859-1\";"
                 b"\r\n format=flowed", b"Content-Transfer-Encoding:\r\n 7bit")
    yield broken("comments", b"Hello\r\n", None,
                 b"Content-Type: text/plain (a; charset=x); charset = us-ascii (b)")
    yield broken("rfc2231", b"Hello\r\n", None, b"Content-Type: text/plain; charset*=us-ascii''utf-8")
    yield broken("unknown-charset", b"Hello\r\n", 0, plain + b"; charset=x-nobody")
    yield broken("two-charsets", b"Hello\r\n", 0, plain + b"; charset=utf-8; charset=koi8-r")
    yield broken("unknown-encoding", b"Hello\r\n", 0, b"Content-Transfer-Encoding: rot13")
    yield broken("uuencode", b"begin 644 x\r\n#86)C\r\n`\r\nend\r\n", 0,
                 b"Content-Transfer-Encoding: x-uuencode")
    yield broken("damaged-base64", b"SGVsb*8gQm9i\r\n", 0, b"Content-Transfer-Encoding: base64")
    yield broken("one-base64-line", b"SGVsbG8sIEJvYg==", 1, b"Content-Transfer-Encoding: base64")
    yield broken("short-base64-lines", b"SGVs\r\nbG8s\r\nIEJv\r\nYg==\r\n\r\n", 1,
                 b"Content-Transfer-Encoding: base64")
    yield broken("odd-quoted-printable", b"a=ZZ = b =\r\n c=3d=20\r\nlast=", 1,
                 b"Content-Transfer-Encoding: quoted-printable")
    yield broken("encoded-line-ends", b"one=0D=0Atwo=0D=0A=\r\n", 1,
                 b"Content-Transfer-Encoding: quoted-printable")
    yield broken("two-types", two, 0, plain, alternative_of + b"b")
    yield broken("two-boundaries", two, 0, alternative_of + b"b; boundary=c")
    yield broken("no-boundary", two, 0, b"Content-Type: multipart/alternative")
    yield broken("wrong-boundary", two, 0, alternative_of + b"c")
    yield broken("quoted-boundary", two, 2, alternative_of + b"\"b\"")
    yield broken("preamble", b"before\r\n" + two + b"after\r\n", 2, alternative_of + b"b")
    yield broken("unclosed", two.replace(b"--b--\r\n", b""), 2, alternative_of + b"b")
    yield broken("goes-on", two + b"--b\r\n\r\nmore\r\n--b--\r\n", 0, alternative_of + b"b")
    yield broken("prefix-boundary", two.replace(b"--b\r\n", b"--bb\r\n--b\r\n", 1), 2,
                 alternative_of + b"b")
    yield broken("blanks-behind-boundary", two.replace(b"--b\r\n", b"--b \t\r\n"), 2,
                 alternative_of + b"b")
    yield broken("no-part-headers", b"--b\r\n\r\nHello\r\n--b--\r\n", 1,
                 b"Content-Type: multipart/mixed; boundary=b")
    yield broken("part-without-empty-line", b"--b\r\nHello\r\n--b--\r\n", 0,
                 b"Content-Type: multipart/mixed; boundary=b")
    yield broken("empty-part", b"--b\r\n\r\n--b--\r\n", 0, b"Content-Type: multipart/mixed; boundary=b")
    yield broken("amp", two.replace(b"text/html", b"text/x-amp-html"), 0, alternative_of + b"b")
    yield broken("rich", two.replace(b"text/html", b"text/enriched"), 0, alternative_of + b"b")
    yield broken("encoded-multipart", two, 0, alternative_of + b"b",
                 b"Content-Transfer-Encoding: base64")
    yield broken("md5", b"Hello\r\n", 1, b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==")


def odd_messages():
    """All of them, as a list; names differ."""
    return [*single_parts(), *flowed(), *multiparts(), *sealed(), *oddities()]
