"""spillwayctl check and spillwayd --check: would these files be taken?"""

import subprocess

import pytest
from conftest import POLICY
from harness.daemon import program

BROKEN = 'rule a { when recipients > 1; rejct 550 5.7.1 "no" }\nlimit b { scop domain }\n'


def test_a_good_file_is_summed_up(place, ctl):
    file = place.write("good.conf", POLICY)
    done = ctl("check", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{file}: 1 rule, 1 limit, 0 tests passed\n"


def test_the_stage_of_each_rule_is_shown_when_asked_for(place, ctl):
    done = ctl("check", "-v", place.write("good.conf", POLICY))
    assert done.stdout.splitlines()[1:] == ["  no-freemail  headers",
                                            "  domain-hour  recipients 5 / 1h by domain  limit"]


def test_the_common_config_option_names_the_file_too(place, ctl):
    file = place.write("good.conf", POLICY)
    assert ctl("check", "-f", file).stdout == ctl("-f", file, "check").stdout == ctl("check", file).stdout


@pytest.mark.parametrize("who", ["spillwayctl check", "spillwayd --check -f", "spillwayd -f"])
def test_every_mistake_is_named_with_its_place(place, who):
    file = place.write("bad.conf", BROKEN)
    name, *options = who.split()
    done = subprocess.run([program(name), *options, file], capture_output=True, timeout=60)
    errors = done.stderr.decode()
    assert done.returncode == 78
    assert f'{file}:1:31: error: ' in errors and 'did you mean "reject"?' in errors
    assert f'{file}:2:11: error: ' in errors and 'did you mean "scope"?' in errors
    assert done.stdout == b""


def test_json_names_each_mistake_for_programs(place, ctl):
    file = place.write("bad.conf", BROKEN)
    told = ctl.json("check", file)
    assert told["ok"] is False and told["file"] == str(file)
    places = {(each["line"], each["column"], each["severity"]) for each in told["diagnostics"]}
    assert {(1, 31, "error"), (2, 11, "error")} <= places
    assert ctl.json("check", place.write("good.conf", POLICY)) == {
        "file": str(place.path / "good.conf"), "ok": True, "rules": 1, "limits": 1,
        "folders": 0, "tests_passed": 0, "diagnostics": []}


def test_a_failing_test_block_is_a_mistake(place, ctl):
    file = place.write("failing.conf", POLICY + 'test "free" { header From "a@b.example"; '
                                                'expect reject }\n')
    done = ctl("check", file)
    assert done.returncode == 78
    assert "free" in done.stderr


def test_a_missing_map_file_is_a_mistake(place, ctl):
    file = place.write("map.conf", "map m domains file maps/absent\n" + POLICY)
    done = ctl("check", file)
    assert done.returncode == 78
    assert "maps/absent" in done.stderr and "No such file" in done.stderr


def test_a_pipe_in_place_of_a_map_is_refused_at_once(place, ctl):
    subprocess.run(["mkfifo", place.path / "pipe"], check=True)
    done = ctl("check", place.write("map.conf", "map m domains file pipe\n" + POLICY))
    assert done.returncode == 78
    assert "is not a plain file" in done.stderr


def test_a_missing_file_is_a_bad_configuration(place, ctl):
    assert ctl("check", place.path / "absent.conf").returncode == 78


@pytest.mark.parametrize("words", [(), ("chekc",), ("check", "a", "b"), ("status", "--jsn"),
                                   ("test",), ("counters", "reset"), ("counters", "--most", "0")])
def test_wrong_words_are_a_usage_mistake(ctl, words):
    assert ctl(*words).returncode == 64


def test_help_and_version_are_no_mistake(ctl):
    assert ctl("--help").returncode == 0
    assert ctl("--version").stdout.startswith("spillwayctl ")
