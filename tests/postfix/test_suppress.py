"""The suppression list through a real Postfix and a real Redis."""

ANN = "ann@customer.example"
POLICY = """
rule asked-not-to { when rcpt suppressed; reject 550 5.7.1 "%{suppression}" }
"""


def test_one_of_three_recipients_is_refused_at_rcpt_and_the_others_get_the_mail(postfix, behind, sink,
                                                                               redis):
    daemon = behind(POLICY, counters=redis.url)
    code, text = daemon.ctl("suppress", "add", "b@else.example", "--reason", "unsubscribe")
    assert code == 0, text
    with postfix.client(ANN) as client:
        client.mail(ANN)
        replies = {name: client.rcpt(f"{name}@else.example") for name in "abc"}
        assert [replies[name][0] for name in "abc"] == [250, 550, 250]
        assert b"suppressed after an unsubscription on 20" in replies["b"][1]
        assert client.data(b"From: ann@customer.example\r\n\r\nHello\r\n")[0] == 250
    assert sorted(sink.expect_recipients(2)) == ["a@else.example", "c@else.example"]
    assert postfix.expect_log("milter-reject: RCPT .*5.7.1 the recipient is suppressed")
