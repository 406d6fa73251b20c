"""What an operator sells: plans, paces, lists and their limits, through a real Postfix.

Each test runs twice: with the embedded counters, and with a real Redis.
"""

import json
import re

import pytest
from harness.letters import letter
from harness.postfix import Refused, submit
from harness.processes import can_mount, eventually

ANN, DAN, EVE = "ann@customer.example", "dan@customer.example", "eve@other.example"


@pytest.fixture(params=["memory", "redis"])
def counted(request, behind):
    """Starts the daemon behind Postfix with either kind of counters."""
    url = "memory" if request.param == "memory" else request.getfixturevalue("redis").url
    return lambda policy, **options: behind(policy, counters=url, **options)


def people(count, first=0, domain="else.example"):
    return [f"r{number}@{domain}" for number in range(first, first + count)]


def send(postfix, recipients, login=ANN, message=letter(), sender=None):
    return postfix.send(message, sender=sender or login, recipients=recipients, login=login)


def refused(postfix, recipients, login=ANN, **options):
    with pytest.raises(Refused) as refusal:
        send(postfix, recipients, login, **options)
    return refusal.value


def answers_to(client, login, recipients):
    """The code of each RCPT of one transaction, which is left open."""
    assert client.mail(login)[0] == 250
    return [client.rcpt(each)[0] for each in recipients]


def test_of_501_recipients_500_pass_and_one_is_told_to_come_later(postfix, counted, sink):
    daemon = counted("limit domain-hour { scope domain; count recipients; rate 500 / 1h; over partial }")
    with postfix.client(ANN) as client:
        codes = answers_to(client, ANN, people(501))
        assert codes == [250] * 500 + [452]
        assert client.data(letter())[0] == 250
        assert answers_to(client, ANN, people(1)) == [452]
    assert len(sink.expect_recipients(500)) == 500
    assert daemon.counts() == {"domain-hour:domain:customer.example": 500}


def test_what_postfix_itself_finds_too_many_is_counted_nowhere(postfix, counted, sink):
    """smtpd_recipient_limit answers before any milter is asked, see postfix-examples/main.cf."""
    daemon = counted("limit domain-hour { scope domain; count recipients; rate 500 / 1h; over partial }")
    postfix.set({"smtpd_recipient_limit": 3})
    postfix.reload()
    try:
        with postfix.client(ANN) as client:
            assert answers_to(client, ANN, people(5)) == [250] * 3 + [452] * 2
            assert client.data(letter().encode())[0] == 250
    finally:
        postfix.set({"smtpd_recipient_limit": 1000})
        postfix.reload()
    assert daemon.counts() == {"domain-hour:domain:customer.example": 3}


def test_a_raised_plan_lets_the_next_message_through_and_keeps_the_count(postfix, counted):
    daemon = counted("limit domain-hour { scope domain; count recipients; rate 5 / 1h }")
    send(postfix, people(5))
    assert "5 of 5" in refused(postfix, people(1)).text
    assert daemon.ctl("limit", "set", "domain-hour", "domain", "customer.example", "7")[0] == 0
    send(postfix, people(2))
    assert "7 of 7" in refused(postfix, people(1)).text
    assert daemon.ctl("limit", "set", "domain-hour", "domain", "customer.example", "unlimited")[0] == 0
    send(postfix, people(3))
    assert daemon.counts() == {"domain-hour:domain:customer.example": 10}
    assert daemon.ctl("limit", "unset", "domain-hour", "domain", "customer.example")[0] == 0
    assert "10 of 5" in refused(postfix, people(1)).text


def test_every_level_of_the_hierarchy_is_charged_and_any_of_them_refuses(postfix, counted):
    daemon = counted("""
        map accounts pairs inline [ "customer.example acme", "other.example acme" ]
        accounts accounts
        limit of-account { scope account; count recipients; rate 10 / month }
        limit of-domain  { scope domain; count recipients; rate 8 / 1d }
        limit of-user    { scope user; count recipients; rate 5 / 1h }
    """)
    send(postfix, people(5), ANN)
    assert "of-user" in refused(postfix, people(1), ANN).text
    send(postfix, people(3), DAN)
    assert "of-domain" in refused(postfix, people(1), DAN).text
    send(postfix, people(2), EVE)
    assert "of-account" in refused(postfix, people(1), EVE).text
    assert daemon.counts() == {
        "of-account:account:acme": 10,
        "of-domain:domain:customer.example": 8, "of-domain:domain:other.example": 2,
        "of-user:user:ann@customer.example": 5, "of-user:user:dan@customer.example": 3,
        "of-user:user:eve@other.example": 2}


def test_bytes_messages_and_distinct_recipients_are_counted_as_such(postfix, counted):
    daemon = counted("""
        limit volume { scope user; count bytes; rate 20K / day }
        limit mails  { scope user; count messages; rate 10 / 1h }
        limit people { scope user; count unique-recipients; rate 3 / 1d }
    """)
    send(postfix, people(3))
    send(postfix, people(3) + people(2))
    assert "people" in refused(postfix, people(1, first=3)).text
    counts = daemon.counts()
    assert counts["mails:user:ann@customer.example"] == 2
    assert counts["people:user:ann@customer.example"] == 3
    big = refused(postfix, people(1), message=letter(("x" * 70 + "\n") * 300))
    assert big.code == 552 and "volume" in big.text


def test_mail_to_one_provider_from_one_address_and_from_everybody_is_limited(postfix, counted):
    daemon = counted("""
        limit provider { scope rcpt-domain; count recipients; rate 4 / 1h }
        limit address  { scope client-ip; count messages; rate 50 / 1h }
        limit machine  { scope everything; count recipients; rate 9 / 1h }
    """)
    send(postfix, people(3, domain="big.example") + people(3, domain="small.example"))
    assert "provider" in refused(postfix, people(2, domain="big.example"), EVE).text
    send(postfix, people(3, domain="third.example"), EVE)
    assert "machine" in refused(postfix, people(1, domain="fourth.example"), EVE).text
    counts = daemon.counts()
    assert counts["address:client-ip:127.0.0.1"] == 2
    assert counts["provider:rcpt-domain:big.example"] == 3
    assert counts["machine:everything:all"] == 9


def test_pacing_lets_a_burst_pass_and_then_one_by_one(postfix, counted):
    counted('limit pace { scope domain; count messages; rate 1 / 8s burst 2; '
            'over defer 451 4.7.1 "Slow down until %{next}" }')
    send(postfix, people(1))
    send(postfix, people(1))
    refusal = refused(postfix, people(1))
    assert refusal.code == 451 and "Slow down" in refusal.text


def test_one_text_to_many_is_one_list_whoever_of_the_account_sends_its_pieces(postfix, counted):
    """Splitting a list to stay below the limit, with another name and link in each piece."""
    counted('map accounts pairs inline [ "customer.example acme", "other.example acme" ]\n'
            'accounts accounts\n'
            'rule lists { when campaign > 6 in 24h; reject 550 5.7.1 "Lists only off-peak" }')
    body = ("Hello {name},\n\nour new catalogue has arrived and we would like to show you what is in "
            "it: garden chairs, tables, lamps and everything else that makes a summer evening "
            "worth staying outside for. Order number {number} until Friday and the delivery to your "
            "house is free.\n\nSee https://shop.example/c/{number} for more.\n")

    def piece(number):
        return letter(body.format(name=f"Customer{number}", number=7919 * number))

    for number, login in enumerate([ANN, DAN, EVE]):
        send(postfix, people(2, first=2 * number), login, message=piece(number))
    assert "Lists only off-peak" in refused(postfix, people(2, first=6), ANN, message=piece(9)).text
    send(postfix, people(2), ANN, message=piece(10))  # nobody new
    send(postfix, people(5, first=20), ANN, message=letter(
        "Could you please look at the figures of last week before our meeting in the afternoon? "
        "I think two of them are from the old list.\n"))


def test_who_offends_again_and_again_is_suspended_until_somebody_lifts_it(postfix, counted):
    daemon = counted("""
        map freemail domains inline [ webmail.example ]
        rule no-freemail {
            when from.domain in freemail
            suspend user for 2h after 2 in 1h
            reject 550 5.7.1 "No free mail"
        }
    """)
    forged = letter(sender="me@webmail.example")
    for _ in range(2):
        assert "No free mail" in refused(postfix, people(1), message=forged).text
    send(postfix, people(1))
    refused(postfix, people(1), message=forged)
    suspended = refused(postfix, people(1))
    assert suspended.code == 550
    assert "suspended for user ann@customer.example until" in suspended.text
    assert "no-freemail" in suspended.text
    send(postfix, people(1), DAN)
    assert "ann@customer.example" in daemon.ctl("suspended")[1]
    assert daemon.ctl("unsuspend", "user", ANN)[0] == 0
    send(postfix, people(1))


def test_an_operator_suspends_a_domain_with_a_reason(postfix, counted):
    daemon = counted("limit all { scope everything; count messages; rate 100 / 1h }")
    assert daemon.ctl("suspend", "domain", "customer.example", "for", "2h", "unpaid bills")[0] == 0
    for login in (ANN, DAN):
        assert "unpaid bills" in refused(postfix, people(1), login).text
    send(postfix, people(1), EVE)
    assert daemon.ctl("unsuspend", "domain", "customer.example")[0] == 0
    send(postfix, people(1))


def test_a_user_holds_so_many_connections_and_no_more(postfix, counted):
    counted("limit lines { scope user; count connections; rate 2 }")
    clients = [postfix.client(ANN) for _ in range(2)]
    try:
        for client in clients:
            assert client.mail(ANN)[0] == 250
        with postfix.client(ANN) as third:
            code, text = third.mail(ANN)
            assert code in (421, 451) and b"2 of 2" in text
        with postfix.client(EVE) as other:
            assert other.mail(EVE)[0] == 250
        clients.pop().quit()
        eventually(lambda: _mail_accepted(postfix), "the freed place")
    finally:
        for client in clients:
            client.close()


def _mail_accepted(postfix):
    with postfix.client(ANN) as client:
        return client.mail(ANN)[0] == 250


def test_notices_reach_people_once_for_each_level_and_are_not_counted(postfix, counted, sink):
    daemon = counted("""
        limit domain-hour { scope domain; count recipients; rate 10 / 1h
                            notice 80% 100% to boss@customer.example }
    """, settings=f"sendmail /usr/sbin/sendmail -C {postfix.config}\n"
                  "notice-from postmaster@mx.test")
    for _ in range(8):
        send(postfix, people(1))
    first = sink.expect_where(lambda message: message.recipients == ("boss@customer.example",))[0]
    assert first.sender == ""
    assert b"80" in first.data and b"domain-hour" in first.data
    assert b"x-spillway-notice" not in first.data.lower()
    assert b"auto-submitted: auto-generated" in first.data.lower()
    for _ in range(2):
        send(postfix, people(1))
    refused(postfix, people(1))
    eventually(lambda: len([message for message in sink.messages if message.sender == ""]) == 2,
               "the second notice")
    assert daemon.counts() == {"domain-hour:domain:customer.example": 10}


@pytest.mark.skipif(not can_mount(), reason="no right to mount over /etc/postfix here")
def test_mail_of_a_web_site_is_charged_to_its_uid_when_the_policy_says_so(postfix, counted, sink):
    daemon = counted("""
        without-login [ uid, mail-from.domain, client-ip ]
        limit site { scope domain; count recipients; rate 2 / 1h }
    """)
    for number in range(2):
        postfix.sendmail(letter(f"{number}\n", sender=ANN), *people(1), sender=ANN, uid=33)
    sink.expect(2)
    assert daemon.counts() == {"site:domain:uid 33": 2}
    postfix.sendmail(letter("forged\n", sender=ANN, fields=["X-Spillway-Uid: 44"]), *people(1),
                     sender=ANN, uid=33)
    assert b"2 of 2" in b" ".join(sink.expect_where(lambda m: m.sender == "")[0].data.split())


def test_twelve_limits_cost_redis_one_call_a_message(postfix, behind, redis):
    """As INFO commandstats counts: what runs within the script is no round trip."""
    scopes = ["account", "domain", "user"]
    rates = ["500 / 1h", "5000 / 1d", "25000 / month", "900 / 1m burst 900"]
    policy = "\n".join(f"limit l{n}-{scope} {{ scope {scope}; count recipients; rate {rate} }}"
                       for scope in scopes for n, rate in enumerate(rates))
    behind(policy, counters=redis.url)
    send(postfix, people(1))  # connects and loads the script
    redis.command("CONFIG", "RESETSTAT")
    for _ in range(20):
        send(postfix, people(3))
    stats = redis.command("INFO", "commandstats")
    assert re.search(r"cmdstat_evalsha:calls=(\d+)", stats).group(1) == "20"


def test_a_message_deferred_while_redis_was_silent_is_counted_once_when_it_comes_again(postfix, behind,
                                                                                       redis):
    daemon = behind("limit domain-hour { scope domain; count recipients; rate 5 / 1h; "
                    "when-unavailable defer }", counters=f"{redis.url} timeout 100ms")
    send(postfix, people(1))
    message = letter("once\n")
    redis.pause()
    try:
        assert refused(postfix, people(2), message=message).code == 451
    finally:
        redis.resume()
    eventually(lambda: _sent(postfix, message), "the second try to pass")
    eventually(lambda: daemon.counts() == {"domain-hour:domain:customer.example": 3},
               lambda: f"3 counted, not {daemon.counts()}")


def _sent(postfix, message):
    try:
        return send(postfix, people(2), message=message)
    except Refused as refusal:
        assert refusal.code == 451
        return None


def test_explain_tells_every_limit_of_a_user_its_use_and_when_it_frees(postfix, counted):
    daemon = counted("""
        limit domain-hour { scope domain; count recipients; rate 5 / 1h }
        limit user-day    { scope user; count messages; rate 100 / day }
    """)
    send(postfix, people(3))
    daemon.ctl("limit", "set", "user-day", "user", ANN, "200")
    code, text = daemon.ctl("explain", ANN)
    assert code == 0, text
    assert re.search(r"domain-hour.*3.*5", text) and re.search(r"user-day.*1.*200", text)
    told = json.loads(daemon.ctl("explain", ANN, "--json")[1])
    assert {limit["limit"]: limit["used"] for limit in told["limits"]} == {
        "domain-hour": 3, "user-day": 1}
