"""The second job: a login sends only as what it owns, in the envelope and in the From field."""

import pytest
from harness.letters import letter
from harness.postfix import Refused

ANN, EVE = "ann@customer.example", "eve@other.example"
BOB = ["bob@else.example"]
OWNED = """
map owned pairs file maps/owned
rule envelope-owned {
    when   auth and not mail-from in owned[user]
    reject 553 5.7.1 "%{user} may not send as %{sender}"
}
rule from-owned {
    when   auth and not from in owned[user]
    reject 550 5.7.1 "From address not yours (rule %{rule})"
}
"""


@pytest.fixture
def daemon(place, behind):
    place.write("spillwayd/maps/owned",
                "ann@customer.example customer.example shop.example\n"
                "eve@other.example eve@other.example\n")
    return behind(OWNED)


def send(postfix, from_, *, sender=ANN, login=ANN, fields=()):
    message = letter(sender=from_, fields=fields) if from_ else "Subject: x\n\nHello\n"
    return postfix.send(message, sender=sender, recipients=BOB, login=login)


@pytest.mark.parametrize("from_", [
    "ann@customer.example", "Ann <ann@customer.example>", '"a@b" <ann@shop.example>',
    "=?utf-8?q?J=C3=B6rg?= <j.o'neil@customer.example>", "ann+tag@CUSTOMER.example",
    "ann@customer.example (Ann (at work))",
])
def test_owned_addresses_pass_in_every_honest_form(postfix, daemon, sink, from_):
    assert send(postfix, from_).startswith("250 ")
    assert sink.expect(1)[0].header("Subject") == ["Greetings"]


@pytest.mark.parametrize("from_", [
    "eve@other.example", "Ann <ann@customer.example.evil.example>", "ann@notcustomer.example",
    "ann@customer.example, boss@bank.example", "ann@customer.example <boss@bank.example>",
    "Friends: ann@customer.example, boss@bank.example;", "<ann@customer.example> <boss@bank.example>",
    "ann@sub.customer.example", "boss@bank.example (ann@customer.example)",
    "=?utf-8?q?ann=40customer.example?= <boss@bank.example>", "Ann", "ann@customer.example@bank.example",
])
def test_addresses_of_others_are_refused_however_they_are_dressed(postfix, daemon, sink, from_):
    with pytest.raises(Refused) as refusal:
        send(postfix, from_)
    assert refusal.value.code == 550
    assert refusal.value.text == "5.7.1 From address not yours (rule from-owned)"
    assert sink.messages == []


@pytest.mark.parametrize("second", ["From: boss@bank.example", "from: ann@customer.example",
                                    "FROM :boss@bank.example"])
def test_a_second_from_is_refused_even_when_it_is_owned(postfix, daemon, second):
    with pytest.raises(Refused):
        send(postfix, "ann@customer.example", fields=[second])


def test_the_envelope_sender_must_be_owned_too(postfix, daemon):
    with pytest.raises(Refused) as refusal:
        send(postfix, "ann@customer.example", sender=EVE)
    assert refusal.value.code == 553
    assert refusal.value.text == ("5.7.1 ann@customer.example may not send as eve@other.example "
                                  "(rule envelope-owned)")
    assert postfix.expect_log(r"milter-reject: MAIL from .* 553 5\.7\.1 ann@customer\.example may not")


def test_one_approved_address_is_not_its_domain(postfix, daemon):
    assert send(postfix, "eve@other.example", sender=EVE, login=EVE).startswith("250 ")
    with pytest.raises(Refused):
        send(postfix, "boss@other.example", sender=EVE, login=EVE)


def test_each_message_of_a_connection_goes_by_its_own_login(postfix, daemon):
    with pytest.raises(Refused):
        send(postfix, "ann@customer.example", sender=EVE, login=EVE)
    assert send(postfix, "ann@customer.example").startswith("250 ")


def test_the_log_says_who_tried_what(postfix, daemon):
    with pytest.raises(Refused):
        send(postfix, "boss@bank.example")
    line = daemon.expect_log("from-owned")
    assert "user=ann@customer.example" in line
    assert "reject" in line
    assert "Greetings" not in line  # a subject is content
