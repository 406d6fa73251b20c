"""spillwayctl status and counters: looking at the running daemon."""

import socket
import threading

from conftest import ANN, BOB, EVE, Ctl, people, send
from harness.milter_client import deliver

KEY = "domain-hour:domain:customer.example"


def test_status_tells_what_runs(daemon, ask):
    status = ask.json("status")
    assert status["pid"] == daemon.process.pid
    assert status["listen"] == f"unix:{daemon.socket}"
    assert status["config"] == str(daemon.config)
    assert (status["generation"], status["rules"], status["limits"]) == (1, 1, 1)
    assert status["failed_reload"] is None and status["waiting_for_restart"] == []


def test_status_reads_like_a_page(daemon, ask):
    text = ask("status").stdout
    assert f"process {daemon.process.pid}" in text
    assert f"listens    unix:{daemon.socket}\n" in text
    assert "1 rule, 1 limit, 0 tests passed" in text
    assert "TROUBLE" not in text


def test_the_control_socket_is_found_through_the_configuration(daemon, ctl):
    assert ctl("-f", daemon.config, "status").returncode == 0
    daemon.config.write_text(daemon.config.read_text() + "a mistake\n")
    assert ctl("-f", daemon.config, "status").returncode == 0


def test_nobody_there_is_exit_69(place, ctl):
    for verb in [("status",), ("reload",), ("counters",), ("counters", "reset", "x")]:
        done = Ctl("--control", place.path / "absent.sock")(*verb)
        assert done.returncode == 69
        assert "absent.sock: No such file or directory" in done.stderr


def test_a_stale_socket_is_exit_69(place):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.path / "dead.sock"))
    assert Ctl("--control", place.path / "dead.sock")("status").returncode == 69


def test_counters_show_the_use_against_the_limit(daemon, ask):
    send(daemon, recipients=(BOB, EVE))
    assert ask.json("counters")["counters"] == [
        {"key": KEY, "used": 2, "max": 5, "window": "1h", "span_seconds": 3600}]
    assert ask("counters").stdout == f"{KEY}  2  of 5 in 1h  40%\n"


def test_counters_are_chosen_by_prefix_and_number(daemon, ask):
    for domain in ["b.example", "a.example", "c.example"]:
        send(daemon, sender=f"<ann@{domain}>")
    keys = [each["key"] for each in ask.json("counters", "--most", "2")["counters"]]
    assert keys == ["domain-hour:domain:a.example", "domain-hour:domain:b.example"]
    assert "the first 2; more with --most" in ask("counters", "--most", "2").stdout
    assert len(ask.json("counters", "domain-hour:domain:c")["counters"]) == 1
    assert ask("counters", "no-such").stdout == "nothing is counted under this name\n"


def test_a_reset_counter_starts_from_zero(daemon, ask):
    send(daemon, recipients=people(5))
    assert send(daemon).startswith("552 5.7.1")
    assert ask("counters").stdout.endswith("100%  FULL\n")
    assert ask("counters", "reset", KEY).returncode == 0
    assert send(daemon) == "250"
    assert ask.json("counters")["counters"][0]["used"] == 1


def test_resetting_what_is_not_there_is_refused(daemon, ask):
    done = ask("counters", "reset", "domain-hour:domain:nobody.example")
    assert done.returncode == 1
    assert "there is no counter domain-hour:domain:nobody.example" in done.stderr


def test_metrics_are_printed_for_the_textfile_collector(daemon, ask):
    send(daemon, recipients=(BOB, EVE))
    lines = ask("metrics").stdout.splitlines()
    assert 'spillway_messages_total{by="",verdict="accept"} 1' in lines
    assert 'spillway_limit_charges_total{limit="domain-hour",result="granted"} 1' in lines
    assert "spillway_policy_generation 1" in lines
    assert [line for line in lines if line.startswith("spillway_build_info{version=")]
    assert "spillway_connections" in ask.json("metrics")["metrics"]


def test_a_key_with_hostile_bytes_drives_no_terminal(daemon, ask):
    deliver(daemon.address, "From: a@b.example\n\nx\n", sender="<ann@customer.example>",
            user='\x1b[31m"evil@\udcff.example'.encode(errors="surrogateescape"))
    for text in [ask("counters").stdout, ask("counters", "--json").stdout]:
        assert "\x1b" not in text
    assert ask.json("counters")["ok"]


def test_questions_from_many_at_once_are_all_answered(daemon, ask):
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(ask("status").returncode))
               for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0] * 24


def test_silent_clients_do_not_keep_the_others_out(daemon, ask):
    silent = [socket.socket(socket.AF_UNIX) for _ in range(40)]
    for one in silent:
        one.connect(str(daemon.control))
    assert ask("status").returncode == 0
    assert send(daemon, sender=ANN) == "250"
    for one in silent:
        one.close()
