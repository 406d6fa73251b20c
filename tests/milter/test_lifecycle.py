"""Starting, stopping, dying and reloading, always with mail in the middle of it."""

import contextlib
import resource
import signal
import socket
import threading

import pytest
from harness.daemon import DidNotStart, Spillwayd
from harness.letters import letter
from harness.milter_client import ConnectionLost, MilterClient, deliver, submit_locally
from harness.processes import free_port
from policies import FORBIDDEN, KEY, OFFICE, ORDINARY, REPORT, SPAM

ANN, BOB = "<ann@customer.example>", "<bob@else.example>"


def begin(daemon, message=ORDINARY, queue_id="OPEN"):
    """A client in the middle of a message: all sent but the end."""
    client = MilterClient(daemon.address)
    client.connect()
    client.mail(ANN)
    client.rcpt(BOB)
    client.data(queue_id)
    for line in message.partition("\n\n")[0].splitlines():
        client.header(*line.split(":", 1))
    client.eoh()
    client.body(message.partition("\n\n")[2].encode())
    return client


@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "body", "eom"])
def test_a_killed_daemon_gives_no_answer_and_takes_its_socket_back(spillwayd, at):
    daemon = spillwayd(OFFICE)
    client = MilterClient(daemon.address)
    client.connect()
    daemon.process.freeze()  # the event is under way when the end comes
    sends = {"mail": (b"M", ANN.encode() + b"\0"), "rcpt": (b"R", BOB.encode() + b"\0"),
             "data": (b"T", b""), "body": (b"B", b"x" * 1000), "eom": (b"E", b"")}
    client.send_packet(*sends[at])
    daemon.kill()
    with pytest.raises(ConnectionLost):
        client.read_answer()
    daemon.start()
    assert deliver(daemon.address, ORDINARY).reply == "250"


def test_a_second_daemon_leaves_the_first_ones_socket_alone(place, spillwayd):
    first = spillwayd(OFFICE)
    with pytest.raises(DidNotStart) as failure:
        Spillwayd(place, OFFICE, name="second", listen=first.listen)
    assert failure.value.exit_code not in (0, 78)
    assert str(first.socket) in failure.value.output
    assert deliver(first.address, ORDINARY).reply == "250"


def test_a_taken_tcp_port_is_named(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DidNotStart) as failure:
            Spillwayd(place, OFFICE, listen=f"inet:127.0.0.1:{port}")
    assert str(port) in failure.value.output


def test_a_message_keeps_the_policy_it_began_under(spillwayd):
    strict, lax = OFFICE, OFFICE.replace("rule forbidden {", "rule forbidden { mode off;")
    daemon = spillwayd(strict)
    with begin(daemon, SPAM) as client:
        daemon.reload(lax)
        assert client.eom("OPEN").code == 550
        assert client.send(SPAM).reply == "250"
        daemon.reload(strict)
        assert client.send(SPAM).final.code == 550


def test_a_bad_policy_never_replaces_a_good_one(spillwayd):
    daemon = spillwayd(OFFICE)
    daemon.reload("rule broken { when frobnicate; reject }", expect=r"frobnicate")
    assert deliver(daemon.address, SPAM).reply.startswith("550")
    assert deliver(daemon.address, ORDINARY).reply == "250"


@pytest.mark.parametrize("codes", ["550 4.7.1", "451 5.7.1", "250 2.0.0", "999 5.7.1"])
def test_a_reply_of_two_minds_is_a_mistake_of_the_policy(place, codes):
    """Postfix ends the milter for the rest of the session when code and enhanced code differ in class."""
    with pytest.raises(DidNotStart) as failure:
        Spillwayd(place, f'rule no {{ when auth; reject {codes} "no" }}')
    assert failure.value.exit_code == 78
    assert "is not of class 5" in failure.value.output


def test_a_connection_older_than_the_policy_gives_the_new_decisions(spillwayd):
    """What was negotiated for a policy without a body must not blind one that needs it."""
    daemon = spillwayd("rule blocked { when rcpt in blocked; reject 550 5.7.1 \"no\" }\n"
                       "map blocked addresses inline [ nobody@blocked.example ]")
    with MilterClient(daemon.address) as client:
        client.connect()
        assert client.send(SPAM).reply == "250"
        daemon.reload(OFFICE)
        outcome = client.send(SPAM, queue_id="AFTER")
        assert outcome.reply[:1] in "45"
        assert outcome.delivered_to == []
        assert client.send(ORDINARY, recipients=("<nobody@blocked.example>",)).delivered_to == []


def test_reloading_all_the_time_disturbs_no_message(spillwayd):
    daemon = spillwayd(OFFICE)
    with MilterClient(daemon.address) as client:
        client.connect()
        for _ in range(30):
            daemon.process.signal(signal.SIGUSR1)
            assert client.send(SPAM).reply.startswith("550")
            assert client.send(ORDINARY).reply == "250"


class Load:
    """Clients that send all the time, and what each message came to."""

    def __init__(self, daemon, clients):
        self.outcomes, self.lost = [], 0
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._started = threading.Barrier(clients + 1)
        self._threads = [threading.Thread(target=self._client, args=(daemon.address,))
                         for _ in range(clients)]
        for thread in self._threads:
            thread.start()
        self._started.wait()

    def _client(self, address):
        message = letter(fields=[f"{REPORT}: forged {number}" for number in range(3)])
        ready = False
        try:
            with MilterClient(address) as client:
                client.connect()
                while not self._ended.is_set():
                    outcome = client.send(message, sender=ANN)
                    with self._lock:
                        self.outcomes.append(outcome)
                    if not ready:
                        self._started.wait()
                        ready = True
        except (ConnectionLost, OSError):
            with self._lock:
                self.lost += 1
        finally:
            if not ready:
                self._started.abort()

    def end(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()


def test_sigterm_under_load_finishes_or_drops_each_message_and_keeps_the_count(spillwayd):
    daemon = spillwayd(OFFICE)
    load = Load(daemon, clients=20)
    daemon.terminate()
    assert daemon.process.wait() == 0
    load.end()
    assert load.outcomes
    for outcome in load.outcomes:
        assert outcome.reply == "250"
        assert outcome.message.values(REPORT) == ["abuse@customer.example"]
    daemon.start()
    # A message that was counted and lost its answer is sent again: counted twice, never not at all.
    assert len(load.outcomes) <= daemon.counts()[KEY] <= len(load.outcomes) + load.lost


def test_kill_under_load_loses_no_answered_edit(spillwayd):
    daemon = spillwayd(OFFICE)
    load = Load(daemon, clients=10)
    daemon.kill()
    load.end()
    assert all(outcome.message.values(REPORT) == ["abuse@customer.example"]
               for outcome in load.outcomes if outcome.final)
    daemon.start()
    assert deliver(daemon.address, ORDINARY).reply == "250"


def test_an_idle_daemon_with_open_connections_ends_on_sigterm(spillwayd):
    daemon = spillwayd(OFFICE)
    with begin(daemon) as client:
        daemon.terminate()
        assert daemon.process.wait() == 0
        with pytest.raises((ConnectionLost, OSError)):
            client.eom("OPEN")


def test_200_connections_at_once_are_all_served_and_counted(spillwayd):
    daemon = spillwayd(OFFICE)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(MilterClient(daemon.address)) for _ in range(200)]
        for client in clients:
            client.connect()
        for client in clients:
            assert client.mail(ANN).goes_on and client.rcpt(BOB).goes_on
        for client in clients:
            client.data("MANY")
            client.header("From", " ann@customer.example")
            client.eoh()
            client.body(b"Hello\r\n")
        for client in clients:
            client.begin_eom("MANY")
        assert [client.read_answer().kind for client in clients] == ["continue"] * 200
    assert daemon.counts()[KEY] == 200


def test_without_free_descriptors_it_waits_and_recovers(spillwayd):
    few = 48
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))  # noqa: E731
    daemon = spillwayd(OFFICE, preexec=limit)
    with contextlib.ExitStack() as stack:
        for _ in range(few * 2):
            # More than it can accept: these wait in the listen queue.
            stack.enter_context(MilterClient(daemon.address, negotiate=False))
    assert deliver(daemon.address, ORDINARY).reply == "250"


def test_a_tcp_socket_serves_like_a_unix_one(spillwayd):
    daemon = spillwayd(OFFICE, listen=f"inet:127.0.0.1:{free_port()}")
    assert deliver(daemon.address, ORDINARY).reply == "250"
    assert deliver(daemon.address, SPAM).reply.startswith("550")
    assert submit_locally(daemon.address, letter(FORBIDDEN), sender="ann@customer.example",
                          recipients=["bob@else.example"]).reply.startswith("550")
