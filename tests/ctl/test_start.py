"""Starting: the exit code says who must act, and privileges are gone before mail comes."""

import os
import pwd
import subprocess

import pytest
from conftest import POLICY, Ctl, send
from harness.daemon import DidNotStart, program

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def open_umask():
    """The service manager's socket takes messages from every user, so the harness's must, too."""
    before = os.umask(0)
    yield
    os.umask(before)


def refused(spillwayd, **options):
    with pytest.raises(DidNotStart) as failure:
        spillwayd(POLICY, **options)
    return failure.value


def test_wrong_options_are_exit_64():
    done = subprocess.run([program("spillwayd"), "--deamon"], capture_output=True, timeout=60)
    assert done.returncode == 64


def test_a_missing_configuration_is_exit_78(place):
    done = subprocess.run([program("spillwayd"), "-f", place.path / "absent.conf"],
                          capture_output=True, timeout=60)
    assert done.returncode == 78
    assert b"absent.conf" in done.stderr


def test_an_unknown_user_is_exit_75(spillwayd):
    failure = refused(spillwayd, settings="user no-such-user-here")
    assert failure.exit_code == 75
    assert "there is no user no-such-user-here" in failure.output


def test_a_log_file_in_no_folder_is_exit_75(place, spillwayd):
    failure = refused(spillwayd, settings=f"log file {place.path}/absent/spillway.log")
    assert failure.exit_code == 75


@needs_root
def test_it_runs_as_the_user_it_was_told(place, spillwayd, open_umask):
    nobody = pwd.getpwnam("nobody")
    os.chown(place.folder("spillwayd/state"), nobody.pw_uid, nobody.pw_gid)
    daemon = spillwayd(POLICY, settings="user nobody")
    with open(f"/proc/{daemon.process.pid}/status") as status:
        facts = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    assert facts["Uid"].split() == [str(nobody.pw_uid)] * 4
    assert facts["Gid"].split() == [str(nobody.pw_gid)] * 4
    assert "0" not in facts["Groups"].split()
    assert int(facts["CapEff"], 16) == 0
    assert os.stat(daemon.control).st_uid == nobody.pw_uid
    assert Ctl("--control", daemon.control)("status").returncode == 0
    assert send(daemon) == "250"
    daemon.kill()


@needs_root
def test_a_state_folder_the_user_may_not_write_to_is_exit_75(place, spillwayd):
    os.chown(place.folder("spillwayd/state", 0o700), 0, 0)
    failure = refused(spillwayd, settings="user nobody")
    assert failure.exit_code == 75
    assert "spillwayd/state: Permission denied" in failure.output


@needs_root
def test_missing_folders_are_made_and_belong_to_the_user(place, spillwayd, open_umask):
    spool = place.path / "deep" / "spool"
    nobody = pwd.getpwnam("nobody")
    os.chown(place.folder("spillwayd/state"), nobody.pw_uid, nobody.pw_gid)
    daemon = spillwayd(POLICY, settings=f"user nobody\nspool-dir {spool}")
    assert os.stat(spool).st_uid == nobody.pw_uid
    assert os.stat(spool).st_mode & 0o777 == 0o750
    daemon.kill()


def test_nothing_is_readable_by_everybody(daemon):
    send(daemon)
    daemon.terminate()
    daemon.process.wait()
    assert os.stat(daemon.folder / "state" / "counters").st_mode & 0o007 == 0
