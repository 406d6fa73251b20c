"""Reload by verb and by signal: a bad file never replaces a good one."""

import os
import pathlib
import signal

from conftest import POLICY, people, send
from harness.processes import eventually

STRICTER = POLICY.replace("free.example", "customer.example")
BROKEN = POLICY.replace("from.domain", "frm.domain")


def test_the_verb_puts_the_new_policy_in_force(daemon, ask):
    assert send(daemon) == "250"
    daemon.write(STRICTER)
    done = ask("reload")
    assert (done.returncode, done.stdout) == (0, "generation 2 is in force\n")
    assert send(daemon).startswith("550 5.7.1 No free mail")


def test_a_mistake_keeps_the_old_generation_and_is_told_everywhere(daemon, ask):
    daemon.write(BROKEN)
    done = ask("reload")
    assert done.returncode == 1
    place = f"{daemon.config}:"
    assert place in done.stderr and 'did you mean "from.domain"?' in done.stderr
    assert "generation 1 stays in force" in done.stderr
    assert place in daemon.expect_log("did you mean")
    status = ask.json("status")
    assert status["generation"] == 1 and place in status["failed_reload"]["mistakes"][0]
    assert "TROUBLE" in ask("status").stdout
    assert send(daemon) == "250"


def test_the_trouble_is_forgotten_after_a_good_reload(daemon, ask):
    daemon.write(BROKEN)
    ask("reload")
    daemon.write(POLICY)
    assert ask("reload").returncode == 0
    status = ask.json("status")
    assert status["generation"] == 2 and status["failed_reload"] is None


def test_a_map_that_vanished_keeps_the_old_generation(place, spillwayd):
    folder = place.folder("spillwayd/maps")
    (folder / "blocked").write_text("free.example\n")
    policy = POLICY.replace("inline [ free.example ]", "file maps/blocked")
    daemon = spillwayd(policy)
    (folder / "blocked").unlink()
    daemon.reload(expect="reload refused")
    assert "maps/blocked" in daemon.expect_log("No such file")
    assert send(daemon) == "250"
    (folder / "blocked").write_text("customer.example\n")
    daemon.reload(expect="generation 2 loaded")
    assert send(daemon).startswith("550")
    daemon.kill()


def test_the_signal_reloads_too(daemon, ask):
    daemon.reload(STRICTER, expect="generation 2 loaded")
    assert send(daemon).startswith("550")


def test_many_signals_never_end_the_daemon(daemon, ask):
    for _ in range(200):
        daemon.process.signal(signal.SIGUSR1)
    assert ask("status").returncode == 0
    assert send(daemon) == "250"


def test_settings_that_wait_for_a_restart_are_named(daemon, ask):
    daemon.settings = "spool-above 2M"
    daemon.write(POLICY)
    done = ask("reload")
    assert done.returncode == 0
    assert "spool-above has changed and takes effect at the next restart" in done.stdout
    assert ask.json("status")["waiting_for_restart"] == ["spool-above"]
    assert "spool-above" in daemon.expect_log("wait for a restart")
    daemon.settings = ""
    daemon.write(POLICY)
    assert ask("reload").returncode == 0
    assert ask.json("status")["waiting_for_restart"] == []


def test_a_changed_maximum_takes_effect_and_the_count_stays(daemon, ask):
    assert send(daemon, recipients=people(5)) == "250"
    assert send(daemon).startswith("552")
    daemon.write(POLICY.replace("5 / 1h", "6 / 1h"))
    assert ask("reload").returncode == 0
    assert send(daemon) == "250"
    assert send(daemon).startswith("552 5.7.1 domain-hour: 6 of 6 used")


def test_the_log_file_is_opened_anew_after_rotation(place, spillwayd):
    log = place.path / "spillway.log"
    daemon = spillwayd(POLICY, settings=f"log file {log}")
    os.rename(log, place.path / "spillway.log.1")
    daemon.process.signal(signal.SIGUSR1)
    eventually(lambda: log.exists() and "generation 2 loaded" in log.read_text(), "the new log file")
    assert "ready" in pathlib.Path(place.path / "spillway.log.1").read_text()
    daemon.kill()
