"""Fixtures for tests that run the finished programs: a place to run them in, and the programs."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.daemon import Spillwayd  # noqa: E402
from harness.processes import Place  # noqa: E402
from harness.redis import Redis  # noqa: E402


@pytest.fixture
def place():
    with Place() as here:
        yield here


@pytest.fixture
def spillwayd(place):
    """Starts a daemon in the test's place: spillwayd(policy, **options of Spillwayd)."""
    return lambda policy, **options: Spillwayd(place, policy, **options)


@pytest.fixture
def redis(place):
    return Redis(place)
