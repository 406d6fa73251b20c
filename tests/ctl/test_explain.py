"""spillwayctl explain: every limit of one sender, where its maximum comes from and when it frees."""

import datetime
import re
import zoneinfo

from harness.milter_client import MilterClient
from operators import ACCOUNTS, ANN, CLIENT, DAN, Shop, limit

POLICY = "timezone Europe/Berlin\n" + ACCOUNTS + """
limit user-day    { scope user; count messages; rate 10 / day }
limit domain-hour { scope domain; count recipients; rate 5 / 1h }
limit month       { scope account; count recipients; rate 25000 / month; when recipients > 1 }
limit address     { scope client-ip; count messages; rate 50 / 1h }
limit provider    { scope rcpt-domain; count recipients; rate 400 / 1h }
limit logins      { scope user-ip; count logins; rate 30 / 1h }
limit lines       { scope user; count connections; rate 4 }
"""


BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def limits_of(told):
    return {row["limit"]: row for row in told["limits"]}


def test_every_limit_is_told_with_its_counter_its_use_and_its_rate(shop):
    at = shop(POLICY)
    assert at.send(recipients=3) == "250"
    told = at.json("explain", ANN)
    assert (told["user"], told["domain"], told["account"]) == (ANN, "customer.example", "acme")
    assert told["zone"] == "Europe/Berlin" and told["suspended"] is None
    rows = limits_of(told)
    assert {name: (row["key"], row["used"], row["max"], row["percent"], row["rate"])
            for name, row in rows.items()} == {
        "user-day": (f"user-day:user:{ANN}", 1, 10, 10, "10 / day"),
        "domain-hour": ("domain-hour:domain:customer.example", 3, 5, 60, "5 / 1h"),
        "month": ("month:account:acme", 3, 25000, 0, "25000 / month"),
        "lines": (f"lines:user:{ANN}", 0, 4, 0, "4 at once"),
    }
    assert {name for name, row in rows.items() if row["conditions"]} == {"month"}
    assert [one["limit"] for one in told["left_out"]] == ["address", "provider", "logins"]


def test_limits_on_addresses_are_told_for_an_address(shop):
    at = shop(POLICY)
    at.send()
    rows = limits_of(at.json("explain", ANN, "--from-ip", CLIENT))
    assert rows["address"]["key"] == f"address:client-ip:{CLIENT}" and rows["address"]["used"] == 1
    assert rows["logins"]["who"] == f"{ANN} {CLIENT}"
    assert at.refused("explain", ANN, "--from-ip", "x") == 'expected an IP address, got "x"'


def test_it_is_told_whose_maximum_is_in_force(shop):
    at = shop(POLICY)
    at.done("limit", "set", "user-day", "account", "acme", 20)
    at.done("limit", "set", "user-day", "domain", "customer.example", 30)
    at.done("limit", "set", "lines", ANN, 7)
    rows = limits_of(at.json("explain", ANN))
    assert (rows["user-day"]["max"], rows["user-day"]["set_for"]) == (30, "domain customer.example")
    assert (rows["lines"]["max"], rows["lines"]["set_for"]) == (7, f"user {ANN}")
    assert (rows["month"]["max"], rows["month"]["set_for"]) == (25000, "")
    text = at.done("explain", ANN)
    assert f"  user {ANN}: 30 set for domain customer.example, 10 / day by the policy\n" in text
    assert f"  user {ANN}: 7 of its own, 4 at once by the policy\n" in text
    assert "  account acme: 25000 / month by the policy, for some messages only\n" in text
    at.done("limit", "set", "user-day", ANN, "unlimited")
    unlimited = limits_of(at.json("explain", ANN))["user-day"]
    assert (unlimited["max"], unlimited["percent"]) == ("unlimited", None)


def utc(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def test_it_is_told_when_there_is_room_again(shop):
    at = shop(POLICY)
    before = datetime.datetime.utcnow()
    at.send(recipients=5)
    hour = limits_of(at.json("explain", ANN))["domain-hour"]
    for name in ("next_free", "frees"):
        wait = utc(hour[name]) - before
        assert datetime.timedelta(minutes=59) < wait <= datetime.timedelta(minutes=61, seconds=30)
    line = re.search(r"(?m)^domain-hour .*$", at.done("explain", ANN)).group()
    assert line.endswith("100%  OVER, room at " + in_berlin(utc(hour["next_free"]))), line


def in_berlin(time):
    """Without a date where it is today."""
    there = time.replace(tzinfo=datetime.timezone.utc).astimezone(BERLIN)
    is_today = there.date() == datetime.datetime.now(BERLIN).date()
    return there.strftime("%H:%M" if is_today else f"{there.day} %b %H:%M")


def test_what_is_told_is_what_the_next_message_meets(shop):
    at = shop(limit("user", "3 / 1h"))
    for used in range(4):
        row = at.json("explain", ANN)["limits"][0]
        assert (row["used"], row["percent"] == 100) == (used, used == 3)
        assert (at.send() == "250") == (used < 3)


def test_connections_that_are_held_are_counted(shop):
    at = shop(POLICY)
    with MilterClient(at.daemon.address) as client:
        client.connect()
        client.mail(f"<{ANN}>", user=ANN)
        assert limits_of(at.json("explain", ANN))["lines"]["used"] == 1
        assert limits_of(at.json("explain", DAN))["lines"]["used"] == 0
        # To look takes no place.
        assert limits_of(at.json("explain", ANN))["lines"]["used"] == 1


def test_a_suspension_is_told(shop):
    at = shop(POLICY)
    at.done("suspend", "customer.example", "for", "2h", "unpaid", "bills")
    told = at.json("explain", ANN)["suspended"]
    assert (told["who"], told["reason"]) == ("domain customer.example", "unpaid bills")
    assert re.search(r"SUSPENDED +domain customer.example until .*: unpaid bills\n",
                     at.done("explain", ANN))


def test_of_several_suspensions_that_one_is_told_which_the_sender_is_told_of(shop):
    at = shop(POLICY)
    for who in [("user", ANN), ("domain", "customer.example"), ("account", "acme")]:
        at.done("suspend", *who, "for", "2h", f"the {who[0]}")
    told = at.json("explain", ANN)["suspended"]["reason"]
    assert told in at.send()


def test_mail_without_a_login_is_explained_by_its_sender_or_its_client(shop):
    at = shop(POLICY)
    told = at.json("explain", "--mail-from", "x@third.example")
    assert (told["user"], told["account"]) == ("", "third.example")
    told = at.json("explain", "--from-ip", CLIENT, "--mail-from", "<>")
    assert told["domain"] == f"[{CLIENT}]"
    assert "name a login" in at.refused("explain")


def test_a_silent_redis_is_told_and_not_taken_for_zero(spillwayd, redis):
    at = Shop(spillwayd(limit("user"), counters=redis.url + " timeout 100ms"))
    at.send()
    redis.kill()
    code, text = at.ctl("explain", ANN)
    assert (code, "sold" in text) in ((0, True), (1, False))
    assert "cannot be asked" in text or "redis" in text.lower()


def test_a_line_fits_the_terminal(shop):
    at = shop(POLICY)
    at.send(recipients=5)
    assert max(map(len, at.done("explain", ANN).splitlines())) <= 80
