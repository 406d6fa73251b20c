"""spillwayctl trace and abuse-key: a complaint, in whatever form it comes, tells who sent the mail."""

import base64
import email.message
import email.policy
import json
import quopri
import re
import stat
import subprocess
import textwrap

import pytest
from harness.abuse import Keys
from harness.daemon import program
from harness.letters import letter
from harness.milter_client import deliver

ANN = "ann@customer.example"
FIELD = "X-Spillway-Abuse-ID"


@pytest.fixture
def keys(place):
    return Keys(place)


@pytest.fixture
def sent(spillwayd, keys):
    """A message as it left: its header fields and its body."""
    daemon = spillwayd("rule seal { abuse-id }", settings=keys.setting)

    def send(user=ANN, message_id="<1@customer.example>"):
        fields = [f"Message-ID: {message_id}"] if message_id else []
        outcome = deliver(daemon.address, letter(fields=fields), user=user, queue_id="4dFt9w1Rq7z2Q")
        head = "\n".join(f"{name}:{value}" for name, value in outcome.message.headers if value)
        return head + "\n\nHello Bob.\n"
    yield send
    daemon.kill()


def header_of(message):
    return message.partition("\n\n")[0] + "\n"


def field_of(message):
    return re.search(rf"(?m)^{FIELD}: (.*)$", message).group(1)


def report(message, subtype="rfc822", encoding=None):
    """RFC 5965, as mail programs write it."""
    outer = email.message.EmailMessage()
    outer["From"], outer["To"] = "fbl@else.example", "abuse@mx.example"
    outer["Message-ID"] = "<report@else.example>"
    outer.set_type("multipart/report")
    outer.set_param("report-type", "feedback-report")
    for kind, text in (("text/plain", "This is an abuse report.\n"),
                       ("message/feedback-report", "Feedback-Type: abuse\nVersion: 1\n"),
                       (f"message/{subtype}" if subtype == "rfc822" else subtype, message)):
        part = email.message.Message()
        part["Content-Type"] = kind
        if encoding and text is message:
            part["Content-Transfer-Encoding"] = encoding
            data = text.encode()
            text = (base64.encodebytes(data) if encoding == "base64"
                    else quopri.encodestring(data)).decode()
        part.set_payload(text)
        outer.attach(part)
    return outer.as_string()


def inline(text, head="Subject: spam\n\nWho sends this?\n\n"):
    return head + text


def quoted(text, mark="> "):
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def wrapped(text, width=72, indent="\t"):
    """As programs wrap lines that are too long for them."""
    lines = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return "\n".join(lines) + "\n"


def refolded(message):
    """Parsed and written anew by a mail library of another make."""
    return email.message_from_string(message, policy=email.policy.default).as_string()


def in_html(message):
    lines = message.replace("&", "&amp;").replace("<", "&lt;").splitlines()
    return ("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
            + quopri.encodestring(("<html><body>" + "<br>\n".join(lines)).encode()).decode())


FORMS = {
    "the message": lambda m: m,
    "with CRLF": lambda m: m.replace("\n", "\r\n"),
    "the header": header_of,
    "the field": lambda m: f"{FIELD}: {field_of(m)}\n",
    "the value": field_of,
    "in small letters": lambda m: m.replace(FIELD, FIELD.lower()),
    "refolded": refolded,
    "wrapped": wrapped,
    "wrapped without indent": lambda m: wrapped(m, indent=""),
    "quoted": lambda m: inline(quoted(m)),
    "quoted twice and wrapped": lambda m: inline(quoted(quoted(wrapped(m, 60)), ">")),
    "wrapped after quoting": lambda m: inline(wrapped(quoted(m), 76, "")),
    "quoted and wrapped by every program": lambda m: inline(quoted(wrapped(quoted(m), 70, ""), "| ")),
    "forwarded inline": lambda m: inline("---- Forwarded message ----\n" + header_of(m)),
    "in quoted-printable, not decoded": lambda m: inline(quopri.encodestring(m.encode()).decode()),
    "in HTML": in_html,
    "report with the message": report,
    "report with the header": lambda m: report(header_of(m), "text/rfc822-headers"),
    "report in base64": lambda m: report(m, encoding="base64"),
    "report in quoted-printable": lambda m: report(wrapped(m), encoding="quoted-printable"),
    "report of a report": lambda m: report(report(m, encoding="base64")),
    "attached file": lambda m: report(m, "application/octet-stream", "base64"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_complaint_is_traced_in_every_form(sent, keys, form):
    token = keys.traced(FORMS[form](sent()))
    assert (token["user"], token["client"], token["queue_id"]) == (ANN, "192.0.2.7", "4dFt9w1Rq7z2Q")


def test_it_is_told_whether_the_token_belongs_to_the_message(sent, keys):
    message = sent()
    assert keys.traced(message)["message_id_seen"] is True
    moved = message.replace("<1@customer.example>", "<another@spam.example>")
    assert keys.traced(moved)["message_id_seen"] is False
    assert keys.traced(report(message))["message_id_seen"] is True
    assert keys.traced(sent(message_id=None))["message_id_seen"] is None
    code, text, _ = keys.run("trace", stdin=moved)
    assert code == 0 and "may have been copied from another message" in text


def test_a_mailbox_is_traced_message_by_message(place, sent, keys):
    box = place.write("abuse.mbox", "".join(
        f"From x Mon Nov 23 12:00:00 2026\n{sent(user)}\n" for user in (ANN, "eve@other.example")))
    code, text, _ = keys.run("trace", "--json", box)
    users = [message["tokens"][0]["user"] for message in json.loads(text)["messages"]]
    assert (code, users) == (0, [ANN, "eve@other.example"])
    box.write_text(box.read_text() + "From x Mon Nov 23 12:00:00 2026\nSubject: none\n\nnothing\n")
    assert keys.run("trace", box)[0] == 1


def test_a_person_reads_who_it_was(sent, keys):
    code, text, errors = keys.run("trace", *field_of(sent()).split())
    assert (code, errors) == (0, "")
    assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text) == textwrap.dedent("""\
        token     genuine
        user      ann@customer.example
        account   customer.example
        client    192.0.2.7
        queue id  4dFt9w1Rq7z2Q
        sent      TIME UTC
        message   its Message-ID is NOT in the complaint: the token may have been copied from another message
        """)


def test_a_forged_token_names_nobody(place, sent, keys):
    message = sent()
    value = field_of(message)
    flipped = value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    code, [[token]] = keys.trace(message.replace(value, flipped))
    assert (code, token) == (3, {"result": "forged", "field": FIELD.lower()})
    others = Keys(place, "others")
    text = others.file.read_text()
    others.file.write_text(text.replace(f"key {others.ids[0]} ", f"key {keys.ids[0]} "))
    assert others.trace(message)[1] == [[{"result": "forged", "field": FIELD.lower()}]]


def test_a_token_that_was_cut_off_says_so(sent, keys):
    message = header_of(sent())
    code, [[token]] = keys.trace(message[:-20])
    assert (code, token["result"]) == (3, "incomplete")


def test_a_true_token_beside_a_forged_one_is_still_told(sent, keys):
    message = sent()
    forged = "SPW1:" + "A" * 300
    code, [tokens] = keys.trace(message.replace("\n\n", f"\nX-Other: {forged}\n\n", 1))
    assert code == 0
    assert [token["result"] for token in tokens][0] == "genuine" and len(tokens) == 2


def test_a_token_of_another_key_is_unknown(place, sent, keys):
    code, [[token]] = Keys(place, "others").trace(sent())
    assert (code, token["result"], token["key"]) == (4, "unknown-key", keys.ids[0])


def test_a_token_that_is_too_old_keeps_its_secret(place, sent, keys):
    config = place.write("old.conf", f"{keys.setting} valid 1s\n")
    message = sent()
    trace = [program("spillwayctl"), "-f", config, "trace"]
    subprocess.run(["sleep", "1.5"], check=True)
    done = subprocess.run(trace, input=message.encode(), capture_output=True, check=False)
    assert done.returncode == 5
    assert b"TOO OLD" in done.stdout and b"more than 1s ago" in done.stdout and b"ann@" not in done.stdout
    told = subprocess.run([*trace, "--json"], input=message.encode(), capture_output=True, check=False)
    [token] = json.loads(told.stdout)["messages"][0]["tokens"]
    assert sorted(token) == ["field", "result", "sent"] and token["result"] == "too-old"


def test_nothing_is_told_where_there_is_no_token(keys):
    code, text, _ = keys.run("trace", stdin="From: a@b.example\n\nhello\n")
    assert (code, text) == (1, "token  none is here\n")
    assert keys.trace("")[0] == 1


def test_the_key_file_is_named_by_the_configuration_or_the_command(place, keys, sent):
    config = place.write("spillway.conf", keys.setting + "\n")
    done = subprocess.run([program("spillwayctl"), "-f", config, "trace"], input=sent().encode(),
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    bare = place.write("bare.conf", "rule a { tag b }\n")
    done = subprocess.run([program("spillwayctl"), "-f", bare, "trace"], input=b"", capture_output=True,
                          check=False)
    assert done.returncode == 64 and b"name the file with --keys" in done.stderr


def test_keys_are_made_listed_and_removed_and_never_shown(keys):
    assert stat.S_IMODE(keys.file.stat().st_mode) == 0o600
    second = keys.new()
    code, text, _ = keys.run("abuse-key", "list")
    lines = [line.split(None, 2) for line in text.splitlines()]
    assert code == 0 and [(line[0], line[2]) for line in lines] == [
        ("id", "does"), (keys.ids[0], "opens"), (second, "seals and opens")]
    assert keys.run("abuse-key", "remove", "beef")[0] == 1
    assert keys.run("abuse-key", "remove", keys.ids[0])[0] == 0
    assert keys.run("abuse-key", "remove", second)[0] == 1  # the last one
    assert json.loads(keys.run("abuse-key", "list", "--json")[1])["keys"] == [
        {"id": second, "made": lines[2][1], "seals": True}]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_keys_that_others_may_read_or_write_are_refused_by_all(place, spillwayd, keys, mode):
    keys.file.chmod(mode)
    for words in (["trace"], ["abuse-key", "list"], ["abuse-key", "new"]):
        code, _, errors = keys.run(*words, stdin="SPW1:")
        assert code in (1, 78) and "must be 0600" in errors
    config = place.write("spillway.conf", f"{keys.setting}\nrule seal {{ abuse-id }}\n")
    for option in (["--check"], []):
        done = subprocess.run([program("spillwayd"), "-f", config, *option], capture_output=True,
                              timeout=60, check=False)
        assert done.returncode == 78 and b"must be 0600" in done.stderr
