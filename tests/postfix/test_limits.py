"""The first job: 500 recipients an hour for each domain, through a real Postfix."""

import re

import pytest
from harness.daemon import Spillwayd
from harness.letters import letter
from harness.postfix import Postfix, Refused, submit

ANN, DAN, EVE = "ann@customer.example", "dan@customer.example", "eve@other.example"
LIMIT = """
limit domain-hour {
    scope domain
    count recipients
    rate  500 / 1h
    over  reject 552 5.7.1 "%{limit}: %{used} of %{max} recipients used in the last hour; next free at %{next}"
}
"""


def people(count, first=0):
    return [f"r{number}@else.example" for number in range(first, first + count)]


def send(postfix, count, login=ANN, message=letter()):
    return postfix.send(message, sender=login, recipients=people(count), login=login)


def test_the_501st_recipient_of_an_hour_is_refused_with_limit_use_and_next_free_time(postfix, behind,
                                                                                     sink):
    daemon = behind(LIMIT)
    for _ in range(5):
        send(postfix, 100)
    with pytest.raises(Refused) as refusal:
        send(postfix, 1)
    assert refusal.value.code == 552
    assert re.fullmatch(r"5\.7\.1 domain-hour: 500 of 500 recipients used in the last hour; "
                        r"next free at 20\d\d-\d\d-\d\d \d\d:\d\d UTC", refusal.value.text)
    assert len(sink.expect_recipients(500)) == 500
    assert daemon.expect_log("domain-hour:500/500")
    assert postfix.expect_log("milter-reject: END-OF-MESSAGE .*5.7.1 domain-hour")


def test_a_message_that_does_not_fit_is_refused_whole_and_costs_nothing(postfix, behind):
    daemon = behind(LIMIT)
    send(postfix, 450)
    with pytest.raises(Refused) as refusal:
        send(postfix, 51)
    assert "450 of 500" in refusal.value.text
    assert send(postfix, 50).startswith("250 ")
    assert daemon.counts() == {"domain-hour:domain:customer.example": 500}


def test_all_users_of_a_domain_share_its_limit_and_other_domains_do_not(postfix, behind):
    behind(LIMIT)
    send(postfix, 300, ANN)
    send(postfix, 200, DAN)
    for login in (ANN, DAN):
        with pytest.raises(Refused):
            send(postfix, 1, login)
    assert send(postfix, 500, EVE).startswith("250 ")


def test_the_limit_goes_by_the_login_whatever_the_sender_says(postfix, behind):
    behind(LIMIT)
    for sender in (ANN, EVE, "", "x@y.example"):
        postfix.send(letter(), sender=sender, recipients=people(125), login=ANN)
    with pytest.raises(Refused):
        postfix.send(letter(), sender="z@unrelated.example", recipients=people(1), login=ANN)


def test_two_messages_over_one_connection_are_counted_as_two(postfix, behind):
    daemon = behind(LIMIT)
    with postfix.client(ANN) as client:
        submit(client, letter(), ANN, people(200))
        submit(client, letter(), ANN, people(300))
        with pytest.raises(Refused):
            submit(client, letter(), ANN, people(1))
    assert daemon.counts() == {"domain-hour:domain:customer.example": 500}


def test_pipelined_transactions_are_counted_each_for_itself(postfix, behind, sink):
    """All of two messages in one write; the answers come as if they had been asked one by one."""
    daemon = behind(LIMIT)
    with postfix.client(ANN) as client:
        envelope = f"MAIL FROM:<{ANN}>\r\n" + "".join(f"RCPT TO:<{each}>\r\n" for each in people(3))
        content = letter().replace("\n", "\r\n") + ".\r\n"
        client.send((envelope + "DATA\r\n").encode())
        assert [client.getreply()[0] for _ in range(5)] == [250] * 4 + [354]
        client.send((content + envelope + "RSET\r\n" + envelope + "EHLO again\r\n"
                     + envelope + "DATA\r\n").encode())
        assert [client.getreply()[0] for _ in range(16)] == [250] * 15 + [354]
        client.send(content.encode())
        assert client.getreply()[0] == 250
    assert len(sink.expect_where(lambda m: len(m.recipients) == 3, 2)) == 2
    assert daemon.counts() == {"domain-hour:domain:customer.example": 6}


def test_a_client_that_gives_up_in_data_is_not_charged(postfix, behind):
    daemon = behind(LIMIT)
    client = postfix.client(ANN)
    client.mail(ANN)
    for each in people(10):
        client.rcpt(each)
    client.putcmd("data")
    client.getreply()
    client.send(b"Subject: half a mess")
    client.close()
    postfix.expect_log("lost connection after DATA")
    send(postfix, 1)
    assert daemon.counts() == {"domain-hour:domain:customer.example": 1}


def test_two_postfixes_with_two_daemons_over_one_redis_share_the_limit(place, postfix, behind, sink,
                                                                       redis):
    behind(LIMIT, counters=redis.url)
    folder = place.folder("second-postfix/spool/spillway")
    Spillwayd(place, LIMIT, name="second", counters=redis.url,
              listen=f"unix:{folder}/milter.sock mode 0660 group postfix")
    second = Postfix(place, sink, [ANN, DAN], name="second-postfix")
    send(postfix, 300, ANN)
    send(second, 200, DAN)
    for instance in (postfix, second):
        with pytest.raises(Refused) as refusal:
            send(instance, 1)
        assert "500 of 500" in refusal.value.text
    assert len(sink.expect_recipients(500)) == 500


def test_recipients_of_one_message_are_limited(postfix, behind, sink):
    behind('rule too-many { when recipients > 20; reject 550 5.5.3 "More than 20 recipients" }')
    with pytest.raises(Refused) as refusal:
        send(postfix, 21)
    assert refusal.value.code == 550
    assert refusal.value.text == "5.5.3 More than 20 recipients (rule too-many)"
    assert send(postfix, 20).startswith("250 ")
    assert len(sink.expect_recipients(20)) == 20
