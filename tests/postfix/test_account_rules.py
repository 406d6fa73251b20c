"""Rules of accounts and rules on TLS, behind a real Postfix."""

import ssl
import subprocess

import pytest
from harness.letters import letter
from harness.postfix import PASSWORD, Postfix, Refused, submit
from harness.daemon import Spillwayd

ANN, EVE = "ann@customer.example", "eve@other.example"
BOB = ["bob@else.example"]
POLICY = """
map accounts pairs inline [ "customer.example acme" "other.example other" ]
accounts accounts
accounts-folder accounts.d
"""
NO_CATS = 'rule no-cats { when text has "cats"; reject 550 5.7.1 "No cats" }\n'


def send(postfix, login, text):
    return postfix.send(letter(text, sender=login), sender=login, recipients=BOB, login=login)


def refusal(postfix, login, text):
    with pytest.raises(Refused) as refused:
        send(postfix, login, text)
    return refused.value.code, refused.value.text


def test_each_customer_goes_by_his_own_rules_before_and_after_a_reload(place, postfix, behind, sink):
    own = place.folder("spillwayd/accounts.d/acme") / "own.rules"
    own.write_text(NO_CATS)
    daemon = behind(POLICY)
    assert refusal(postfix, ANN, "cats\n") == (550, "5.7.1 No cats (rule acme/no-cats)")
    send(postfix, EVE, "cats\n")
    sink.expect(1)
    own.write_text("rule no-cats {\n")  # broken: the rules of before stay
    daemon.reload(expect="generation 2 loaded")
    assert refusal(postfix, ANN, "cats\n")[0] == 550
    own.write_text(NO_CATS.replace("cats", "dogs"))
    daemon.reload(expect="generation 3 loaded")
    assert refusal(postfix, ANN, "dogs\n") == (550, "5.7.1 No dogs (rule acme/no-dogs)")
    send(postfix, ANN, "cats\n")
    sink.expect(2)


@pytest.fixture
def encrypting(place, shared_sink):
    """A Postfix of its own that offers STARTTLS."""
    key = place.folder("tls") / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=mx.test", "-keyout", key, "-out", f"{key}.crt"], check=True,
                   capture_output=True)
    return Postfix(place, shared_sink, [ANN], settings={
        "smtpd_tls_cert_file": f"{key}.crt", "smtpd_tls_key_file": key,
        "smtpd_tls_security_level": "may"})


def test_a_rule_tells_encrypted_connections_from_plain_ones(place, encrypting, sink):
    Spillwayd(place, 'rule plain { when auth and not tls; reject 530 5.7.0 "STARTTLS first" }',
              listen=f"unix:{encrypting.milter_socket} mode 0660 group postfix")
    assert refusal(encrypting, ANN, "hello\n") == (530, "5.7.0 STARTTLS first (rule plain)")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with encrypting.client() as client:
        client.sock.close()
        client.connect("127.0.0.1", encrypting.submission_port)
        client.starttls(context=context)
        client.login(ANN, PASSWORD)
        submit(client, letter("hello\n", sender=ANN), ANN, BOB)
    sink.expect(1)
