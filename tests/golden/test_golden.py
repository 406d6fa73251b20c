"""Each folder here is one decision: a policy, a message, how it comes, and what is said about it.

    policy.conf   the policy, with what it includes beside it
    message.eml   the message, byte for byte
    options       further words of `spillwayctl test`, as a shell would read them
    expected      what `spillwayctl test` must print, byte for byte

Run this file to write `expected` anew after a wanted change, then read the difference:

    SPILLWAY_BIN=build/release tests/golden/test_golden.py [CASE ...]
"""

import os
import pathlib
import shlex
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CASES = sorted(path.parent for path in HERE.glob("*/policy.conf"))


def said_about(case):
    """What spillwayctl prints, standard error included; it must succeed."""
    program = pathlib.Path(os.environ.get("SPILLWAY_BIN", HERE.parents[1] / "build" / "release"))
    command = [program.resolve() / "spillwayctl", "-f", "policy.conf", "test", "message.eml",
               *shlex.split((case / "options").read_text())]
    done = subprocess.run(command, cwd=case, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60)
    text = done.stdout.decode()
    assert done.returncode == 0, f"exit {done.returncode}:\n{text}"
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_decision_is_told_as_expected(case):
    assert said_about(case) == (case / "expected").read_text()


if __name__ == "__main__":
    for chosen in [HERE / name for name in sys.argv[1:]] or CASES:
        (chosen / "expected").write_text(said_about(chosen))
