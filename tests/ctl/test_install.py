"""cmake --install: everything where a distribution expects it, and no policy ever overwritten."""

import os
import subprocess

import pytest
from harness.daemon import program


@pytest.fixture
def install(place):
    """Installs below the place as if it were /; returns that root."""
    root = place.folder("root")

    def run(prefix="/usr"):
        subprocess.run(["cmake", "--install", program("spillwayd").parent, "--prefix", prefix],
                       check=True, capture_output=True, env={**os.environ, "DESTDIR": str(root)})
        return root

    return run


def test_everything_is_where_it_belongs(install, ctl):
    root = install()
    for path in ["usr/sbin/spillwayd", "usr/bin/spillwayctl", "usr/libexec/spillway-extract",
                 "usr/share/man/man5/spillway.conf.5", "usr/share/man/man7/spillway-redis.7",
                 "usr/share/man/man8/spillwayd.8", "usr/share/man/man8/spillwayctl.8",
                 "usr/share/doc/spillway/postfix-examples/spillway-uid",
                 "usr/share/doc/spillway/postfix-examples/spillway-anonymous",
                 "usr/share/spillway/rules/example.conf",
                 "usr/share/spillway/rules/prohibited.rules",
                 "usr/share/spillway/rules/tests/prohibited.conf", "usr/share/doc/spillway/LICENSE",
                 "usr/lib/systemd/system/spillwayd.service"]:
        assert (root / path).is_file(), path
    assert ctl("check", root / "etc/spillway/spillway.conf").returncode == 0


def test_the_operators_policy_and_maps_stay(install):
    root = install()
    policy, owned = root / "etc/spillway/spillway.conf", root / "etc/spillway/maps/owned-domains"
    policy.write_text("# mine\n")
    owned.write_text("# mine, too\n")
    install()
    assert (policy.read_text(), owned.read_text()) == ("# mine\n", "# mine, too\n")
    policy.unlink()
    install()
    assert policy.read_text() != "# mine\n" and owned.read_text() == "# mine, too\n"


def test_the_unit_starts_what_was_installed(install):
    home = install("/opt/spillway") / "opt/spillway"
    assert ("ExecStart=/opt/spillway/sbin/spillwayd -f /opt/spillway/etc/spillway/spillway.conf\n"
            in (home / "lib/systemd/system/spillwayd.service").read_text())
    assert (home / "etc/spillway/spillway.conf").is_file()
