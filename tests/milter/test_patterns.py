"""Rule books of thousands of patterns: compiled beside the mail, kept, and no burden on who waits."""

import os
import signal
import statistics
import threading
import time

from harness.daemon import is_sanitized
from harness.letters import letter
from harness.milter_client import deliver
from harness.processes import eventually

# Of which a message may match one by its number.
EXPRESSIONS = [r"\bword{0}\s+number{0}\b", r"offer{0}[ -]?\d{{3,5}}", r"(?:cheap|free){0} pills{0}"]
RULES = 5000
# A busy machine is slow by itself; a message that waited for the compiler would take seconds.
LATENCY = 1.0


def rule_book(rules, more=""):
    lines = [f'rule r{n} {{ when text =~ /{EXPRESSIONS[n % 3].format(n)}/i; '
             f'reject 550 5.7.1 "rule {n}" }}' for n in range(rules)]
    return "\n".join([*lines, more])


def seconds_of(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def latencies(address, until):
    """How long each of the messages took that were sent one by one as long as `until` is false."""
    taken = []
    while not until():
        taken.append(seconds_of(lambda: deliver(address, letter("Hello.\n")).reply))
    return taken


def kept_file(daemon):
    return daemon.folder / "state" / f"patterns.{os.geteuid()}"


def refused_by(daemon, text):
    return deliver(daemon.address, letter(text)).reply


def test_mail_flows_while_thousands_of_patterns_are_compiled(spillwayd):
    daemon = spillwayd('rule first { when text has "first policy"; reject 550 5.7.1 "first" }')
    daemon.write(rule_book(RULES))
    daemon.process.signal(signal.SIGUSR1)
    taken = latencies(daemon.address, lambda: daemon.log_lines("generation 2 loaded"))
    print(f"{len(taken)} messages while {RULES} rules were compiled: median "
          f"{statistics.median(taken) * 1e3:.1f} ms, longest {max(taken) * 1e3:.1f} ms")
    assert len(taken) >= 3
    if not is_sanitized():
        assert statistics.median(taken) < LATENCY / 4
        assert max(taken) < LATENCY
    assert refused_by(daemon, "word3000 number3000\n").startswith("550 5.7.1 rule 3000")
    assert refused_by(daemon, "word3000 number3003\n") == "250"
    assert refused_by(daemon, "Offer4.. offer4 1234\n").startswith("550 5.7.1 rule 4")


def test_compiled_patterns_are_kept_for_the_next_start(spillwayd):
    daemon = spillwayd(rule_book(300))
    kept = kept_file(daemon)
    assert kept.stat().st_mode & 0o777 == 0o600
    before = kept.stat().st_ino
    daemon.reload(expect=r"generation 2 loaded")
    assert kept.stat().st_ino == before  # nothing was compiled, nothing written
    daemon.reload(rule_book(301), expect=r"generation 3 loaded")
    assert kept.stat().st_ino != before
    assert refused_by(daemon, "word300 number300").startswith("550 5.7.1 rule 300")


def test_a_damaged_file_of_patterns_is_as_none(spillwayd):
    daemon = spillwayd(rule_book(300))
    kept = kept_file(daemon)
    good = kept.read_bytes()
    for damaged in [b"", b"nonsense", good[:len(good) // 2],
                    good[:-100] + bytes([good[-100] ^ 1]) + good[-99:]]:
        kept.write_bytes(damaged)
        generation = daemon.reload(expect=r"generation \d+ loaded")
        assert "rules 300" in generation
        assert kept.read_bytes() != damaged
        assert refused_by(daemon, "word3 number3").startswith("550 5.7.1 rule 3")


def test_a_file_others_may_write_is_not_read(spillwayd):
    daemon = spillwayd(rule_book(300))
    kept = kept_file(daemon)
    kept.chmod(0o666)
    daemon.reload(expect=r"generation 2 loaded")
    assert kept.stat().st_mode & 0o777 == 0o600  # compiled anew, and replaced


EXPLOSIVE = "\n".join(
    f'rule e{n} {{ when text =~ /{expression}/; reject 550 5.7.1 "e" }}'
    for n, expression in enumerate([r"(a+)+$", r"(a|aa)+b", r"(?:a*)*c", r"(.*a){12}d", r"a+[bc]",
                                    r"(a?){30}a{30}[^\s\S]", r"((a+)b?)+e", r"(\w+\s?)+f"]))


def test_patterns_that_explode_leave_other_connections_alone(spillwayd):
    """The hostile message is answered within its budget; whoever else sends does not notice."""
    daemon = spillwayd(EXPLOSIVE)
    hostile = letter("a" * 60 + "!" + ("a" * 900 + "\n") * 300 + "bcdef\n")
    answers = []

    def attack():
        for _ in range(10):
            begun = time.monotonic()
            answers.append((deliver(daemon.address, hostile).reply, time.monotonic() - begun))

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    for attacker in attackers:
        attacker.start()
    taken = latencies(daemon.address, lambda: not any(one.is_alive() for one in attackers))
    print(f"{len(taken)} messages beside {len(answers)} hostile ones: median "
          f"{statistics.median(taken) * 1e3:.1f} ms, longest {max(taken) * 1e3:.1f} ms; hostile "
          f"{max(seconds for _, seconds in answers):.1f} s")
    assert all(reply[:3] in ("451", "550") for reply, _ in answers)
    if not is_sanitized():
        assert statistics.median(taken) < LATENCY / 4
        assert max(seconds for _, seconds in answers) < 30
    eventually(lambda: refused_by(daemon, "Hello\n") == "250", "mail to flow afterwards")
