"""A day's work with a running system: reload, restart, away, TCP, and what the logs say."""

import json
import smtplib
import threading
import time

import pytest
from harness.daemon import Spillwayd, is_sanitized
from harness.letters import letter
from harness.postfix import Refused, submit
from harness.processes import free_port

ANN = "ann@customer.example"
BOB = ["bob@else.example"]
OPEN = 'rule tidy { add-header "X-Seen" "%{domain}" }\n'
CLOSED = OPEN + 'rule closed { when auth; reject 550 5.7.1 "closed for now" }\n'


def send(postfix, message=letter(), login=ANN):
    return postfix.send(message, sender=ANN, recipients=BOB, login=login)


def test_without_the_daemon_clients_are_told_to_come_again(postfix, sink):
    with pytest.raises(Refused) as refusal:
        send(postfix, login=None)
    assert refusal.value.code == 451
    with pytest.raises(smtplib.SMTPAuthenticationError) as login:
        send(postfix)
    assert login.value.smtp_code == 454
    assert sink.messages == []


def test_mail_flows_again_when_the_daemon_is_back(postfix, behind, sink):
    daemon = behind(OPEN)
    assert send(postfix).startswith("250 ")
    daemon.kill()
    with pytest.raises(Refused):
        send(postfix, login=None)
    daemon.start()
    assert send(postfix).startswith("250 ")
    assert len(sink.expect(2)) == 2


def test_a_daemon_that_dies_in_a_session_lets_nothing_pass(postfix, behind, sink):
    daemon = behind(OPEN)
    with postfix.client(ANN) as client:
        client.mail(ANN)
        client.rcpt(BOB[0])
        daemon.kill()
        code, text = client.data(letter().replace("\n", "\r\n"))
        assert code == 451, text
    assert sink.messages == []
    assert postfix.queued() == []


def test_a_reload_takes_effect_for_the_next_message_of_an_open_connection(postfix, behind):
    daemon = behind(OPEN)
    with postfix.client(ANN) as client:
        assert submit(client, letter(), ANN, BOB).startswith("250 ")
        daemon.reload(CLOSED)
        with pytest.raises(Refused) as refusal:
            submit(client, letter(), ANN, BOB)
        assert refusal.value.text == "5.7.1 closed for now (rule closed)"
        daemon.reload(OPEN)
        assert submit(client, letter(), ANN, BOB).startswith("250 ")


def test_reloading_while_mail_flows_loses_and_delays_nothing(postfix, behind, sink):
    daemon = behind(OPEN)
    count, clients = 25, 4
    failures = []

    def work(number):
        try:
            with postfix.client(ANN) as client:
                for each in range(count):
                    submit(client, letter(subject=f"{number}-{each}"), ANN, BOB)
        except Exception as error:  # noqa: BLE001  (any failure at all is this test's answer)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        daemon.reload(OPEN)
    for thread in threads:
        thread.join()
    assert failures == []
    arrived = sink.expect(count * clients)
    assert len({tuple(message.header("Subject")) for message in arrived}) == count * clients
    assert all(message.header("X-Seen") == ["customer.example"] for message in arrived)


def test_one_line_tells_each_message_and_both_logs_share_its_queue_id(postfix, behind, sink):
    daemon = behind(OPEN)
    send(postfix)
    sink.expect(1)
    queue_id = postfix.expect_log("status=sent").split(": ")[1]
    [line] = [line for line in daemon.log_lines(queue_id)]
    for field in (f"queue-id={queue_id}", "verdict=accept", "user=ann@customer.example",
                  "domain=customer.example", "sender=ann@customer.example", "recipients=1",
                  "client=127.0.0.1"):
        assert field in line


def test_json_lines_hold_the_same(place, postfix, behind, sink):
    path = place.path / "spillway.log"
    behind(OPEN, settings=f"log file {path} json")
    send(postfix)
    sink.expect(1)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    [record] = [line for line in lines if line.get("verdict")]
    assert record["verdict"] == "accept"
    assert record["user"] == ANN
    assert record["queue-id"] in postfix.log()


def median_seconds(postfix, count=20):
    """How long one message takes, of `count` over one connection."""
    times = []
    with postfix.client(ANN) as client:
        for _ in range(count):
            begun = time.monotonic()
            submit(client, letter(), ANN, BOB)
            times.append(time.monotonic() - begun)
    return sorted(times)[count // 2]


def test_a_tcp_milter_is_as_right_and_nearly_as_fast(postfix, behind, place, sink):
    """Nagle and delayed acknowledgement cost 40 ms a message wherever one side writes twice."""
    behind(OPEN)
    over_unix = median_seconds(postfix)
    sink.expect(20)
    sink.clear()
    port = free_port()
    Spillwayd(place, OPEN, name="tcp", listen=f"inet:127.0.0.1:{port}")
    original = postfix.run("postconf", "-h", "smtpd_milters").strip()
    postfix.set({"smtpd_milters": f"inet:127.0.0.1:{port}"})
    postfix.reload()
    try:
        over_tcp = median_seconds(postfix)
        assert is_sanitized() or over_tcp < over_unix + 0.03
        assert all(message.header("X-Seen") for message in sink.expect(20))
    finally:
        postfix.set({"smtpd_milters": original})
        postfix.reload()


def test_the_examples_are_what_postfix_runs(postfix):
    """No test setting may hide a line of the published files."""
    assert "unix:spillway/milter.sock" in postfix.run("postconf", "-h", "smtpd_milters")
    assert postfix.run("postconf", "-h", "non_smtpd_milters").strip() == "$smtpd_milters"
    assert "default_action=tempfail" in postfix.run("postconf", "-x", "-h", "non_smtpd_milters")
    assert "smtpd_sasl_auth_enable=yes" in postfix.run("postconf", "-M")
    assert "warning" not in postfix.run("postconf", "-n")
