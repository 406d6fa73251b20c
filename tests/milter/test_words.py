"""Lists of words in a running daemon: loaded, looked for, read again, and never repeated in the log."""

import pytest
from harness.daemon import Spillwayd
from harness.letters import encoded, html, letter
from harness.milter_client import deliver

POLICY = """
words terms file lists/terms
rule terms { when text has terms count >= 2; reject 550 5.7.1 "Health data" }
rule cards { when text has card-number within 5 words of terms; reject 550 5.7.1 "Payment data" }
"""
REFUSED = "550 5.7.1 Health data (rule terms)"


@pytest.fixture
def terms(place):
    """The file of the list, which a daemon of this place reads."""
    path = place.folder("spillwayd/lists") / "terms"
    path.write_text("diabetes\nhigh blood pressure\n")
    return path


@pytest.fixture
def daemon(place, terms):
    return Spillwayd(place, POLICY)


def reply(daemon, message):
    return deliver(daemon.address, message).reply


def test_words_are_found_however_they_are_sent(daemon):
    text = "She has diabetes and high\nblood pressure."
    assert reply(daemon, letter(text + "\n")) == REFUSED
    assert reply(daemon, encoded(text.upper(), charset="utf-16")) == REFUSED
    assert reply(daemon, html("<p>dia<b></b>betes&#32;and high&nbsp;blood<br>pressure</p>")) == REFUSED
    assert reply(daemon, letter("prediabetes and high blood pressures\n")) == "250"


def test_a_changed_list_counts_after_a_reload(daemon, terms):
    message = letter("Asthma, asthma!\n")
    assert reply(daemon, message) == "250"
    terms.write_text("asthma\n")
    assert reply(daemon, message) == "250"
    daemon.reload(expect="generation 2 loaded")
    assert reply(daemon, message) == REFUSED


def test_a_list_with_a_mistake_changes_nothing(daemon, terms):
    terms.write_text("asthma = heavy\n")
    daemon.reload(expect=r"lists/terms:1:1: .*expected a weight")
    assert reply(daemon, letter("diabetes diabetes\n")) == REFUSED


def test_the_log_shows_what_was_found_masked_only(daemon):
    card = "4111 1111 1111 1111"
    assert reply(daemon, letter(f"diabetes: {card}\n")).startswith("550 5.7.1 Payment data")
    line = daemon.expect_log("by=\"rule cards\"")
    assert 'found="cards: card-number 41…11"' in line
    assert card[2:-2] not in daemon.log() and "diabetes" not in daemon.log()


def test_a_hundred_thousand_words_are_loaded_and_found(place, terms):
    terms.write_text("".join(f"word{number} and more\n" for number in range(100_000)))
    daemon = Spillwayd(place, POLICY)
    assert reply(daemon, letter("word7 and more, word99999\nand more\n")) == REFUSED
    assert reply(daemon, letter("word7 and more, word100000 and more\n")) == "250"
