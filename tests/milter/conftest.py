"""One daemon with the office policy, shared by the tests that leave it as they found it."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.daemon import Spillwayd  # noqa: E402
from harness.processes import Place  # noqa: E402

from policies import OFFICE  # noqa: E402


@pytest.fixture(scope="module")
def office():
    with Place() as place:
        yield Spillwayd(place, OFFICE)
