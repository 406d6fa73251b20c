"""What scripts/check-docs notices, on copies of this tree with one thing wrong."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path):
    for folder in ("milter", "man", "scripts", "tests", "rules", "postfix-examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def complaints(tree):
    done = subprocess.run([ROOT / "scripts" / "check-docs", "--tree", tree], capture_output=True,
                          text=True, check=False)
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout


def change(tree, name, old, new):
    file = tree / name
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{name} does not have {old}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_tree_in_order_is_passed_in_silence(copy):
    assert complaints(copy) == ""


@pytest.mark.parametrize("name, old, new, word", [
    ("milter/language/parser.h", '"listen",', '"listen", "greeting",', 'setting "greeting"'),
    ("milter/language/parser.h", '"subject",', '"subject", "cc",', 'field "cc"'),
    ("milter/language/compile_rules.h", '"mode",', '"mode", "trailer",', 'word of a rule "trailer"'),
    ("milter/language/compile_limits.h", '"scope",', '"scope", "grace",', 'word of a limit "grace"'),
    ("milter/language/compile_limits.cpp", '{"messages",', '{"messages", "stamps",', 'word "stamps"'),
    ("milter/policy/words.cpp", '{"account",', '{"team", "account",', 'scope "team"'),
    ("milter/policy/words.cpp", '"bytes",', '"bytes", "parts",', 'unit "parts"'),
    ("milter/policy/words.cpp", '"week",', '"week", "year",', 'period "year"'),
    ("milter/language/compile_limits.cpp", 'text == "sender"', 'text == "owner"',
     'target of notices "owner"'),
    ("milter/language/compile_limits.cpp", '"defer", "partial"}', '"defer", "partial", "park"}',
     'answer "park"'),
    ("milter/language/compile_settings.cpp", '"script", "uid"', '"script", "gid", "uid"',
     'stand-in "gid"'),
    ("milter/language/parser.h", '"window", "campaign"', '"window", "bulk", "campaign"', 'condition "bulk"'),
    ("milter/store/keys.cpp", '"spillway-plan:"', '"spillway-tariff:"', 'key "spillway-tariff"'),
    ("milter/store/lua/counts.lua", "'HMGET', count.name, 'w', 'a'", "'HMGET', count.name, 'w', 'z'",
     'field "z"'),
    ("milter/store/lua/alive.lua", "call('ZCARD'", "call('ZRANDMEMBER'", 'command "zrandmember"'),
    ("milter/language/test_blocks.h", '"as",', '"as", "helo",', 'word of a test "helo"'),
    ("milter/policy/template.h", '"rule",', '"rule", "stage",', 'variable "%{stage}"'),
    ("milter/log/record.cpp", 'add(fields, "verdict"', 'add(fields, "outcome"', 'field "outcome"'),
    ("milter/daemon/webhook.cpp", '{"percent", ', '{"level", ', 'JSON name "level"'),
    ("milter/log/notice_record.cpp", '"unit"', '"measure"', 'log field "measure"'),
    ("milter/log/metrics.cpp", '"spillway_bytes_total"', '"spillway_octets_total"', 'metric "spillway_octets_total"'),
    ("milter/main.cpp", "usage = 64", "usage = 2", 'exit code "2"'),
    ("milter/ctl/main.cpp", 'app, "status"', 'app, "health"', 'verb "health"'),
    ("milter/ctl/main.cpp", '"--at"', '"--when"', 'option "when"'),
    ("milter/ctl/outcome_json.cpp", '{"tags",', '{"labels",', 'JSON name "labels"'),
])
def test_a_word_that_only_the_code_knows_is_named(copy, name, old, new, word):
    change(copy, name, old, new)
    assert f"{word} of the code is not documented" in complaints(copy)


@pytest.mark.parametrize("page, old, new, word", [
    ("spillway.conf.5", ".It Ic user Ar name", ".It Ic group Ar name", 'setting "group"'),
    ("spillway.conf.5", ".It Ic client-ip\n", ".It Ic client-ip , helo\n", 'field "helo"'),
    ("spillway.conf.5", "Cm enforce |", "Cm enforce | dry-run |", 'word "dry-run"'),
    ("spillway.conf.5", ".It Ic %{max}", ".It Ic %{max} , %{left}", 'variable "%{left}"'),
    ("spillway.conf.5", ".It Cm user-ip\n", ".It Cm user-port\n", 'scope "user-port"'),
    ("spillway-redis.7", ".It Ic spillway-plan\n", ".It Ic spillway-tariff\n", 'key "spillway-tariff"'),
    ("spillway-redis.7", "+zadd", "+zpopmin +zadd", 'command "zpopmin"'),
    ("spillwayd.8", ".It Ic stage", ".It Ic phase", 'log field "phase"'),
    ("spillwayd.8", ".It Ic 78", ".It Ic 77", 'exit code "77"'),
    ("spillwayctl.8", ".It Ic reload\n", ".It Ic restart\n", 'verb "restart"'),
    ("spillwayctl.8", ".It Fl -most", ".It Fl -limit", 'option "limit"'),
])
def test_a_word_that_only_the_manual_knows_is_named(copy, page, old, new, word):
    change(copy, f"man/{page}", old, new)
    assert f"{word} is documented, but the code does not know it" in complaints(copy)


def test_an_example_that_does_not_work_is_named(copy):
    """With any program that refuses policies."""
    refusing = copy / "programs" / "spillwayctl"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\necho \"$2:1:1: error: no\" >&2\nexit 78\n")
    refusing.chmod(0o755)
    done = subprocess.run([ROOT / "scripts" / "check-docs", "--tree", copy, "--programs",
                           refusing.parent], capture_output=True, text=True, check=False)
    for page in ("man/spillway.conf.5", "README.md"):
        assert f"{page}: example: 1:1: error: no" in done.stdout
    assert "rules/example.conf: " in done.stdout


def test_broken_markup_is_named_with_its_line(copy):
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    change(copy, "man/spillwayd.8", ".Bl -tag -width Ds\n", ".Bl -tag -width Ds -nonsense\n")
    assert "man/spillwayd.8: " in complaints(copy)


@pytest.mark.parametrize("old, new, expected", [
    ("scripts/demo", "scripts/tour", "README.md: there is no scripts/tour"),
    ("spillwayctl check", "spillwayctl prove", "README.md: spillwayctl has no verb prove"),
])
def test_the_first_page_names_only_what_is_there(copy, old, new, expected):
    change(copy, "README.md", old, new)
    assert expected in complaints(copy)
