"""SpamAssassin as an oracle: its imported rules find here what they find there, in the same messages.

Messages are made of texts that each rule's own expression describes; where a collection of odd messages
lies beside the tree (SPILLWAY_SHARED_DATA, else ../shared/data), some of those are compared as well.
"""

import collections
import os
import pathlib
import re
import tarfile

import letters_of_phrases
import oracle
import pytest
from reasons import reason

HERE = pathlib.Path(__file__).resolve().parent
SHARED = pathlib.Path(os.environ.get("SPILLWAY_SHARED_DATA", HERE.parents[2] / "shared" / "data"))
EVERY = 16  # of the collection's messages
DEFINITION = re.compile(r"^\s*(body|rawbody|uri|header|meta|full)\s+(\w+)\s+(.*?)\s*$")

pytestmark = pytest.mark.skipif(oracle.missing() is not None, reason=oracle.missing() or "")


def rule_text():
    return "\n".join(file.read_text(encoding="latin-1") for file in sorted(oracle.RULES.glob("*.cf")))


def definitions(text):
    """(kind, name, definition) by name: the last one counts."""
    found = (DEFINITION.match(line) for line in text.splitlines())
    return {match.group(2): match.groups() for match in found if match}


def collected():
    archive = SHARED / "corpus.tar.xz"
    if not archive.exists():
        return []
    with tarfile.open(archive) as tar:
        members = sorted((one for one in tar.getmembers() if one.name.endswith(".eml")),
                         key=lambda one: one.name)
        return [tar.extractfile(one).read() for one in members[::EVERY]]


def differences(here, there, judged):
    """(message, rule, found here?) for each that only one of both finds."""
    for number, (ours, theirs) in enumerate(zip(here, there)):
        for name in sorted((ours ^ theirs) & judged):
            yield number, name, name in ours


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreement")
    messages = list(letters_of_phrases.messages(rule_text()))
    built = len(messages)
    messages += collected()
    files = [folder / f"{number:04}.eml" for number in range(len(messages))]
    for file, content in zip(files, messages):
        file.write_bytes(content)
    policy, carried, changed = oracle.imported(folder)
    here = oracle.hits_here(policy, files)
    there, known = oracle.hits_there(folder, files)
    assert len(here) == len(there) == len(files)
    return messages, built, here, there, carried & known, changed


def table(comparison):
    """By kind of rule: found by both, only there, only here."""
    _, _, here, there, judged, _ = comparison
    kinds = definitions(rule_text())
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for ours, theirs in zip(here, there):
        for name in (ours | theirs) & judged:
            counts[kinds[name][0]][0 if name in ours & theirs else 2 if name in ours else 1] += 1
    return counts


def test_nearly_all_that_rules_find_there_they_find_here(comparison):
    messages, built, _, there, judged, _ = comparison
    counts = table(comparison)
    for kind, (both, only_there, only_here) in sorted(counts.items()):
        print(f"{kind:8} both {both:6}  only there {only_there:4}  only here {only_here:4}")
    both, only_there, only_here = (sum(column) for column in zip(*counts.values()))
    tried = len(set().union(*there) & judged)
    print(f"{built} messages made and {len(messages) - built} collected, {len(judged)} rules, {tried} of them "
          f"found something: {both / (both + only_there):.2%} of {both + only_there} hits are found here, "
          f"{1 - (only_there + only_here) / (len(messages) * len(judged)):.4%} of all answers are equal")
    assert tried > 1000
    assert both / (both + only_there) > 0.97
    assert only_here < 0.03 * both
    assert counts["body"][1] < 0.02 * counts["body"][0]
    assert counts["header"][1] < 0.02 * counts["header"][0]


def test_every_difference_has_a_reason_that_the_manual_gives(comparison):
    messages, _, here, there, judged, changed = comparison
    rules = definitions(rule_text())
    reasons = collections.Counter()
    unexplained = []
    for number, name, found_here in differences(here, there, judged):
        why = reason(rules[name], messages[number], found_here=found_here,
                     differing=here[number] ^ there[number], changed=changed)
        reasons[why] += 1
        if why is None:
            unexplained.append((number, *rules[name], "only here" if found_here else "only there"))
    for why, count in reasons.most_common():
        print(f"{count:5}  {why}")
    assert unexplained == []


def test_nothing_that_rules_on_the_body_find_in_made_messages_is_missed(comparison):
    _, built, here, there, judged, changed = comparison
    rules = definitions(rule_text())
    missed = [(number, *rules[name]) for number, name, found_here in
              differences(here[:built], there[:built], judged)
              if not found_here and rules[name][0] == "body" and name not in changed]
    assert missed == []
