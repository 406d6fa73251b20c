"""The rule packs in rules/: each takes its own tests, has a test for whatever it decides and marks, fits beside
the others and the example, and proposes nothing that is not taken."""

import os
import pathlib
import re
import subprocess
import tarfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
PACKS = sorted(path.stem for path in RULES.glob("*.rules"))


def spillwayctl(*words, timeout=120):
    folder = pathlib.Path(os.environ.get("SPILLWAY_BIN", ROOT / "build" / "release")).resolve()
    return subprocess.run([folder / "spillwayctl", *map(str, words)], timeout=timeout, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def blocks(text, kind):
    """{name: body} of all blocks that begin and end at the margin, or stand on one line."""
    pattern = rf'^{kind} (?:"([^"]+)"|(\S+)) \{{(.*?)(?:^\}}|\}}$)'
    return {first or second: body
            for first, second, body in re.findall(pattern, text, re.MULTILINE | re.DOTALL)}


def proof_of(pack):
    return (RULES / "tests" / f"{pack}.conf").read_text(encoding="utf-8")


def test_there_are_packs():
    assert len(PACKS) >= 9
    assert sorted(path.stem for path in (RULES / "tests").glob("*.conf")) == PACKS


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_passes_its_tests_without_a_warning(pack):
    done = spillwayctl("check", RULES / "tests" / f"{pack}.conf")
    assert (done.returncode, done.stderr) == (0, "")
    assert int(re.search(r"(\d+) tests? passed", done.stdout).group(1)) == len(
        blocks(proof_of(pack), "test"))


@pytest.mark.parametrize("pack", PACKS)
def test_every_decision_has_a_message_that_meets_it_and_many_that_do_not(pack):
    tests = blocks(proof_of(pack), "test").values()
    rules = blocks((RULES / f"{pack}.rules").read_text(encoding="utf-8"), "rule")
    deciding = [name for name, body in rules.items() if not name.startswith("seen-")]
    met = [name for name in deciding
           if any(re.search(rf"expect\s+\w+(?: \d+)? rule {name}$", body, re.MULTILINE) for body in tests)]
    assert met == deciding
    assert sum("accept" in re.findall(r"expect\s+(\w+)", body) for body in tests) >= len(deciding) / 2


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_says_how_it_is_switched_on_and_changed(pack):
    text = (RULES / f"{pack}.rules").read_text(encoding="utf-8")
    head = re.match(r"(?:#.*\n)+", text).group(0)
    assert f"include /usr/share/spillway/rules/{pack}.rules" in head
    assert re.search(r"#     mode [\w*-]+ (?:enforce|audit|off)", head)
    assert f"Proved by tests/{pack}.conf" in head


@pytest.mark.parametrize("pack", PACKS)
def test_the_switches_that_a_pack_proposes_are_taken(pack, tmp_path):
    """What its head shows, as an operator would write it, without the comment signs."""
    head = re.match(r"(?:#.*\n)+", (RULES / f"{pack}.rules").read_text(encoding="utf-8")).group(0)
    shown = "\n".join(re.findall(r"^#     (.*)$", head, re.MULTILINE))
    policy = tmp_path / "spillway.conf"
    policy.write_text(shown.replace("/usr/share/spillway/rules", str(RULES)), encoding="utf-8")
    done = spillwayctl("check", policy)
    assert done.returncode == 0, done.stderr


def policy_with_packs(tmp_path, own):
    policy = tmp_path / "spillway.conf"
    includes = "".join(f"include {RULES / pack}.rules\n" for pack in PACKS)
    policy.write_text(own + includes, encoding="utf-8")
    return policy


def test_all_packs_fit_beside_the_example(tmp_path):
    """The example's own tests still hold: no pack decides its ordinary mail."""
    (tmp_path / "maps").symlink_to(RULES / "maps")
    example = (RULES / "example.conf").read_text(encoding="utf-8")
    done = spillwayctl("check", policy_with_packs(tmp_path, example))
    assert done.returncode == 0, done.stderr


def test_a_switch_changes_a_pack_without_its_file(tmp_path):
    modes = "mode prohibited-* enforce\nmode prohibited-gambling off\nmode dlp-payment-card audit\n"
    casino = 'body "Online casino with free spins and no deposit bonus"'
    loans = 'body "Do you need a loan? No credit check, instant approval, apply now."'
    card = 'body "Visa 4111 1111 1111 1111"'
    tests = "".join(f'test "{number}" {{ {line}; expect {verdict} }}\n' for number, (line, verdict) in
                    enumerate([(casino, "accept"), (casino, "tag gambling"), (card, "accept"),
                               (loans, "reject rule prohibited-loans")]))
    done = spillwayctl("check", policy_with_packs(tmp_path, modes + tests))
    assert done.returncode == 0, done.stderr


# ---- mail of others, where there is some: what people write to each other and to public lists ----

CORPUS = ROOT.parent / "shared" / "data" / "corpus.tar.xz"
HAM = re.compile(r"\d+_(?:deb-notmuch|deb-bogofilter_good|deb-cyrus|deb-dovecot|gh-mikel|deb-python)")
# Lists do not all have a way out, and people write from free providers: that is not what is asked here.
ASKED = ["dlp-payment", "dlp-identity", "dlp-health", "prohibited", "mailers"]


def quoted(text):
    kept = "".join(each if each.isprintable() else " " for each in text)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def as_test(name, message):
    """A message as a test block; nothing for one that cannot be written as one."""
    head, _, body = message.replace("\r\n", "\n").partition("\n\n")
    fields = re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)$", head, re.MULTILINE)
    if not fields or "\r" in message or "\0" in message:
        return None
    lines = [f"header {field} {quoted(value)}" for field, value in fields
             if field.lower() not in ("x-spillway-uid", "x-php-originating-script")]
    lines += [f"body {quoted(line)}" for line in body.split("\n")]
    return "\n".join([f"test {quoted(name)} {{", *lines, "expect accept", "}", ""])


def ham():
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            name = pathlib.Path(member.name).name
            if not HAM.match(name) or not member.isfile():
                continue
            try:
                yield name, archive.extractfile(member).read().decode("utf-8")
            except UnicodeDecodeError:
                continue


def test_mail_of_people_leaves_under_all_packs_on_contents(tmp_path):
    if not CORPUS.exists():
        pytest.skip(f"no mail of others: {CORPUS} is missing")
    tests = list(filter(None, (as_test(name, text) for name, text in ham())))
    assert len(tests) > 300
    policy = tmp_path / "spillway.conf"
    policy.write_text("".join(f"include {RULES / pack}.rules\n" for pack in ASKED)
                      + "mode prohibited-* enforce\n" + "".join(tests), encoding="utf-8")
    done = spillwayctl("check", policy, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
