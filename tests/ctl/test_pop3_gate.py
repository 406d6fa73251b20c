"""spillwayctl pop3-gate behind a real Dovecot, and on its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from harness.daemon import Spillwayd, is_sanitized, program
from harness.pop3 import PROGRAM, Dovecot
from harness.processes import eventually
from operators import ANN, DAN

needs_dovecot = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which(PROGRAM) is None,
    reason="Dovecot is not installed, or this is not root, whom it needs to become its users")


def policy(rate, scope="user-ip"):
    return (f"limit pop3-logins {{ scope {scope}; count logins; rate {rate}\n"
            '    over reject 550 5.7.1 "%{used} of %{max} log-ins this hour; next at %{next}" }\n')


@pytest.fixture(params=["memory", "redis"])
def gated(request, place):
    """A daemon with a gate: gated(policy)."""
    url = "memory" if request.param == "memory" else request.getfixturevalue("redis").url

    def start(text, mode="mode 0666"):
        daemon = Spillwayd(place, text, counters=url,
                           settings=f"gate unix:{place.path}/gate.sock {mode}")
        daemon.gate = place.path / "gate.sock"
        return daemon
    return start


@pytest.fixture
def mailbox(place, gated):
    """Dovecot behind the gate of a daemon: (daemon, dovecot)."""
    def start(text):
        daemon = gated(text, "mode 0660 group dovecot")
        return daemon, Dovecot(place, daemon.gate)
    return start


@needs_dovecot
def test_30_log_ins_pass_and_the_31st_is_refused_and_nobody_else_is(mailbox):
    daemon, dovecot = mailbox(policy("30 / 1h"))
    assert {dovecot.log_in(ANN) for _ in range(30)} == {"+OK Logged in."}
    answer = dovecot.log_in(ANN)
    assert re.fullmatch(r"-ERR \[LOGIN-DELAY\] 30 of 30 log-ins this hour; next at \S+ \S+ UTC "
                        r"\(limit pop3-logins\)", answer)
    assert dovecot.log_in(DAN) == "+OK Logged in."
    assert dovecot.log_in(ANN, client="127.0.0.2") == "+OK Logged in."
    assert daemon.counts() == {f"pop3-logins:user-ip:{ANN} 127.0.0.1": 30,
                               f"pop3-logins:user-ip:{DAN} 127.0.0.1": 1,
                               f"pop3-logins:user-ip:{ANN} 127.0.0.2": 1}
    daemon.expect_log(rf'log-in refused: by="limit pop3-logins" user={ANN} client=127.0.0.1 reply=')
    dovecot.expect_log(f"spillway: log-in of {ANN} from 127.0.0.1 refused: 30 of 30")
    dovecot.expect_log(f"Post-login script denied access to user {ANN}")
    metrics = daemon.ctl("metrics")[1]
    assert 'spillway_log_ins_total{result="allowed"} 32\n' in metrics
    assert 'spillway_log_ins_total{result="refused"} 1\n' in metrics


@needs_dovecot
def test_it_is_free_again_when_the_window_is_over(mailbox):
    _, dovecot = mailbox(policy("1 / 2s"))
    assert dovecot.log_in(ANN) == "+OK Logged in."
    eventually(lambda: dovecot.log_in(ANN).startswith("-ERR [LOGIN-DELAY] 1 of 1"), "a refusal")
    eventually(lambda: dovecot.log_in(ANN) == "+OK Logged in.", "the end of the window")


@needs_dovecot
def test_a_maximum_of_somebodys_own_lets_the_next_log_in_pass(mailbox):
    daemon, dovecot = mailbox(policy("1 / 1h"))
    assert dovecot.log_in(ANN).startswith("+OK")
    assert dovecot.log_in(ANN).startswith("-ERR")
    assert daemon.ctl("limit", "set", "pop3-logins", ANN, "2")[0] == 0
    assert dovecot.log_in(ANN).startswith("+OK")
    assert dovecot.log_in(ANN).startswith("-ERR [LOGIN-DELAY] 2 of 2")


@needs_dovecot
def test_without_spillway_everybody_gets_his_mail_and_the_log_says_so(mailbox):
    daemon, dovecot = mailbox(policy("1 / 1h"))
    daemon.process.freeze()
    begun = time.monotonic()
    try:
        assert dovecot.log_in(ANN).startswith("+OK")
    finally:
        daemon.process.signal(signal.SIGCONT)
    assert is_sanitized() or 1.9 < time.monotonic() - begun < 10
    dovecot.expect_log(f"spillway: log-in of {ANN} is not counted: no spillwayd answers on")
    daemon.kill()
    for _ in range(3):
        assert dovecot.log_in(ANN).startswith("+OK")
    dovecot.expect_log("Connection refused")


# ---- the gate alone ----

def gate(daemon, *command, user=ANN, ip="192.0.2.7"):
    """What the gate does as Dovecot would run it: (exit code, stdout, stderr)."""
    done = subprocess.run([program("spillwayctl"), "pop3-gate", "--gate", daemon.gate, *command],
                          env={"USER": user, "IP": ip, "PATH": os.environ["PATH"]},
                          capture_output=True, timeout=30)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_gate_becomes_the_program_that_goes_on(gated):
    daemon = gated(policy("1 / 1h"))
    assert gate(daemon, "sh", "-c", 'echo "$USER $1 $2"; exit 7', "-d", "--json", "status") == (
        7, f"{ANN} --json status\n", "")
    code, out, err = gate(daemon, "echo", "-d")
    assert code == 0 and out.startswith("-ERR [LOGIN-DELAY] 1 of 1 log-ins") and out.endswith("\r\n")
    assert ANN in err
    assert gate(daemon, "echo", "-d", user=DAN) == (0, "-d\n", "")


def test_a_program_that_is_missing_or_not_named_ends_it(gated):
    daemon = gated(policy("9 / 1h"))
    assert gate(daemon)[0] == 64
    code, out, err = gate(daemon, "/no/such/program")
    assert code == 1 and out == "" and "cannot run /no/such/program" in err


def test_log_ins_are_counted_for_user_domain_account_and_address(gated):
    daemon = gated("".join(policy("9 / 1h", scope).replace("pop3-logins", scope)
                           for scope in ("user", "domain", "account", "client-ip", "user-ip")))
    gate(daemon, "true", ip="2001:db8::1")
    gate(daemon, "true", ip="")
    assert daemon.counts() == {
        f"user:user:{ANN}": 2, "domain:domain:customer.example": 2,
        "account:account:customer.example": 2, "client-ip:client-ip:2001:db8::1": 1,
        f"user-ip:user-ip:{ANN} 2001:db8::1": 1, "client-ip:client-ip:unknown": 1,
        f"user-ip:user-ip:{ANN} unknown": 1}


def test_a_long_text_is_one_line_that_a_client_can_read(gated):
    daemon = gated(f'limit l {{ scope user; count logins; rate 1 / 1h; over reject 550 5.7.1 "{"%{user}" * 40}" }}')
    gate(daemon, "true")
    out = gate(daemon, "true")[1]
    assert 450 < len(out) <= 512 and out.endswith("\r\n") and out.count("\n") == 1


def ask(daemon, request):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(daemon.gate))
        client.sendall(request + b"\n")
        return json.loads(client.makefile().readline())


@pytest.mark.parametrize("verb", ["status", "reload", "reset", "limit-set", "suspend", "metrics", "top"])
def test_the_gates_socket_answers_no_other_verb(gated, verb):
    daemon = gated(policy("9 / 1h"))
    assert ask(daemon, json.dumps({"verb": verb}).encode()) == {
        "ok": False, "error": "log-ins are all that is counted here"}


def test_nonsense_at_the_gate_gets_an_error_and_the_next_log_in_is_counted(gated):
    daemon = gated(policy("9 / 1h"))
    for request in (b"", b"{", b"[]", b'{"verb":"login"}', b'{"verb":"login","user":""}',
                    b'{"verb":"login","user":7}'):
        assert ask(daemon, request)["ok"] is False
    assert gate(daemon, "true") == (0, "", "")
    assert len(daemon.counts()) == 1


def test_a_slow_control_request_does_not_keep_people_from_their_mail(gated):
    daemon = gated(policy("9 / 1h"))
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(daemon.gate))
        assert gate(daemon, "true") == (0, "", "")
