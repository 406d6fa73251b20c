"""What Prometheus sees of the real daemon: HTTP scrapes while mail flows."""

import http.client
import re
import socket

import pytest
from harness.daemon import DidNotStart
from harness.milter_client import MilterClient, deliver
from harness.processes import eventually, free_port
from policies import ORDINARY

ANN, BOB = "<ann@customer.example>", "<bob@partner.example>"

POLICY = """
limit hour { scope domain; count recipients; rate 3 / 1h }
rule stranger { when rcpt.domain = bad.example; reject 550 5.7.1 "no" }
rule moon { when text has "blue moon"; quarantine "moon" }
"""


class Scraped:
    """A daemon whose metrics can be asked over HTTP."""

    def __init__(self, spillwayd, policy=POLICY, **options):
        self.port = free_port()
        self.daemon = spillwayd(policy, settings=f"metrics inet:127.0.0.1:{self.port}", **options)

    def reply(self, path="/metrics", method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path)
        reply = connection.getresponse()
        body = reply.read().decode()
        connection.close()
        return reply.status, reply.getheader("Content-Type"), body

    def value(self, series):
        found = re.search(rf"(?m)^{re.escape(series)} (\S+)$", self.reply()[2])
        return float(found.group(1)) if found else None

    def send(self, message=ORDINARY, recipients=(BOB,)):
        return deliver(self.daemon.address, message, sender=ANN, recipients=recipients)


@pytest.fixture
def scraped(spillwayd):
    return Scraped(spillwayd)


def test_a_scrape_shows_the_mail_that_was_sent(scraped):
    scraped.send()
    scraped.send(recipients=(BOB, "<eve@bad.example>"))
    scraped.send(recipients=(BOB, "<eve@else.example>"))
    assert scraped.value('spillway_messages_total{by="",verdict="accept"}') == 2
    assert scraped.value('spillway_messages_total{by="limit hour",verdict="reject"}') == 1
    assert scraped.value('spillway_refused_recipients_total{by="rule stranger"}') == 1
    assert scraped.value('spillway_recipients_total{verdict="accept"}') == 2
    assert scraped.value('spillway_limit_charges_total{limit="hour",result="granted"}') == 2
    assert scraped.value('spillway_limit_charges_total{limit="hour",result="exceeded"}') == 1
    assert scraped.value('spillway_limit_use_ratio_sum{limit="hour"}') == pytest.approx((1 + 2 + 2) / 3)
    assert scraped.value("spillway_bytes_total") > 0
    assert scraped.value('spillway_stage_seconds_count{stage="message"}') == 3


def test_redis_shows_its_calls_and_its_silence(spillwayd, redis):
    scraped = Scraped(spillwayd, counters=redis.url)
    scraped.send()
    assert scraped.value('spillway_redis_calls_total{result="answered"}') >= 1
    assert scraped.value("spillway_redis_latency_seconds_count") >= 1
    assert scraped.value("spillway_redis_breaker_open") == 0
    redis.kill()
    for _ in range(20):
        scraped.send()
    assert scraped.value('spillway_redis_calls_total{result="failed"}') >= 1
    assert scraped.value("spillway_redis_breaker_open") == 1


def test_every_family_says_what_it_is(scraped):
    scraped.send()
    status, kind, text = scraped.reply()
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP ")}
    assert families == helped
    for line in text.splitlines():
        if not line.startswith("#"):
            name = re.match(r"spillway_\w+", line).group()
            assert name in families or re.sub("_(bucket|sum|count)$", "", name) in families


def test_other_paths_have_nothing(scraped):
    assert scraped.reply("/")[0] == 404
    assert scraped.reply("/metrics", "POST")[0] == 405


def test_connections_are_those_of_now(scraped):
    with MilterClient(scraped.daemon.address) as client:
        client.connect()
        eventually(lambda: scraped.value("spillway_connections") == 1, "a connection")
    eventually(lambda: scraped.value("spillway_connections") == 0, "no connection")


def test_reloads_are_seen(scraped):
    before = scraped.value("spillway_policy_loaded_timestamp_seconds")
    scraped.daemon.reload(POLICY + "\n# changed\n")
    assert scraped.value("spillway_policy_generation") == 2
    assert scraped.value("spillway_policy_loaded_timestamp_seconds") > before
    scraped.daemon.reload("a mistake")
    assert scraped.value("spillway_policy_generation") == 2
    assert scraped.value("spillway_reload_failures_total") == 1


def test_silent_scrapers_hold_up_neither_mail_nor_the_control_socket(scraped):
    silent = [socket.create_connection(("127.0.0.1", scraped.port)) for _ in range(40)]
    for one in silent[::2]:
        one.sendall(b"GET /metrics")
    assert scraped.send().reply == "250"
    assert scraped.daemon.ctl("status")[0] == 0
    assert scraped.value("spillway_connections") is not None  # once their patience is over
    for one in silent:
        one.close()


def test_a_port_in_use_refuses_the_start(place, spillwayd):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(DidNotStart) as failure:
            spillwayd("", settings=f"metrics inet:127.0.0.1:{taken.getsockname()[1]}")
    assert failure.value.exit_code == 75
    assert "(metrics)" in failure.value.output
