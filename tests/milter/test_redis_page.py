"""What spillway-redis(7) says of a real Redis: rights that are enough and no more than used, keys, examples."""

import json
import pathlib
import re
import shlex
import socket
import subprocess

import pytest
from harness.letters import letter
from harness.milter_client import MilterClient, deliver
from harness.processes import eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "man" / "spillway-redis.7").read_text()
PASSWORD = "tulips"
ANN = {"sender": "<ann@customer.example>", "user": "ann@customer.example"}

# Every kind of limit and of question.
POLICY = """
map blocked   addresses redis blocked
map owned     pairs     redis owned
map delegates pairs     redis delegates
rule blocked { when rcpt in blocked or rcpt suppressed; reject }
rule foreign { when not from in owned[user as delegates]; tag foreign }

limit hour   { scope domain; count recipients; rate 2000 / 1h; notice 1% to postmaster
               when-unavailable defer }
limit month  { scope account; count messages; rate 1000 / month }
limit pace   { scope user; count bytes; rate 500K / 1s burst 1G }
limit people { scope user; count unique-recipients; rate 5000 / 1h }
limit daily  { scope user; count unique-recipients; rate 5000 / day }
limit open   { scope user; count connections; rate 8 }
rule list    { when campaign > 5000 in 1h; on-error no-match; reject }
rule phish   { when auth and text has "verify your account"; suspend user for 1h after 1 in 1h; reject }
"""

# What only sentinels and clusters hear: tests/store asks real ones.
ELSEWHERE = {"role", "asking", "cluster|slots"}


def rule(user):
    """The words of the page's ACL SETUSER for this user, with a password."""
    found = re.search(rf"^ACL SETUSER {user} .*?(?=\n\.Ed)", PAGE, re.DOTALL | re.MULTILINE)
    return found.group().replace(">PASSWORD", ">" + PASSWORD).split()


def commands_of(redis):
    return set(re.findall(r"cmdstat_([a-z|]+):", redis.command("INFO", "commandstats")))


@pytest.fixture
def daemon(spillwayd, redis, place):
    assert redis.command(*rule("spillway")) == "OK"
    secret = place.folder("secret") / "password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    for name, member in (("blocked", "eve@else.example"), ("owned:ann@customer.example", "a.example"),
                         ("delegates:ann@customer.example", "bob@b.example")):
        subprocess.run(["redis-cli", "-p", str(redis.port), "-n", "1", "SADD",
                        "spillway-map:" + name, member], check=True, stdout=subprocess.DEVNULL)
    redis.command("CONFIG", "RESETSTAT")
    return spillwayd(POLICY, settings="sendmail /bin/true",
                     counters=f"{redis.url.removesuffix('/0')}/1 user spillway password-file {secret} timeout 20s")


def send(daemon, body="Hello.\n", to=1, **envelope):
    recipients = [f"<r{n}@else.example>" for n in range(to)]
    return deliver(daemon.address, letter(body), recipients=recipients, **{**ANN, **envelope}).reply


def ask(daemon, **request):
    """One request over the control socket, which must be granted."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(daemon.control))
        connection.sendall(json.dumps(request).encode() + b"\n")
        reply = json.loads(connection.makefile().readline())
    assert reply["ok"], reply


def forms_of_keys():
    """As regular expressions; words in capitals stand for what differs."""
    forms = re.findall(r"^\.(?:Li|Ql|It Ic) (spillway[^\s,]*)", PAGE, re.MULTILINE)
    for form in forms:
        form = re.sub(r"\b(?:M|N|WIDTH|SPAN)\b", r"\\d+", re.escape(form))
        yield re.compile(re.sub(r"[A-Z]{2,}", "[^:{}]+", form) + "$")


def keys_in(redis):
    done = subprocess.run(["redis-cli", "-p", str(redis.port), "-n", "1", "--scan"], check=True,
                          capture_output=True, text=True)
    return set(done.stdout.split())


def keys_of_all_kinds(redis):
    """None while a kind is missing; a kind that the page does not tell fails."""
    told = set(re.findall(r"^\.It Ic (spillway\S*)", PAGE, re.MULTILINE))
    keys = keys_in(redis)
    kinds = {key.partition(":")[0] for key in keys}
    assert kinds <= told, kinds - told
    return keys if kinds == told else None


def fill(daemon):
    """Leaves something of every kind in Redis."""
    ask(daemon, verb="suppress", by="root",
        entries=[{"target": "bob@else.example", "cause": "complaint"}])
    assert send(daemon) == "250"
    for _ in range(2):  # a list of more than is kept one by one
        assert send(daemon, "Our spring offer for our friends.\n", to=1100)[:3] in ("250", "552")
    ask(daemon, verb="limit-set", limit="hour", who="customer.example", max="3000")
    assert [send(daemon, "Please verify your account.\n")[:3] for _ in range(2)] == ["550"] * 2
    assert "suspended" in eventually(lambda: [text for text in [send(daemon)] if text != "250"],
                                     "the suspension")[0]


def ask_the_rest(daemon):
    """Whatever else the daemon asks of one Redis."""
    ask(daemon, verb="unsuspend", who="ann@customer.example")
    ask(daemon, verb="suppressions", **{"from": ""})
    ask(daemon, verb="limit-unset", limit="hour", who="customer.example")
    ask(daemon, verb="explain", user="ann@customer.example")
    ask(daemon, verb="reset", key="hour:domain:customer.example")


def leave_before_the_answer(daemon, redis):
    """What was charged is taken back when the mail server does not take the edits any more."""
    daemon.reload("limit hour { scope domain; count recipients; rate 2000 / 1h }\n"
                  'rule mark { add-header "X-Mark" "seen" }')
    with MilterClient(daemon.address) as client:
        client.connect()
        client.mail(ANN["sender"], user=ANN["user"])
        client.rcpt("<bob@else.example>")
        redis.pause()
        client.begin_eom("GONE")
        # The sign of life before charging says that the decision is under way.
        assert client.read_packet()[0] == b"p"
        client.drop()
    redis.resume()


def test_the_daemon_needs_these_rights_and_no_others(daemon, redis):
    rights = {word[1:] for word in rule("spillway") if word.startswith("+")}
    fill(daemon)
    ask_the_rest(daemon)
    leave_before_the_answer(daemon, redis)
    eventually(lambda: commands_of(redis) >= rights - ELSEWHERE,
               lambda: f"the commands {rights - ELSEWHERE - commands_of(redis)}")
    assert redis.command("ACL", "LOG") == "0", "entries of what was refused"
    assert "NOPERM" not in daemon.log()


def test_every_key_has_a_form_that_the_page_tells(daemon, redis):
    with MilterClient(daemon.address) as client:
        client.connect()
        client.send(letter(), **ANN)
        fill(daemon)
        # Suspensions are told to Redis after the message has had its answer.
        keys = eventually(lambda: keys_of_all_kinds(redis), lambda: f"more than {keys_in(redis)}")
    forms = list(forms_of_keys())
    assert not {key for key in keys if not any(form.match(key) for form in forms)}


def examples():
    """The commands of section WATCHING, but those that ask for more than reading."""
    watching = PAGE.partition(".Sh WATCHING")[2].partition(".Sh ")[0]
    lines = [line for line in watching.splitlines() if line.startswith("redis-cli ")]
    return [line for line in lines if not re.search(r"\b(?:info|slowlog)\b", line)]


def test_who_may_only_look_can_look_at_everything(redis):
    assert redis.command(*rule("watcher")) == "OK"
    cli = ["redis-cli", "-p", str(redis.port), "--user", "watcher", "--pass", PASSWORD,
           "--no-auth-warning"]
    for line in examples():
        done = subprocess.run([*cli, *shlex.split(line)[1:]], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "") and "NOPERM" not in done.stdout, line
    done = subprocess.run([*cli, "del", "spillway-daemons"], capture_output=True, text=True)
    assert "NOPERM" in done.stdout + done.stderr
    assert len(examples()) > 8


def test_what_counts_take_is_what_the_page_says():
    """Within a quarter: tables are larger for few keys than for the 100,000 of the page."""
    done = subprocess.run([ROOT / "scripts" / "redis-memory", "--domains", "5000"], check=True,
                          capture_output=True, text=True)
    measured = dict(re.findall(r"^(\S.*?) +([\d,]+) bytes", done.stdout, re.MULTILINE))
    told = dict(re.findall(r"^\.It (.*) Ta ([\d,]+) Ta \d$", PAGE, re.MULTILINE))
    assert measured.keys() == told.keys()
    for name, size in told.items():
        share = int(measured[name].replace(",", "")) / int(size.replace(",", ""))
        assert 0.75 < share < 1.25, f"{name}: {measured[name]} bytes, {size} on the page"
