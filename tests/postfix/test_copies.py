"""Copies behind real Postfix: who receives what, and what the recipients cannot see."""

import json

import pytest
from harness.letters import letter
from harness.postfix import Refused

ANN = "ann@customer.example"
BOB, CAT = "bob@else.example", "cat@else.example"
CAPTURE, AUDITOR = "capture@audit.example", "auditor@audit.example"
LIMIT = "limit hourly { scope domain; count recipients; rate 4 / 1h; over reject 552 \"full\" }\n"


def send(postfix, message=None, recipients=(BOB,), sender=ANN):
    return postfix.send(message or letter(), sender=sender, recipients=recipients, login=ANN)


def test_the_capture_address_gets_the_same_message_and_only_recipients_count(postfix, behind, sink):
    behind(LIMIT + f"rule copy {{ bcc {CAPTURE} }}\n")
    for _ in range(2):
        send(postfix, recipients=(BOB, CAT))
    with pytest.raises(Refused):
        send(postfix)
    assert sorted(sink.expect_recipients(6)) == [BOB, BOB, CAPTURE, CAPTURE, CAT, CAT]
    assert all(CAPTURE.encode() not in one.data for one in sink.messages)


def test_mail_to_the_capture_address_arrives_there_once(postfix, behind, sink):
    behind(f"rule copy {{ bcc {CAPTURE} }}\n")
    send(postfix, recipients=(CAPTURE, BOB))
    assert sorted(sink.expect_recipients(2)) == [BOB, CAPTURE]


def test_an_auditor_receives_instead_of_the_recipients(postfix, behind, sink):
    behind(f"rule audit {{ redirect {AUDITOR} }}\n")
    send(postfix, recipients=(BOB, CAT))
    [arrived] = sink.expect(1)
    assert arrived.recipients == (AUDITOR,)
    assert arrived.header("X-Spillway-Original-From") == [f"<{ANN}>"]
    assert arrived.header("X-Spillway-Original-To") == [f"<{BOB}>, <{CAT}>"]


def test_recipients_in_other_spellings_are_redirected_too(postfix, behind, sink):
    behind(f"rule audit {{ redirect {AUDITOR} }}\n")
    send(postfix, recipients=("Bob@Else.example", "\"cat\"@else.example"))
    [arrived] = sink.expect(1)
    assert arrived.recipients == (AUDITOR,)


def test_every_accepted_message_is_archived_under_the_name_postfix_gave_it(postfix, behind, sink, place):
    folder = place.folder("kept") / "legal"
    daemon = behind(f"archive legal {folder}\nrule keep {{ archive legal }}\n")
    names = [send(postfix).rpartition(" ")[2] for _ in range(3)]
    sink.expect(3)
    lines = daemon.ctl("--json", "archive", "list", folder)[1].splitlines()
    assert [json.loads(line)["queue_id"] for line in lines] == names
    assert daemon.ctl("archive", "verify", folder)[0] == 0
