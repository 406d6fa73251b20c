"""Spillway and SpamAssassin over the same messages: who finds what by the same rule."""

import json
import os
import pathlib
import re
import shutil
import subprocess

RULES = pathlib.Path("/usr/share/spamassassin")
PLUGINS = pathlib.Path("/etc/spamassassin")
HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = pathlib.Path(os.environ.get("SPILLWAY_BIN", HERE.parents[1] / "build" / "release")).resolve()


def missing():
    """Why the comparison cannot be made here, or None."""
    if not sorted(RULES.glob("*.cf")):
        return f"no rules of SpamAssassin in {RULES}: install spamassassin"
    perl = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "1"], capture_output=True, check=False)
    return None if perl.returncode == 0 else "no Mail::SpamAssassin for perl: install spamassassin"


def imported(folder):
    """SpamAssassin's rules as a policy, without the tests that come with them, and its report."""
    sources = sorted(RULES.glob("*.cf"))
    done = subprocess.run([PROGRAMS / "spillwayctl", "--json", "import", "spamassassin", *sources],
                          capture_output=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    rules, carried = rules_of(told["policy"])
    policy = folder / "spamassassin.conf"
    policy.write_text(rules)
    return policy, carried, {remark["about"] for remark in told["remarks"] if not remark["left_out"]}


def rules_of(policy):
    """Without what holds messages, as that would end the reading."""
    blocks = re.finditer(r"^rule (\S+) \{\n.*?^\}\n", policy, re.MULTILINE | re.DOTALL)
    kept = {block.group(1): block.group(0) for block in blocks if not block.group(1).startswith("hold-")}
    return "\n".join(kept.values()), set(kept)


def names_of(messages):
    return "".join(f"{message}\n" for message in messages).encode()


def hits_here(policy, messages):
    done = subprocess.run([PROGRAMS / "tests" / "tags_of_files", policy], input=names_of(messages),
                          capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [set(json.loads(line)) for line in done.stdout.splitlines()]


def hits_there(folder, messages):
    """And the rules that it runs."""
    rules, site, state = (folder / name for name in ("rules", "site", "state"))
    for made in (rules, site, state):
        made.mkdir()
    for source in (*RULES.glob("*.cf"), RULES / "languages"):
        shutil.copy(source, rules)
    for source in PLUGINS.glob("*.pre"):
        shutil.copy(source, site)
    done = subprocess.run(["perl", HERE / "hits.pl", rules, site, state], input=names_of(messages),
                          capture_output=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [set(line["hits"]) for line in lines[1:]], set(lines[0]["rules"])
