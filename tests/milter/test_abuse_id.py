"""Every message carries who sent it, readable to nobody but us; and what else leaves in its header."""

import re

import pytest
from harness.abuse import Keys
from harness.letters import letter
from harness.milter_client import deliver, submit_locally

ANN, EVE = "ann@customer.example", "eve@other.example"
FIELD = "X-Spillway-Abuse-ID"
POLICY = """
rule seal {
    abuse-id
    add-header CFBL-Address "fbl@mx.example; report=arf"
    add-header CFBL-Feedback-ID "%{abuse-id}"
    add-header X-Report-Abuse "Send the whole header to abuse@%{domain}, reference %{queue-id}"
}
rule anonymous { remove-header Received "X-Originating-*" User-Agent; replace-header X-Mailer "Post für %{domain}" }
"""


@pytest.fixture
def keys(place):
    return Keys(place)


@pytest.fixture
def sealing(spillwayd, keys):
    return spillwayd(POLICY, settings=keys.setting)


def token_of(outcome, name=FIELD):
    [value] = outcome.message.values(name)
    return f"{FIELD}: {value}\n"


def test_a_token_tells_who_sent_the_message(sealing, keys):
    outcome = deliver(sealing.address, letter(), user=ANN, queue_id="4dFt9w1Rq7z2Q")
    token = keys.traced(token_of(outcome))
    assert (token["user"], token["account"]) == (ANN, "customer.example")
    assert (token["client"], token["queue_id"]) == ("192.0.2.7", "4dFt9w1Rq7z2Q")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", token["sent"])
    assert token["field"] == FIELD.lower()
    assert token_of(outcome, "CFBL-Feedback-ID") == token_of(outcome)


def test_nobody_outside_learns_anything_from_it(sealing):
    first, second = (token_of(deliver(sealing.address, letter(), user=ANN)) for _ in range(2))
    assert first != second
    assert "ann" not in first.lower() and "customer" not in first.lower()


@pytest.mark.parametrize("name", [FIELD, FIELD.lower(), FIELD.upper(), "cfbl-feedback-id"])
def test_a_token_that_a_client_writes_does_not_leave(sealing, keys, name):
    stolen = token_of(deliver(sealing.address, letter(), user=EVE)).partition(": ")[2].strip()
    outcome = deliver(sealing.address, letter(fields=[f"{name}: {stolen}", f"{name}:{stolen}"]),
                      user=ANN)
    [value] = outcome.message.values(name)
    assert value != stolen
    assert keys.traced(f"{name}: {value}\n")["user"] == ANN


def test_mail_of_programs_names_them_too(sealing, keys):
    outcome = submit_locally(sealing.address, letter(), sender="web@customer.example",
                             recipients=["bob@else.example"])
    token = keys.traced(token_of(outcome))
    assert (token["user"], token["client"]) == ("web@customer.example", "127.0.0.1")


def test_what_tells_of_the_client_does_not_leave_and_the_brand_does(sealing):
    fields = ["Received: from laptop [10.0.0.7] by here; now", "x-originating-ip: [10.0.0.7]",
              "X-Mailer: Lettersoft", "X-ORIGINATING-EMAIL: me@home.example", "User-Agent: Lettersoft",
              "x-mailer: twice", "Received: from home"]
    message = deliver(sealing.address, letter(fields=fields), user=ANN, queue_id="4dFt").message
    assert message.values("X-Mailer") == ["Post =?utf-8?B?ZsO8cg==?= customer.example"]
    assert not re.search("laptop|10.0.0.7|Lettersoft|home", str(message.headers))
    assert message.values("CFBL-Address") == ["fbl@mx.example; report=arf"]
    assert message.values("X-Report-Abuse") == [
        "Send the whole header to abuse@customer.example, reference 4dFt"]
    # It stands where the client's stood.
    assert [name.lower() for name in message.names()].index("x-mailer") == 3


def test_a_login_can_write_no_field_of_its_own(sealing):
    strange = 'a"\r\nBcc: x@evil.example\r\n\x00@customer.example\r\nX: y'
    message = deliver(sealing.address, letter(), user=strange.replace("\x00", "")).message
    assert message.values("Bcc") == [] and message.values("X") == []
    [report] = message.values("X-Report-Abuse")
    assert "\r" not in report and "\n" not in report


def test_after_a_rotation_both_keys_are_known_and_the_new_one_seals(sealing, keys):
    before = token_of(deliver(sealing.address, letter(), user=ANN))
    keys.new()
    assert "loaded" in sealing.reload()
    after = token_of(deliver(sealing.address, letter(), user=EVE))
    assert keys.traced(before)["user"] == ANN
    assert keys.traced(after)["user"] == EVE
    assert keys.run("abuse-key", "remove", keys.ids[0])[0] == 0
    code, [[gone]] = keys.trace(before)
    assert (code, gone["result"], gone["key"]) == (4, "unknown-key", keys.ids[0])
    assert keys.traced(after)["user"] == EVE


def test_keys_that_others_may_read_never_replace_good_ones(sealing, keys):
    keys.file.chmod(0o644)
    assert "stays" in sealing.reload()
    assert sealing.log_lines("its mode is 0644 and must be 0600")
    outcome = deliver(sealing.address, letter(), user=ANN)
    keys.file.chmod(0o600)
    assert keys.traced(token_of(outcome))["user"] == ANN


def test_no_key_and_no_token_is_in_the_log(sealing, keys):
    deliver(sealing.address, letter(), user=ANN, queue_id="4dFt")
    sealing.expect_log("4dFt")
    assert "SPW1" not in sealing.log()
    assert not [secret for secret in keys.secrets() if secret.decode() in sealing.log()]
