"""spillwayctl rules: what each rule of the running daemon did, and what messages waited for it."""

import re

import pytest
from conftest import ANN, BOB, Ctl
from harness.letters import letter
from harness.milter_client import MilterClient, deliver

# The costly one needs more attempts at one place than an expression may make.
POLICY = r"""
rule stranger { when rcpt.domain = bad.example; reject 550 5.7.1 "no" }
rule moon     { when text has "blue moon"; mode audit; quarantine "moon" }
rule asleep   { mode off; when text has "red moon"; reject }
rule costly   { when text =~ /^(?:(?:a+)+)+\d$/m; on-error no-match; reject 550 5.7.1 "no" }
rule last     { when subject = Monday; tag monday }
"""
COSTLY = "a" * 200 + "b\n"


@pytest.fixture
def daemon(spillwayd):
    running = spillwayd(POLICY)
    yield running
    running.kill()


def send(daemon, text="Hello.\n", recipients=(BOB,)):
    return deliver(daemon.address, letter(text), sender=ANN, recipients=recipients).reply


def tallies(ask, *words, since="since_start"):
    """By rule, in the order told."""
    return {row["rule"]: row[since] for row in ask.json("rules", *words)["rules"]}


def test_rules_are_counted_by_what_they_did(daemon, ask):
    send(daemon)
    send(daemon, "A blue moon.\n")
    send(daemon, recipients=(BOB, "<eve@bad.example>"))
    told = tallies(ask)
    assert list(told) == ["stranger", "moon", "asleep", "costly", "last"]
    assert [(row["messages"], row["hits"]) for row in told.values()] == [
        (3, 1), (3, 1), (0, 0), (3, 0), (3, 0)]
    for row in (told["stranger"], told["moon"], told["costly"]):
        assert 0 < row["mean_ns"] <= row["total_ns"]
        assert row["p99_ns"] > 0
    assert told["asleep"]["total_ns"] == 0


def test_where_a_rule_stands_and_how_it_is_switched(daemon, ask):
    rows = {row["rule"]: row for row in ask.json("rules")["rules"]}
    assert [row["mode"] for row in rows.values()] == ["enforce", "audit", "off", "enforce", "enforce"]
    place, line = rows["moon"]["place"].rsplit(":", 1)
    assert place == str(daemon.config)
    assert daemon.config.read_text().splitlines()[int(line) - 1].startswith("rule moon")


def test_what_used_up_its_budget_is_told_with_the_reason(daemon, ask):
    send(daemon, COSTLY)
    row = tallies(ask)["costly"]
    assert (row["cannot_tell"], row["out_of_budget"]) == (1, 1)
    assert row["reasons"] == {"an expression used up its budget": 1}
    text = ask("rules").stdout
    assert re.search(r"(?m)^could not tell\n  costly +1 +an expression used up its budget$", text)
    # It is the one that mail waits for, by far, and the first to be looked at.
    assert list(tallies(ask, "--sort", "cost"))[0] == "costly"
    worst = ask.json("status")["costliest_rule"]
    assert worst["rule"] == "costly" and worst["percent"] > 50
    assert re.search(r"(?m)^costliest +rule costly: .* a message, p99 .*% of all rules$",
                     ask("status").stdout)


def test_they_are_sorted_as_one_likes(daemon, ask):
    send(daemon, "A blue moon.\n")
    send(daemon, "A blue moon.\n")
    send(daemon, recipients=(BOB, "<eve@bad.example>"))
    assert list(tallies(ask, "--sort", "hits"))[:2] == ["moon", "stranger"]
    assert list(tallies(ask, "--sort", "name")) == sorted(tallies(ask))
    costs = [row["total_ns"] for row in tallies(ask, "--sort", "cost").values()]
    assert costs == sorted(costs, reverse=True)
    assert ask("rules", "--sort", "size").returncode == 64


def test_counts_survive_a_reload_by_name(daemon, ask):
    send(daemon, "A blue moon.\n")
    daemon.reload(POLICY.replace("rule last", "rule newest") + "\nrule first { tag x }\n",
                  expect="generation 2 loaded")
    told = tallies(ask)
    assert (told["moon"]["messages"], told["moon"]["hits"]) == (1, 1)
    assert told["newest"]["messages"] == 0 and "last" not in told
    assert tallies(ask, since="since_reload")["moon"]["messages"] == 0
    send(daemon)
    assert tallies(ask)["moon"]["messages"] == 2
    since = tallies(ask, since="since_reload")
    assert (since["moon"]["messages"], since["moon"]["hits"], since["newest"]["messages"]) == (1, 0, 1)
    moon = [line.split() for line in ask("rules", "--since", "reload").stdout.splitlines()
            if line.startswith("moon")]
    assert moon[0][1:4] == ["audit", "1", "0"]


def test_a_refused_reload_changes_nothing(daemon, ask):
    send(daemon, "A blue moon.\n")
    daemon.reload("a mistake")
    assert tallies(ask, since="since_reload")["moon"]["hits"] == 1


def test_a_message_that_began_before_a_reload_counts_for_the_rules_that_stayed(daemon, ask):
    with MilterClient(daemon.address) as client:
        client.connect()
        client.mail(ANN)
        client.rcpt(BOB)
        daemon.reload(POLICY + "\n# changed\n", expect="generation 2 loaded")
        client.data()
        client.header("From", f" {ANN}")
        client.eoh()
        client.body(b"A blue moon.\r\n")
        client.begin_eom("ID")
        client.read_answer()
    assert tallies(ask, since="since_reload")["moon"]["hits"] == 1


def test_what_all_rules_share_is_told_apart(daemon, ask):
    """Large text: to read it takes long, and that is nobody's fault who happens to ask first."""
    send(daemon, "All work and no play makes Jack a dull boy.\n" * 20_000)
    shared = {row["work"]: row["since_start"] for row in ask.json("rules")["shared"]}
    assert list(shared) == ["texts", "attachments", "scans"]
    assert shared["texts"]["messages"] == 1
    moon = tallies(ask)["moon"]
    assert shared["texts"]["total_ns"] > 5 * moon["total_ns"]
    assert re.search(r"(?m)^\(texts\) +1 .* for all rules$", ask("rules").stdout)


def test_a_policy_without_rules_says_so(spillwayd):
    running = spillwayd("limit one { scope user; count messages; rate 5 / 1h }")
    ask = Ctl("--control", running.control)
    assert ask("rules").stdout == "no rules\n"
    assert ask.json("status")["costliest_rule"] is None
    assert "costliest" not in ask("status").stdout
    running.kill()


def test_the_metrics_tell_the_same(daemon, ask):
    send(daemon, "A blue moon.\n")
    send(daemon, COSTLY)
    lines = ask("metrics").stdout.splitlines()
    assert 'spillway_rule_seconds_count{rule="moon"} 2' in lines
    assert 'spillway_rule_hits_total{rule="moon"} 1' in lines
    assert 'spillway_rule_cannot_tell_total{rule="costly",reason="an expression used up its budget"} 1' in lines
    assert any(line.startswith('spillway_rule_seconds{rule="costly",quantile="0.99"}') for line in lines)
    assert any(line.startswith('spillway_rules_shared_seconds_count{work="texts"}') for line in lines)
    assert not any('rule="asleep"' in line for line in lines)
