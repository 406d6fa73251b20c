"""What leaves in the header: who sent it, sealed, and nothing of the client."""

import re

import pytest
from harness.abuse import Keys
from harness.letters import letter
from harness.postfix import EXAMPLES

ANN, EVE = "ann@customer.example", "eve@other.example"
BOB = "bob@else.example"
FIELD = "X-Spillway-Abuse-ID"
RULES = """
rule seal {
    abuse-id
    add-header Feedback-ID "%{queue-id}:%{account}:spillway"
    add-header CFBL-Address "fbl@mx.test; report=arf"
    add-header X-Powered-By "Die Küchenpost für %{domain}, die sehr viel zu sagen hat über 郵便 und mehr"
}
rule anonymous {
    remove-header Received "X-Originating-*" "X-PHP-*" User-Agent
    replace-header X-Mailer "Post"
}
"""


@pytest.fixture
def keys(place):
    return Keys(place)


@pytest.fixture
def daemon(behind, keys):
    return behind(RULES, settings=keys.setting)


def send(postfix, message=None, sender=ANN):
    return postfix.send(message or letter(), sender=sender, recipients=[BOB], login=sender)


def test_the_token_arrives_once_and_names_the_sender_and_the_queue_id(postfix, daemon, sink, keys):
    reply = send(postfix)
    [arrived] = sink.expect(1)
    assert len(arrived.header(FIELD)) == 1
    token = keys.traced(arrived.data)
    assert (token["user"], token["account"], token["client"]) == (ANN, "customer.example", "127.0.0.1")
    assert token["queue_id"] and reply.endswith(f"queued as {token['queue_id']}")
    assert arrived.header("Feedback-ID") == [f"{token['queue_id']}:customer.example:spillway"]
    assert arrived.header("CFBL-Address") == ["fbl@mx.test; report=arf"]


@pytest.mark.parametrize("name", [FIELD, FIELD.upper(), f"{FIELD} ", f"{FIELD}\t"])
def test_a_client_cannot_send_in_the_name_of_another(postfix, daemon, sink, keys, name):
    send(postfix, sender=EVE)
    stolen = sink.expect(1)[0].header(FIELD)[0]
    assert keys.traced(f"{FIELD}: {stolen}\n")["user"] == EVE
    sink.clear()
    fields = [f"{name}: {stolen}", f"{name}:\n {stolen}", "X-Spillway-Verdict: fine"]
    send(postfix, letter(fields=fields))
    [arrived] = sink.expect(1)
    assert stolen not in arrived.data.decode() and arrived.header("X-Spillway-Verdict") == []
    assert keys.traced(arrived.data)["user"] == ANN


def test_text_of_other_scripts_arrives_as_it_was_meant(postfix, daemon, sink):
    send(postfix)
    [arrived] = sink.expect(1)
    head = arrived.data.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) < 250
    assert arrived.header("X-Powered-By") == [
        "Die Küchenpost für customer.example, die sehr viel zu sagen hat über 郵便 und mehr"]


@pytest.fixture
def anonymous(postfix):
    """The submission service as postfix-examples/master.cf tells to change it."""
    service = f"127.0.0.1:{postfix.submission_port}/inet/cleanup_service_name"
    (postfix.config / "spillway-anonymous").write_text((EXAMPLES / "spillway-anonymous").read_text())
    postfix.run("postconf", "-P", f"{service}=cleanup-anonymous")
    postfix.reload()
    yield postfix
    postfix.run("postconf", "-PX", service)
    postfix.reload()


def test_nothing_of_the_client_leaves(anonymous, daemon, sink):
    fields = ["Received: from laptop.home ([10.0.0.7]) by evil.home (Postfix) with ESMTPSA id 1; now",
              "Received: by 10.0.0.7 with HTTP; Mon, 23 Nov 2026 12:00:00 +0000",
              "X-Originating-IP: [10.0.0.7]", "X-PHP-Script: www.home/x.php for 10.0.0.7",
              "User-Agent: Lettersoft", "X-Mailer: Lettersoft", "X-Mailer: Lettersoft again"]
    reply = send(anonymous, letter(fields=fields))
    [arrived] = sink.expect(1)
    head = arrived.data.partition(b"\r\n\r\n")[0].decode()
    assert not re.search(r"10\.0\.0\.7|home|Lettersoft|client\.test|127\.0\.0\.1|ann@", head.replace(
        "From: Ann <ann@customer.example>", ""))
    assert arrived.header("X-Mailer") == ["Post"]
    [received] = arrived.header("Received")
    queue_id = reply.rpartition(" ")[2]
    assert re.fullmatch(rf"by mx\.test \(Postfix\) with ESMTPA id {queue_id};\s+\w+, \d+ \w+ \d+ .*",
                        received)


def test_other_services_keep_their_trace(anonymous, daemon, sink):
    anonymous.send(letter(), sender=ANN, recipients=[BOB])
    [arrived] = sink.expect(1)
    assert "from client.test" in arrived.header("Received")[0]
