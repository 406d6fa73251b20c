"""One Postfix and one sink for all tests of this folder; a spillwayd of its own for each test.

Starting Postfix takes seconds, and it connects to the milter anew for every SMTP session, so the
tests change the daemon behind the socket and leave Postfix running.
"""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.daemon import Spillwayd  # noqa: E402
from harness.postfix import Postfix  # noqa: E402
from harness.processes import Place  # noqa: E402
from harness.sink import Sink  # noqa: E402

LOGINS = ["ann@customer.example", "dan@customer.example", "eve@other.example"]


def pytest_collection_modifyitems(items):
    if os.geteuid() == 0:
        return
    for item in items:
        if "postfix" in pathlib.Path(item.fspath).parts:
            item.add_marker(pytest.mark.skip(reason="Postfix starts only as root"))


@pytest.fixture(scope="session")
def site():
    """A place with a sink; for Postfix instances that outlive one test."""
    with Place() as place:
        yield place


@pytest.fixture(scope="session")
def shared_sink(site):
    return site.own(Sink())


@pytest.fixture(scope="session")
def shared_postfix(site, shared_sink):
    return Postfix(site, shared_sink, LOGINS)


@pytest.fixture
def sink(shared_sink):
    shared_sink.clear()
    return shared_sink


@pytest.fixture
def postfix(shared_postfix, sink):
    """Postfix with an empty queue, an empty log and the examples' settings."""
    shared_postfix.forget_log()
    yield shared_postfix
    shared_postfix.run("postsuper", "-d", "ALL")


@pytest.fixture
def behind(place, postfix):
    """Starts the daemon behind Postfix: behind(policy, **options of Spillwayd)."""
    def start(policy, **options):
        listen = f"unix:{postfix.milter_socket} mode 0660 group postfix"
        return Spillwayd(place, policy, listen=listen, **options)
    return start
