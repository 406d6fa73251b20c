"""The embedded counters on disk: what dies when, and what is still known afterwards."""

import os

import pytest
from conftest import POLICY, Ctl, people, send
from harness.daemon import DidNotStart, Spillwayd
from harness.processes import eventually

KEY = "domain-hour:domain:customer.example"


def saved(daemon):
    """Waits until every count is on disk."""
    ask = Ctl("--control", daemon.control)
    eventually(lambda: not ask.json("status")["counts_file"]["unsaved_changes"], "the counts on disk")


def test_saved_counts_survive_kill_and_restart(daemon, ask):
    send(daemon, recipients=people(4))
    saved(daemon)
    daemon.kill()
    daemon.start()
    assert ask.json("counters")["counters"][0]["used"] == 4
    assert send(daemon, recipients=people(2)).startswith("552 5.7.1 domain-hour: 4 of 5 used")


def test_an_orderly_stop_saves_what_is_newest(daemon, ask):
    send(daemon, recipients=people(3))
    daemon.terminate()
    assert daemon.process.wait() == 0
    assert not daemon.control.exists()
    daemon.start()
    assert ask.json("counters")["counters"][0]["used"] == 3


def test_a_save_leaves_no_draft_behind(daemon):
    send(daemon)
    saved(daemon)
    assert os.listdir(daemon.folder / "state") == ["counters"]


@pytest.mark.parametrize("damage", [b"", b"garbage\n", b"\0" * 4096])
def test_a_damaged_file_is_set_aside_and_named(daemon, ask, damage):
    state = daemon.folder / "state"
    daemon.kill()
    (state / "counters").write_bytes(damage)
    daemon.start()
    assert "is damaged" in daemon.expect_log("counters is damaged")
    aside, = [name for name in os.listdir(state) if name.startswith("counters.damaged-")]
    assert (state / aside).read_bytes() == damage
    assert ask.json("counters")["counters"] == []
    assert send(daemon) == "250"


def test_a_file_that_cannot_be_read_stops_the_start(place, spillwayd):
    (place.folder("spillwayd/state") / "counters").mkdir()
    with pytest.raises(DidNotStart) as failure:
        spillwayd(POLICY)
    assert failure.value.exit_code == 75
    assert "cannot read" in failure.value.output and "is a folder" in failure.value.output


def test_a_full_disk_is_told_and_counting_goes_on(place, spillwayd):
    disk = place.small_disk("spillwayd/state", "64k")
    daemon = spillwayd(POLICY)
    ask = Ctl("--control", daemon.control)
    send(daemon, recipients=people(2))
    saved(daemon)
    old = (disk / "counters").read_bytes()

    with open(disk / "ballast", "wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"x" * 4096)
    assert send(daemon) == "250"
    assert "No space left on device" in daemon.expect_log("counters are not being saved")
    assert (disk / "counters").read_bytes() == old
    assert "No space left" in ask("status").stdout
    assert send(daemon, recipients=people(3)).startswith("552 5.7.1 domain-hour: 3 of 5 used")

    (disk / "ballast").unlink()
    daemon.expect_log("counters are being saved again")
    daemon.kill()
    daemon.start()
    assert ask.json("counters")["counters"][0]["used"] == 3
    daemon.kill()


def test_two_daemons_never_share_a_state_folder(place, daemon):
    with pytest.raises(DidNotStart) as failure:
        second = place.folder("second")
        (second / "state").symlink_to(daemon.folder / "state")
        Spillwayd(place, POLICY, name="second")
    assert failure.value.exit_code == 75
    assert "another spillwayd keeps its counters in" in failure.value.output


def test_a_kill_while_counts_change_leaves_a_whole_file(daemon):
    for number in range(50):
        send(daemon, sender=f"<a@d{number}.example>")
    daemon.kill()
    daemon.start()
    assert daemon.log_lines("damaged") == []
