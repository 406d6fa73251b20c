"""The control socket itself: who may use it, and what nonsense does to it."""

import json
import os
import socket
import stat
import subprocess

import pytest
from conftest import POLICY
from harness.daemon import DidNotStart, program


def exchange(daemon, data):
    """What the daemon says to these bytes before it closes the connection."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(daemon.control))
        try:
            client.sendall(data)
        except BrokenPipeError:
            pass
        reply = b""
        while True:
            try:
                block = client.recv(65536)
            except ConnectionResetError:
                break
            if not block:
                break
            reply += block
        return reply


@pytest.mark.parametrize("request_line", [b"\n", b"{\n", b"[]\n", b"null\n", b"{}\n", b'{"verb":7}\n',
                                          b'{"verb":"reset"}\n', b"\xff\xfe\x00\n",
                                          b'{"verb":"counters","most":"x"}\n', b"[" * 60000 + b"\n"])
def test_nonsense_gets_an_error_in_words(daemon, ask, request_line):
    reply = json.loads(exchange(daemon, request_line))
    assert reply["ok"] is False and reply["error"]
    assert ask("status").returncode == 0


def test_an_unknown_verb_is_named(daemon):
    assert json.loads(exchange(daemon, b'{"verb":"dance"}\n')) == {
        "ok": False, "error": 'unknown verb "dance"'}


def test_a_request_without_end_is_cut_off(daemon, ask):
    assert exchange(daemon, b"x" * 1_000_000) == b""
    assert ask("status").returncode == 0


def test_the_socket_has_the_mode_that_was_set(daemon):
    assert stat.S_IMODE(os.stat(daemon.control).st_mode) == 0o600


def test_a_second_daemon_on_the_socket_is_refused(place, daemon, ask):
    text = daemon.config.read_text().replace(f"{daemon.folder}/milter.sock", f"{place.path}/other.sock")
    text = text.replace(f"{daemon.folder}/state", f"{place.folder('state')}")
    done = subprocess.run([program("spillwayd"), "-f", place.write("second.conf", text)],
                          capture_output=True, timeout=60)
    assert done.returncode == 75
    assert f"another spillwayd answers on {daemon.control}" in done.stderr.decode()
    assert ask("status").returncode == 0


def test_a_socket_left_by_a_killed_daemon_is_replaced(daemon, ask):
    daemon.kill()
    assert ask("status").returncode == 69
    daemon.start()
    assert ask("status").returncode == 0


def test_a_file_in_the_sockets_place_is_not_removed(place, spillwayd):
    place.folder("spillwayd")
    (place.path / "spillwayd" / "control.sock").write_text("precious")
    with pytest.raises(DidNotStart) as failure:
        spillwayd(POLICY)
    assert failure.value.exit_code == 75
    assert "it is not a socket" in failure.value.output
    assert (place.path / "spillwayd" / "control.sock").read_text() == "precious"
