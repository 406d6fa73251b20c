"""What scripts/check-layers lets through and what it stops, on trees of one file."""
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check-layers"


def check(folder, name, text):
    path = folder / "milter" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    done = subprocess.run([SCRIPT, folder / "milter"], capture_output=True, text=True)
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout.replace(str(folder / "milter") + "/", "")


@pytest.mark.parametrize("name, text, expected", [
    ("mail/a.cpp", '\n#include "policy/policy.h"\n', 'mail/a.cpp:2: mail/ may not include "policy/p'),
    ("session/a.h", '#include "mta/milter.h"\n', "session/a.h:1: "),
    ("policy/a.cpp", "#include <fstream>\n", "policy/a.cpp:1: the core may not include <fstream>"),
    ("mail/a.cpp", "#  include <sys/socket.h>\n", "mail/a.cpp:1: "),
    ("limits/a.cpp", "#include <nlohmann/json.hpp>\n", "limits/a.cpp:1: "),
    ("daemon/a.cpp", "int x = smfi_main();\n", "daemon/a.cpp:1: smfi_main belongs to mta/"),
    ("daemon/a.cpp", "/* one\ntwo */ SMFICTX* c;\n", "daemon/a.cpp:2: SMFICTX belongs to mta/"),
    ("log/a.cpp", "#include <hiredis/hiredis.h>\n", "log/a.cpp:1: "),
    ("store/a.cpp", "#include <openssl/ssl.h>\n", "store/a.cpp:1: "),
    ("policy/a.cpp", "auto t = limits::Clock::now();\n", "policy/a.cpp:1: "),
    ("policy/a.cpp", 'auto s = "//"; getenv("X");\n', "policy/a.cpp:1: "),
    ("mail/a.cpp", '#include "text.h"\n', 'mail/a.cpp:1: "text.h" is not of the form'),
    ("helpers/a.h", "\n", "helpers/a.h:1: helpers/ is not a known room"),
])
def test_a_step_out_of_the_room_is_named_with_its_line(tmp_path, name, text, expected):
    assert check(tmp_path, name, text).startswith(expected)


@pytest.mark.parametrize("name, text", [
    ("policy/a.cpp", '#include "mail/header.h"\n#include "policy/a.h"\n#include <string>\n'),
    ("mta/a.cpp", "#include <libmilter/mfapi.h>\nint x = SMFIS_CONTINUE;\n"),
    ("store/a.cpp", '#include <hiredis/hiredis.h>\n#include "embedded/charge_script.h"\n'),
    ("daemon/a.cpp", '#include "mta/milter.h"\n#include <unistd.h>\n'),
    ("policy/a.h", "// Knows nothing of smfi_main, hiredis/ or getenv(x).\n"),
    ("match/a.cpp", "auto t = std::chrono::steady_clock::now();\n"),
])
def test_a_room_may_use_itself_and_those_above(tmp_path, name, text):
    assert check(tmp_path, name, text) == ""


def test_an_empty_tree_is_no_proof(tmp_path):
    done = subprocess.run([SCRIPT, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1 and "no rooms here" in done.stderr


def test_main_may_use_every_room(tmp_path):
    (tmp_path / "milter").mkdir()
    (tmp_path / "milter" / "main.cpp").write_text('#include "ctl/verbs.h"\n')
    assert check(tmp_path, "log/a.h", "\n") == ""
