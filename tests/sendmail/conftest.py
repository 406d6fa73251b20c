"""One Sendmail and one sink for all tests of this folder; a spillwayd of its own for each test.

Sendmail connects to the milter anew for every SMTP session, so the daemon behind the socket changes
and Sendmail stays.
"""

import pytest
from harness.daemon import Spillwayd
from harness.processes import Place
from harness.sendmail import Sendmail, why_not
from harness.sink import Sink


@pytest.fixture(scope="session")
def site():
    if reason := why_not():
        pytest.skip(reason)
    with Place() as place:
        yield place


@pytest.fixture(scope="session")
def shared_sink(site):
    return site.own(Sink())


@pytest.fixture(scope="session")
def shared_sendmail(site, shared_sink):
    return Sendmail(site, shared_sink)


@pytest.fixture
def sink(shared_sink):
    shared_sink.clear()
    return shared_sink


@pytest.fixture
def sendmail(shared_sendmail, sink):
    yield shared_sendmail
    shared_sendmail.empty_queue()


@pytest.fixture
def behind(place, sendmail):
    """Starts the daemon behind Sendmail, with the mode its example names: behind(policy)."""
    return lambda policy: Spillwayd(place, policy,
                                    listen=f"unix:{sendmail.milter_socket} mode 0600")
