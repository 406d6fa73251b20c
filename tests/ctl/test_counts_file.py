"""The embedded counters on disk: what dies when, and what is still known afterwards."""

import os

import pytest
from conftest import POLICY, Ctl, people, send
from harness.daemon import DidNotStart, Spillwayd

KEY = "domain-hour:domain:customer.example"


def counted(ask):
    return {count["key"]: count["used"] for count in ask.json("counters", "--most", "1000")["counters"]}


def test_nothing_counted_is_lost_by_a_kill(daemon, ask):
    send(daemon, recipients=people(4))
    daemon.kill()
    daemon.start()
    assert counted(ask) == {KEY: 4}
    assert send(daemon, recipients=people(2)).startswith("552 5.7.1 domain-hour: 4 of 5 used")


def test_kills_between_messages_lose_and_double_nothing(daemon, ask):
    expected = {}
    for start in range(5):
        for number in range(1 + start):
            domain = f"d{number}.example"
            assert send(daemon, sender=f"<ann@{domain}>") == "250"
            key = f"domain-hour:domain:{domain}"
            expected[key] = expected.get(key, 0) + 1
        daemon.kill()
        daemon.start()
        assert counted(ask) == expected


def test_an_orderly_stop_saves_what_is_newest(daemon, ask):
    send(daemon, recipients=people(3))
    daemon.terminate()
    assert daemon.process.wait() == 0
    assert not daemon.control.exists()
    daemon.start()
    assert ask.json("counters")["counters"][0]["used"] == 3


def test_a_save_leaves_no_draft_and_no_old_journal_behind(daemon):
    send(daemon)
    daemon.kill()
    daemon.start()
    assert sorted(os.listdir(daemon.folder / "state")) == [
        "counters", "counters.journal.2", "suppressions.journal.2"]


def test_a_damaged_line_of_the_journal_is_named_and_the_others_count(daemon, ask):
    state = daemon.folder / "state"
    for number in range(3):
        send(daemon, sender=f"<ann@d{number}.example>")
    daemon.kill()
    journal = state / "counters.journal.1"
    damaged = journal.read_bytes().replace(b"d1.example", b"dX.example")
    journal.write_bytes(damaged)
    daemon.start()
    daemon.expect_log("counters.journal.1:[0-9]+ is damaged")
    aside, = [name for name in os.listdir(state) if "damaged" in name]
    assert (state / aside).read_bytes() == damaged
    assert counted(ask) == {"domain-hour:domain:d0.example": 1, "domain-hour:domain:d2.example": 1}


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
    daemon.kill()
    daemon.start()
    old = (disk / "counters").read_bytes()

    with open(disk / "ballast", "wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"x" * 4096)
    for number in range(100):  # until the journal's last block is full as well
        assert send(daemon, sender=f"<ann@d{number}.example>") == "250"
    assert "No space left on device" in daemon.expect_log("changes are not being journaled")
    assert "No space left on device" in daemon.expect_log("counters are not being saved")
    assert (disk / "counters").read_bytes() == old
    assert "No space left" in ask("status").stdout
    assert send(daemon, recipients=people(4)).startswith("552 5.7.1 domain-hour: 2 of 5 used")

    (disk / "ballast").unlink()
    daemon.expect_log("counters are being saved again")
    daemon.kill()
    daemon.start()
    assert counted(ask)[KEY] == 2
    assert len(counted(ask)) == 101
    daemon.kill()


def test_two_daemons_never_share_a_state_folder(place, daemon):
    with pytest.raises(DidNotStart) as failure:
        second = place.folder("second")
        (second / "state").symlink_to(daemon.folder / "state")
        Spillwayd(place, POLICY, name="second")
    assert failure.value.exit_code == 75
    assert "another spillwayd keeps its counters in" in failure.value.output
