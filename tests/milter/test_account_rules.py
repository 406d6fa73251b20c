"""Folders of rules that accounts have for themselves, in a running daemon: reloaded, broken, mended."""

import os

import pytest
from harness.daemon import Spillwayd
from harness.letters import letter
from harness.milter_client import deliver

POLICY = """
map accounts pairs inline [ "customer.example acme" "other.example other" ]
accounts accounts
rule too-many { when recipients > 2; reject 550 5.5.3 "Too many" }
accounts-folder accounts.d
"""
ANN, EVE = "ann@customer.example", "eve@other.example"
NO_CATS = 'rule no-cats { when text has "cats"; reject 550 5.7.1 "No cats" }\n'
REFUSED = "550 5.7.1 No cats (rule acme/no-cats)"


@pytest.fixture
def rules(place):
    """The file of the rules of account acme."""
    path = place.folder("spillwayd/accounts.d/acme") / "own.rules"
    path.write_text(NO_CATS)
    return path


@pytest.fixture
def daemon(place, rules):
    return Spillwayd(place, POLICY)


def reply(daemon, user=ANN, text="Cats!\n", **envelope):
    return deliver(daemon.address, letter(text), user=user, sender=f"<{user}>", **envelope).reply


def test_the_rules_of_an_account_are_for_its_own_mail(daemon):
    assert reply(daemon) == REFUSED
    assert reply(daemon, text="dogs\n") == "250"
    assert reply(daemon, user=EVE) == "250"
    assert 'by="rule acme/no-cats"' in daemon.expect_log("verdict=reject")


def test_the_administrators_rules_come_first(daemon, rules):
    rules.write_text("rule all { when auth; accept }\n")
    daemon.reload(expect="generation 2 loaded")
    many = [f"<r{number}@else.example>" for number in range(3)]
    assert reply(daemon, recipients=many).startswith("550 5.5.3 Too many")


def test_changed_rules_and_new_folders_count_after_a_reload(daemon, rules, place):
    rules.write_text(NO_CATS.replace("cats", "dogs"))
    (place.folder("spillwayd/accounts.d/other.example") / "1.rules").write_text(NO_CATS)
    assert reply(daemon) == REFUSED and reply(daemon, user=EVE) == "250"
    assert "folders 2" in daemon.reload(expect="generation 2 loaded")
    assert reply(daemon) == "250"
    assert reply(daemon, user=EVE) == REFUSED.replace("acme", "other.example")
    rules.unlink()
    daemon.reload(expect="generation 3 loaded")
    assert reply(daemon, text="dogs\n") == "250"


def test_a_mistake_keeps_the_former_rules_of_its_account_and_no_others(daemon, rules, place):
    rules.write_text("rule no-cats { rejct }\n")
    (place.folder("spillwayd/accounts.d/other") / "1.rules").write_text(NO_CATS)
    code, said = daemon.ctl("reload")
    assert code == 0 and "generation 2 is in force" in said
    assert f'{rules}:1:16: error: unknown word "rejct" in a rule, did you mean "reject"?' in said
    assert "the rules of acme have mistakes; its former rules stay in force" in said
    assert "\nspillway_faulty_folders 1\n" in daemon.ctl("metrics")[1]
    assert reply(daemon) == REFUSED
    assert reply(daemon, user=EVE).endswith("(rule other/no-cats)")
    assert "TROUBLE    the rules of acme have mistakes" in daemon.ctl("status")[1]
    assert daemon.log_lines(f"{rules}:1:16: error") and daemon.log_lines("its former rules stay in force")
    rules.write_text(NO_CATS.replace("cats", "dogs"))
    assert daemon.ctl("reload") == (0, "generation 3 is in force\n")
    assert reply(daemon) == "250" and "TROUBLE" not in daemon.ctl("status")[1]


def test_a_daemon_that_starts_with_a_mistake_defers_the_mail_of_that_account_alone(place, rules):
    rules.write_text("rule no-cats {\n")
    daemon = Spillwayd(place, POLICY)
    assert reply(daemon).startswith("451 4.3.5 The mail rules of this account have mistakes")
    assert reply(daemon, user=EVE) == "250"
    rules.write_text(NO_CATS)
    daemon.reload(expect="generation 2 loaded")
    assert reply(daemon) == REFUSED


def test_a_link_out_of_the_folder_is_not_followed(daemon, rules):
    secret = rules.parent.parent / "secret"
    secret.write_text("top secret\n")
    (rules.parent / "2.rules").symlink_to(secret)
    assert "leads out of the folder" in daemon.ctl("reload")[1]
    assert "top" not in daemon.log()
    (rules.parent / "2.rules").unlink()
    (rules.parent / "2.rules").symlink_to("own.rules.bak")
    (rules.parent / "own.rules.bak").write_text("rule dogs { when text has \"dogs\"; reject }\n")
    assert daemon.ctl("reload") == (0, "generation 3 is in force\n")
    assert reply(daemon, text="dogs\n").endswith("(rule acme/dogs)")


def test_check_names_the_folder_and_fails(daemon, rules):
    code, said = daemon.ctl("-f", daemon.config, "check")
    assert code == 0 and said.endswith("1 rule, 0 limits, 0 tests passed, 1 folder\n")
    code, said = daemon.ctl("-f", daemon.config, "check", "-v")
    assert "acme/no-cats  message" in said
    rules.write_text("rule x { reject 451 }\n")
    code, said = daemon.ctl("-f", daemon.config, "check")
    assert code == 78 and f"{rules}:1:17: error:" in said
    assert "the rules of acme have mistakes; its mail is deferred by rule acme/broken" in said


def test_thousands_of_folders_cost_other_messages_next_to_nothing(place):
    """Only their own messages are asked their rules, which together would take milliseconds."""
    def milliseconds(daemon):
        reply(daemon)
        begun = daemon_time(daemon)
        for _ in range(500):
            assert reply(daemon) == "250"
        return (daemon_time(daemon) - begun) * 2

    bare = milliseconds(Spillwayd(place, POLICY, name="bare"))
    for number in range(1000):
        folder = place.folder(f"many/accounts.d/account{number}")
        (folder / "own.rules").write_text(
            f'rule a {{ when text has "word{number}"; reject }}\n'
            f'rule b {{ when subject =~ /number {number}$/; quarantine }}\n'
            f'rule c {{ when rcpt = r{number}@else.example and any-text has "x{number}"; reject }}\n')
    full = milliseconds(Spillwayd(place, POLICY, name="many"))
    print(f"bare {bare:.2f} ms, with 1000 folders {full:.2f} ms a message")
    assert full < 2 * bare + 0.3


def daemon_time(daemon):
    """Processor seconds it has used."""
    fields = open(f"/proc/{daemon.process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
