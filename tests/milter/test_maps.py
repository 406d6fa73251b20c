"""Maps that are kept elsewhere and change while mail flows: Redis, SQLite, socketmap servers."""

import sqlite3
import threading
import time

import pytest
from harness.letters import letter
from harness.milter_client import MilterClient, deliver
from harness.processes import eventually
from harness.socketmap import Socketmap

ANN = "ann@customer.example"
REFUSED = "550 5.7.1 not yours"


def policy(map_owned, field="from"):
    return f"""
map accounts pairs inline [ "customer.example acme" ]
accounts accounts
{map_owned}
rule owned {{ when auth and not {field} in owned[account]; reject 550 5.7.1 "not yours" }}
"""


def send(daemon, sender=ANN, author=None):
    time.sleep(0.002)  # what is cached for a millisecond is forgotten, however fast the machine
    return deliver(daemon.address, letter(sender=author or sender), sender=f"<{sender}>",
                   user=ANN).reply


def said(reply):
    return reply.split(" (")[0]


def timed(daemon, **who):
    begun = time.monotonic()
    return said(send(daemon, **who)), time.monotonic() - begun


class Database:
    def __init__(self, place):
        self.path = place.folder("db") / "owned.db"
        self.make({"acme": ["customer.example"]})

    def make(self, owned):
        with sqlite3.connect(self.path) as database:
            database.execute("CREATE TABLE owned (account TEXT, domain TEXT)")
        self.add(owned)

    def add(self, owned):
        with sqlite3.connect(self.path) as database:
            database.executemany("INSERT INTO owned VALUES (?, ?)",
                                 [(key, value) for key in owned for value in owned[key]])

    def as_map(self, options="cache 1ms"):
        return (f'map owned pairs sqlite {self.path} "SELECT domain FROM owned WHERE account = ?" '
                f"{options}")


@pytest.fixture
def database(place):
    return Database(place)


def test_a_set_in_redis_changes_who_may_send_at_once(spillwayd, redis):
    daemon = spillwayd(policy("map owned pairs redis owned cache 1ms"), counters=redis.url)
    assert said(send(daemon)) == REFUSED
    redis.command("SADD", "spillway-map:owned:acme", "customer.example")
    assert send(daemon) == "250"
    assert said(send(daemon, author="eve@evil.example")) == REFUSED
    redis.command("SREM", "spillway-map:owned:acme", "customer.example")
    assert said(send(daemon)) == REFUSED


def test_a_set_of_recipients_in_redis_is_asked_by_address_and_by_domain(spillwayd, redis):
    daemon = spillwayd("""
map blocked addresses redis blocked cache 1ms
rule blocked { when rcpt in blocked; reject 550 5.7.1 "blocked" }
""", counters=redis.url)
    redis.command("SADD", "spillway-map:blocked", "eve@one.example", "two.example", ".three.example")

    def refused(*recipients):
        with MilterClient(daemon.address) as client:
            client.connect()
            client.mail(f"<{ANN}>")
            return [address for address in recipients if client.rcpt(f"<{address}>").code == 550]

    assert refused("eve@one.example", "bob@one.example", "bob@two.example", "bob@three.example",
                   "bob@a.b.three.example", "EVE@ONE.example") == [
        "eve@one.example", "bob@two.example", "bob@a.b.three.example", "EVE@ONE.example"]


def test_what_redis_said_is_good_for_a_while(spillwayd, redis):
    daemon = spillwayd(policy("map owned pairs redis owned cache 1h"), counters=redis.url)
    redis.command("SADD", "spillway-map:owned:acme", "customer.example")
    assert send(daemon) == "250"
    redis.command("DEL", "spillway-map:owned:acme")
    assert send(daemon) == "250"


def test_a_silent_redis_defers_what_depends_on_it(spillwayd, redis):
    daemon = spillwayd(policy("map owned pairs redis owned cache 1ms timeout 200ms"),
                       counters=redis.url)
    redis.command("SADD", "spillway-map:owned:acme", "customer.example")
    assert send(daemon) == "250"
    redis.kill()
    assert send(daemon).startswith("451 4.7.1 This message could not be checked")
    redis.start()
    redis.command("SADD", "spillway-map:owned:acme", "customer.example")
    eventually(lambda: send(daemon) == "250", "the map to answer again")


def test_a_key_of_another_type_is_no_answer(spillwayd, redis):
    daemon = spillwayd(policy("map owned pairs redis owned"), counters=redis.url)
    redis.command("SET", "spillway-map:owned:acme", "customer.example")
    assert send(daemon).startswith("451")
    assert "WRONGTYPE" in daemon.log()


def test_an_sqlite_file_is_read_while_it_is_written(spillwayd, database):
    daemon = spillwayd(policy(database.as_map()))
    assert send(daemon) == "250"
    assert said(send(daemon, author="ann@new.example")) == REFUSED
    database.add({"acme": ["new.example"]})
    assert send(daemon, author="ann@new.example") == "250"


def test_an_sqlite_file_that_is_replaced_is_opened_anew(spillwayd, place, database):
    daemon = spillwayd(policy(database.as_map()))
    assert send(daemon) == "250"
    old = database.path.rename(database.path.with_suffix(".old"))
    assert send(daemon).startswith("451")
    database.make({"acme": ["other.example"]})
    eventually(lambda: said(send(daemon)) == REFUSED, "the new file to be read")
    old.unlink()


def test_a_locked_sqlite_file_cannot_tell_in_time(spillwayd, database):
    daemon = spillwayd(policy(database.as_map("cache 1ms timeout 300ms")))
    assert send(daemon) == "250"
    with sqlite3.connect(database.path, isolation_level=None) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        reply, seconds = timed(daemon)
        assert reply.startswith("451")
        assert 0.25 < seconds < 5
        writer.execute("ROLLBACK")
    eventually(lambda: send(daemon) == "250", "the file to be read again")


@pytest.mark.parametrize("broken", [
    "SELECT domain FROM nothing WHERE account = ?", "SELECT domain FROM owned WHERE account = ? OR ?",
    "DELETE FROM owned WHERE account = ?",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n WHERE i = -length(?)",
], ids=["no table", "two parameters", "writes", "endless"])
def test_a_statement_that_cannot_be_asked_cannot_tell(spillwayd, database, broken):
    daemon = spillwayd(policy(f'map owned pairs sqlite {database.path} "{broken}" timeout 200ms'))
    reply, seconds = timed(daemon)
    assert reply.startswith("451")
    assert seconds < 5
    assert 'map "owned"' in daemon.log()
    with sqlite3.connect(database.path) as unchanged:
        assert unchanged.execute("SELECT count(*) FROM owned").fetchone() == (1,)


def as_map(server, options="cache 1ms"):
    return f"map owned pairs socketmap unix:{server.path} owned {options}"


def honest(table, key):
    return {"owned acme": "OK customer.example, sister.example"}.get(f"{table} {key}", "NOTFOUND ")


def test_a_socketmap_server_says_what_an_account_owns(spillwayd, place):
    server = Socketmap(place, honest)
    daemon = spillwayd(policy(as_map(server)))
    assert send(daemon) == "250"
    assert send(daemon, author="ann@sister.example") == "250"
    assert said(send(daemon, author="eve@evil.example")) == REFUSED
    assert set(server.asked) == {"owned acme"}


def test_a_socketmap_set_is_asked_as_postfix_asks(spillwayd, place):
    server = Socketmap(place, lambda _, key: "OK x" if key == ".evil.example" else "NOTFOUND ")
    daemon = spillwayd(f"""
map blocked addresses socketmap unix:{server.path} blocked
rule blocked {{ when rcpt in blocked; reject 550 5.7.1 "blocked" }}
""")
    with MilterClient(daemon.address) as client:
        client.connect()
        client.mail(f"<{ANN}>")
        assert client.rcpt("<Eve@a.evil.example>").code == 550
    assert server.asked == [f"blocked {key}" for key in (
        "eve@a.evil.example", "a.evil.example", "@a.evil.example", ".evil.example", ".example")]


def test_the_envelope_sender_is_refused_at_mail(spillwayd, place):
    server = Socketmap(place, honest)
    daemon = spillwayd(policy(as_map(server), field="mail-from"))
    with MilterClient(daemon.address) as client:
        client.connect()
        assert client.mail("<eve@evil.example>", user=ANN).code == 550
        assert client.mail(f"<{ANN}>", user=ANN).goes_on


def test_a_connection_the_server_has_closed_is_opened_again(spillwayd, place):
    server = Socketmap(place, honest)
    daemon = spillwayd(policy(as_map(server)))
    for _ in range(5):
        assert send(daemon) == "250"
        server.cut_off()


@pytest.mark.parametrize("lie", [
    b"", b"x", b":,", b"3:NO", b"2:OK;", b"7:OK x y", b"99999999:OK", b"100001:OK ",
    b"1:,", b"3:YES,", b"9:NOTFOUND ,5:OK a ,", b"23:OK customer.example,late,,", b"\xff\xfe",
    "TEMP no database", "PERM who are you", "TIMEOUT", "ok customer.example",
], ids=range(17))
def test_a_server_that_lies_cannot_tell(spillwayd, place, lie):
    server = Socketmap(place, lambda *_: lie)
    daemon = spillwayd(policy(as_map(server, "cache 1ms timeout 300ms")))
    reply, seconds = timed(daemon)
    assert reply.startswith("451 4.7.1 This message could not be checked")
    assert seconds < 5
    server.answer = honest
    eventually(lambda: send(daemon) == "250", "the honest answer")


def test_a_server_that_says_more_than_it_was_asked_is_not_believed_later(spillwayd, place):
    """What comes after the answer would be taken for that to the next question."""
    def eager(table, key):
        server.asked.clear()
        return b"9:NOTFOUND ," if not eager.told else honest(table, key)
    eager.told = False
    server = Socketmap(place, eager)
    daemon = spillwayd(policy(as_map(server)))
    assert said(send(daemon)) == REFUSED
    for connection in list(server._open):  # pylint: disable=protected-access
        connection.sendall(b"19:OK customer.example,")
    eager.told = True
    assert said(send(daemon, author="eve@evil.example")) == REFUSED
    assert send(daemon) == "250"


def test_a_server_that_hangs_holds_up_nobody_else(spillwayd, place):
    server = Socketmap(place, lambda *_: None)
    daemon = spillwayd(policy(as_map(server, "cache 1ms timeout 3s")))
    waiting = threading.Thread(target=send, args=(daemon,))
    waiting.start()
    eventually(lambda: server.asked, "the question")
    # Nobody has logged in, so nothing is asked.
    begun = time.monotonic()
    assert deliver(daemon.address, letter(sender=ANN), sender=f"<{ANN}>").reply == "250"
    assert time.monotonic() - begun < 2
    assert waiting.is_alive()
    waiting.join()


def test_a_server_that_fails_again_and_again_is_left_alone(spillwayd, place):
    server = Socketmap(place, lambda *_: None)
    daemon = spillwayd(policy(as_map(server, "cache 1ms timeout 100ms")))
    for _ in range(8):
        assert send(daemon).startswith("451")
    asked = len(server.asked)
    begun = time.monotonic()
    for _ in range(10):
        assert send(daemon).startswith("451")
    assert len(server.asked) - asked <= 1 + int((time.monotonic() - begun) / 2)
    server.answer = honest
    eventually(lambda: send(daemon) == "250", "the server to be tried again")
    assert "answers again" in daemon.log()


def test_a_dead_server_cannot_tell_and_comes_back(spillwayd, place):
    server = Socketmap(place, honest)
    daemon = spillwayd(policy(as_map(server)))
    assert send(daemon) == "250"
    server.stop()
    assert send(daemon).startswith("451")
    server.start()
    eventually(lambda: send(daemon) == "250", "the server to be back")


def test_what_is_cached_outlives_the_server(spillwayd, place):
    server = Socketmap(place, honest)
    daemon = spillwayd(policy(as_map(server, "cache 1h")))
    assert send(daemon) == "250"
    server.stop()
    assert send(daemon) == "250"
