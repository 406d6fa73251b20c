"""Messages too large for memory, and a disk that cannot take them."""

import subprocess

import pytest
from harness.letters import letter
from harness.milter_client import MilterClient, deliver
from harness.processes import can_mount
from policies import FORBIDDEN, KEY, OFFICE, ORDINARY

needs_mount = pytest.mark.skipif(not can_mount(), reason="no right to mount a small disk here")
LARGE = letter("All work and no play.\n" * 50_000)  # 1.1 MB


def spooling(folder, above="64K"):
    return f"spool-dir {folder}\nspool-above {above}\n"


def test_a_large_message_is_read_from_the_spool_as_from_memory(place, spillwayd):
    daemon = spillwayd(OFFICE, settings=spooling(place.folder("spool")))
    assert deliver(daemon.address, LARGE).reply == "250"
    assert deliver(daemon.address, LARGE + FORBIDDEN).reply.startswith("550")


def test_the_spool_leaves_no_file_behind(place, spillwayd):
    folder = place.folder("spool")
    daemon = spillwayd(OFFICE, settings=spooling(folder))
    with MilterClient(daemon.address) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        client.rcpt("<bob@else.example>")
        client.data("SPOOLED")
        client.eoh()
        client.body(b"x" * 1_000_000)
        # An answered event after the body says that all of it has been taken.
        client.abort()
        client.send(ORDINARY)
        assert list(folder.iterdir()) == []
    assert not [name for name in daemon.process.open_files() if str(folder) in name]


@needs_mount
def test_a_full_disk_defers_large_mail_and_heals(place, spillwayd):
    folder = place.small_disk("spool", "256k")
    daemon = spillwayd(OFFICE, settings=spooling(folder))
    for _ in range(3):
        answer = deliver(daemon.address, LARGE, queue_id="FULL")
        assert answer.reply.startswith("451 4.3.")
        assert answer.message.edits == []
    assert daemon.log_lines("FULL.*(space|spool)")
    assert deliver(daemon.address, ORDINARY).reply == "250"
    assert daemon.counts()[KEY] == 1

    subprocess.run(["mount", "-o", "remount,size=16m", folder], check=True)
    assert deliver(daemon.address, LARGE).reply == "250"
    assert daemon.counts()[KEY] == 2


@needs_mount
def test_after_a_full_disk_the_same_connection_goes_on(place, spillwayd):
    daemon = spillwayd(OFFICE, settings=spooling(place.small_disk("spool", "256k")))
    with MilterClient(daemon.address) as client:
        client.connect()
        assert client.send(LARGE).reply.startswith("451")
        assert client.send(ORDINARY).reply == "250"
