"""spillwayctl limit: a maximum that is set now is what the next message meets."""

import re

import pytest
from harness.daemon import Spillwayd
from harness.processes import eventually
from operators import ACCOUNTS, ANN, CLIENT, DAN, EVE, Shop, limit

# A limit's scope, and for whom its maximum may be set so that it is ANN's.
PLANS = [
    ("user", ("user", ANN)), ("user", (ANN,)), ("user", ("user", ANN.upper())),
    ("user", ("domain", "customer.example")),
    ("domain", ("domain", "customer.example")), ("domain", ("Customer.Example",)),
    ("client-ip", ("client-ip", CLIENT)), ("client-ip", (CLIENT,)),
    ("user-ip", ("user", ANN)), ("user-ip", ("domain", "customer.example")),
    ("rcpt-domain", ("rcpt-domain", "else.example")),
    ("everything", ("everything",)),
]
# The account is the domain where no map says otherwise.
OF_ACCOUNTS = [(scope, ("account",)) for scope in ("account", "domain", "user", "user-ip")]


@pytest.fixture(params=["without-accounts", "accounts"])
def accounts(request):
    return ACCOUNTS if request.param == "accounts" else ""


@pytest.mark.parametrize("scope, who", PLANS + OF_ACCOUNTS,
                         ids=lambda each: each if isinstance(each, str) else "-".join(each))
def test_a_set_maximum_is_what_the_next_message_meets(shop, accounts, scope, who):
    if who == ("account",):
        who = ("account", "acme" if accounts else "customer.example")
    at = shop(accounts + limit(scope))
    assert at.send(recipients=2) == "250"
    assert "2 of 2 used" in at.send()
    at.done("limit", "set", "sold", *who, 3)
    assert at.send() == "250"
    assert "3 of 3 used" in at.send()
    at.done("limit", "set", "sold", *who, "unlimited")
    assert at.send(recipients=4) == "250"
    assert list(at.counts().values()) == [7]
    at.done("limit", "unset", "sold", *who)
    assert "7 of 2 used" in at.send()
    assert at.refused("limit", "unset", "sold", *who).startswith("limit sold has no maximum")


@pytest.mark.parametrize("scope, who", PLANS[3:5] + OF_ACCOUNTS[1:3])
def test_a_maximum_of_one_customer_is_not_the_others(shop, scope, who):
    at = shop(limit(scope))
    at.done("limit", "set", "sold", *(who if len(who) == 2 else ("account", "customer.example")), 9)
    assert at.send(ANN, 3) == "250"
    assert "whole limit of 2" in at.send(EVE, 3)


def test_the_closest_maximum_goes_first(shop):
    at = shop(ACCOUNTS + limit("user"))
    at.done("limit", "set", "sold", "account", "acme", 4)
    at.done("limit", "set", "sold", "domain", "customer.example", 3)
    at.done("limit", "set", "sold", "user", ANN, 1)
    answers = [at.send(each, 5) for each in (ANN, DAN, EVE)]
    assert [re.search(r"whole limit of (\d)", each).group(1) for each in answers] == ["1", "3", "4"]


def test_logins_that_the_accounts_map_gives_to_another_keep_their_domains_maximum(shop):
    at = shop('map accounts pairs inline [ "customer.example acme", "dan@customer.example dans" ]\n'
              "accounts accounts\n" + limit("user"))
    told = at.done("limit", "set", "sold", "domain", "customer.example", 3)
    assert re.search(r"in the accounts .*acme", told) and "dans" in told
    for login in (ANN, DAN):
        assert at.send(login, 3) == "250"
        assert "3 of 3 used" in at.send(login)
    at.done("limit", "unset", "sold", "domain", "customer.example")
    assert "3 of 2 used" in at.send(ANN) and "3 of 2 used" in at.send(DAN)


def test_a_pace_can_be_lifted_and_no_more(shop):
    at = shop(limit("domain", "1 / 1d burst 1", unit="messages"))
    assert at.send() == "250"
    assert at.send() != "250"
    assert "can only be lifted: unlimited" in at.refused("limit", "set", "sold", "customer.example", 5)
    at.done("limit", "set", "sold", "customer.example", "unlimited")
    assert at.send() == at.send() == "250"


def test_bytes_are_set_as_the_policy_writes_them(shop):
    at = shop(limit("user", "10 / 1h", unit="bytes"))
    assert at.send() != "250"
    assert "10,240 bytes in 1h" in at.done("limit", "set", "sold", ANN, "10K")
    assert at.send() == "250"


def test_a_period_of_the_calendar_keeps_its_count_under_a_new_maximum(shop):
    at = shop(ACCOUNTS + limit("account", "2 / month"))
    assert at.send(ANN) == at.send(EVE) == "250"
    assert "2 of 2 used" in at.send(DAN)
    told = at.done("limit", "set", "sold", "account", "acme", 25000)
    assert told == "limit sold of account acme: 25,000 recipients a month, was 2 / month (policy)"
    assert at.send(DAN, 3) == "250"
    assert at.counts() == {"sold:account:acme": 5}


def test_what_would_have_no_effect_is_told_instead_of_set(shop):
    at = shop(limit("user") + limit("everything", name="all"))
    for words, told in [
        (("nope", ANN, 5), 'there is no limit "nope"; the policy has sold, all'),
        (("all", "domain", "x.example", 5),
         "limit all is of scope everything: a maximum of its own may be set for everything, "
         "not domain"),
        (("sold", "acme", 5), 'say which, as in "account acme"'),
        (("sold", "planet", "mars", 5), '"planet" is none of user, domain, account'),
        (("sold", "user", 5), "which user? Its name is missing"),
        (("sold", "client-ip", CLIENT, 5), "may be set for user, domain, account, not client-ip"),
        (("sold", ANN, "many"), 'expected a number, got "many"'),
        (("sold", ANN, "-5"), "-5"),
    ]:
        code, text = at.ctl("limit", "set", *words)
        assert code in (1, 64) and told in text
    assert at.ctl("limit", "set", "sold", ANN)[0] == 64
    assert at.ctl("limit", "unset", "sold")[0] == 64
    assert at.ctl("limit")[0] == 64
    assert at.json("limit", "show")["plans"] == []


def test_the_log_says_who_set_what_from_what_to_what(shop):
    at = shop(limit("user"))
    at.done("limit", "set", "sold", ANN, 5)
    at.done("limit", "set", "sold", ANN, "unlimited")
    at.done("limit", "unset", "sold", ANN)
    lines = at.daemon.log_lines("limit sold of")
    changes = [re.search(r": from (.*) to (.*), by (\S+)$", line).groups() for line in lines]
    assert [change[:2] for change in changes] == [
        ("2 / 1h (policy)", "5"), ("5", "unlimited"), ("unlimited", "2 / 1h (policy)")]
    assert all(by != "somebody" for _, _, by in changes)


def test_show_lists_all_or_those_of_one_limit_or_of_one_customer(shop):
    at = shop(ACCOUNTS + limit("user") + limit("domain", name="wide"))
    at.done("limit", "set", "sold", ANN, 5)
    at.done("limit", "set", "sold", "account", "acme", "unlimited")
    at.done("limit", "set", "wide", "customer.example", 1000)
    assert at.done("limit", "show").splitlines() == [
        "sold  account acme               unlimited  instead of 2 / 1h",
        f"sold  user {ANN}  5          instead of 2 / 1h, account acme",
        "wide  domain customer.example    1,000      instead of 2 / 1h, account acme"]
    assert len(at.done("limit", "show", "sold").splitlines()) == 2
    assert at.json("limit", "show", "account", "acme")["plans"] == [
        {"limit": "sold", "who": "account acme", "max": "unlimited", "account": "acme",
         "rate": "2 / 1h", "met": True}]
    assert at.done("limit", "show", EVE) == "nobody has a maximum of his own here"
    assert 'there is no limit "nope"' in at.refused("limit", "show", "nope")


def test_a_maximum_that_no_message_meets_any_more_is_shown_as_such(shop):
    at = shop(limit("user"))
    at.done("limit", "set", "sold", ANN, 5)
    at.daemon.reload(limit("everything"))
    assert "never met" in at.done("limit", "show")
    at.daemon.reload(limit("user", name="other"))
    assert "no limit of this name now" in at.done("limit", "show")
    assert at.json("limit", "show")["plans"][0]["rate"] is None


def test_a_reload_keeps_what_was_set_and_what_was_counted(shop):
    at = shop(limit("user"))
    at.done("limit", "set", "sold", ANN, 5)
    assert at.send(recipients=4) == "250"
    at.daemon.reload(limit("user", "3 / 1h"))
    assert "4 of 5 used" in at.send(recipients=2)


def test_a_killed_daemon_comes_back_with_what_was_set(shop):
    at = shop(limit("user"))
    at.done("limit", "set", "sold", ANN, 5)
    at.daemon.kill()
    at.daemon.start()
    assert at.send(recipients=5) == "250"
    assert "5 of 5 used" in at.send()


def test_what_is_set_at_one_daemon_is_met_at_the_other(place, redis):
    one, two = (Shop(Spillwayd(place, limit("user"), name=name, counters=redis.url))
                for name in ("one", "two"))
    assert "whole limit of 2" in two.send(recipients=3)
    one.done("limit", "set", "sold", ANN, 3)
    # What Redis has just refused it is not asked again for two seconds.
    eventually(lambda: two.send(recipients=3) == "250", "the new maximum at the other daemon")
    assert two.done("limit", "show") == f"sold  user {ANN}  3  instead of 2 / 1h"
