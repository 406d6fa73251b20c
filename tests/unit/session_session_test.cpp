#include "session/session.h"

#include <boost/test/unit_test.hpp>

#include "unit/workbench.h"

namespace spillway {
namespace {

using policy::name_of;
using session::Session;

const std::string limit_of_three =
    "limit hourly { scope domain; count recipients; rate 3 / 1h; over reject 552 5.7.1 \"full\" "
    "}\n";

// A session that speaks in whole messages unless a case needs its parts.
struct Talk {
    Workbench bench;
    Session session{bench.around};
    int asked_whether_there = 0;
    bool there = true;

    explicit Talk(const std::string& policy) : bench(policy) {}

    std::optional<policy::Refusal> mail(const std::string& sender = "<ann@customer.example>") {
        return session.mail({.user = "ann@customer.example", .argument = sender, .queue_id = ""});
    }
    std::optional<policy::Refusal> rcpt(const std::string& address) {
        return session.recipient(address, "<" + address + ">");
    }
    void content(const std::string& body = "Hello\r\n") {
        session.data();
        session.header("From", " Ann <ann@customer.example>");
        session.end_of_headers(false);
        session.body(body);
    }
    std::optional<policy::Decision> end() {
        session.named("4XYZ");
        return session.end_of_message([this] {
            ++asked_whether_there;
            return there;
        });
    }
    // The verdict over one message to `recipients` people.
    std::string send(int recipients = 1, const std::string& body = "Hello\r\n") {
        if (mail()) return "refused at MAIL";
        for (int i = 0; i < recipients; ++i) rcpt("r" + std::to_string(i) + "@partner.example");
        content(body);
        return name_of(end().value().verdict);
    }
};

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(each_message_ends_with_one_line) {
    Talk talk("");
    BOOST_TEST(talk.send() == "accept");
    BOOST_TEST(talk.send(2) == "accept");
    BOOST_TEST(talk.bench.log_lines().size() == 2);
    BOOST_TEST(talk.bench.count_logged("]: queue-id=4XYZ verdict=accept") == 2);
    BOOST_TEST(talk.bench.count_logged("recipients=2") == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_recipient_is_no_part_of_the_message) {
    Talk talk(limit_of_three +
              "rule no { when rcpt.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n");
    talk.mail();
    for (int i = 0; i < 5; ++i) BOOST_TEST(talk.rcpt("a@bad.example").has_value());
    BOOST_TEST(!talk.rcpt("b@good.example").has_value());
    talk.content();
    BOOST_TEST(name_of(talk.end().value().verdict) == "accept");
    BOOST_TEST(talk.bench.used() == 1);
    BOOST_TEST(talk.bench.count_logged("recipient=a@bad.example") == 5);
}

BOOST_AUTO_TEST_CASE(a_message_refused_early_is_over) {
    Talk talk("rule no { when mail-from.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n");
    const auto refusal = talk.mail("<x@bad.example>");
    BOOST_REQUIRE(refusal.has_value());
    BOOST_TEST(refusal->decided_by == "rule no");
    BOOST_TEST(!talk.rcpt("b@good.example").has_value());
    talk.content();
    BOOST_TEST(!talk.end().has_value());
    BOOST_TEST(talk.bench.log_lines().size() == 1);
    BOOST_TEST(talk.bench.logged("stage=mail"));
    BOOST_TEST(talk.send() == "accept");  // and the next one is not
}

BOOST_AUTO_TEST_CASE(what_is_refused_at_headers_is_refused_at_the_end_when_nobody_listens) {
    const std::string rule =
        "rule no { when header \"X-Bulk\" =~ /yes/; reject 550 5.7.1 \"no\" }\n";
    for (const bool may_refuse : {true, false}) {
        Talk talk(rule);
        talk.mail();
        talk.rcpt("b@good.example");
        talk.session.header("X-Bulk", " yes");
        BOOST_TEST(talk.session.end_of_headers(may_refuse).has_value() == may_refuse);
        if (!may_refuse) BOOST_TEST(name_of(talk.end().value().verdict) == "reject");
        BOOST_TEST(talk.bench.count_logged("verdict=reject") == 1);
    }
}

BOOST_AUTO_TEST_CASE(only_what_may_leave_is_charged) {
    Talk talk(limit_of_three + "rule no { when text has \"viagra\"; reject 550 5.7.1 \"no\" }\n");
    BOOST_TEST(talk.send(2, "cheap viagra\r\n") == "reject");
    BOOST_TEST(talk.bench.used() == 0);
    BOOST_TEST(talk.asked_whether_there == 0);
    BOOST_TEST(talk.send(3) == "accept");
    BOOST_TEST(talk.bench.used() == 3);
    BOOST_TEST(talk.send(1) == "reject");
    BOOST_TEST(talk.bench.used() == 3);
    BOOST_TEST(talk.bench.logged("limit=hourly:3/3"));
}

BOOST_AUTO_TEST_CASE(nothing_is_counted_for_an_mta_that_is_gone) {
    Talk talk(limit_of_three);
    talk.there = false;
    talk.mail();
    talk.rcpt("b@good.example");
    talk.content();
    BOOST_TEST(!talk.end().has_value());
    BOOST_TEST(talk.asked_whether_there == 1);
    BOOST_TEST(talk.bench.used() == 0);
    BOOST_TEST(talk.bench.logged("queue-id=4XYZ error="));
}

BOOST_AUTO_TEST_CASE(a_new_mail_and_an_abort_begin_with_nothing) {
    Talk talk(
        "rule many { when recipients > 1; reject 550 5.5.3 \"many\" }\n"
        "rule bulk { when header \"X-Bulk\" =~ /yes/; reject 550 5.7.1 \"no\" }\n"
        "rule word { when text has \"viagra\"; reject 550 5.7.1 \"no\" }\n");
    for (const bool told : {true, false}) {
        talk.mail();
        talk.rcpt("b@good.example");
        talk.session.header("X-Bulk", " yes");
        talk.session.end_of_headers(false);
        talk.session.body("viagra " + std::string(5000, 'x'));
        if (told) talk.session.abort();
        BOOST_TEST(talk.send() == "accept");
    }
}

BOOST_AUTO_TEST_CASE(a_message_keeps_the_policy_it_began_under) {
    Talk talk("");
    talk.mail();
    talk.rcpt("b@good.example");
    talk.bench.load("rule all { reject 550 5.7.1 \"closed\" }\n");
    talk.content();
    BOOST_TEST(name_of(talk.end().value().verdict) == "accept");
    BOOST_TEST(talk.send() == "refused at MAIL");
}

BOOST_AUTO_TEST_CASE(the_body_is_wanted_only_by_a_policy_that_reads_it) {
    Talk careless("");
    careless.mail();
    BOOST_TEST(!careless.session.body("piece"));
    Talk reader("rule word { when text has \"viagra\"; reject 550 5.7.1 \"no\" }\n");
    reader.mail();
    BOOST_TEST(reader.session.body("piece"));
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_the_wire) {
    // From: 34 octets with CRLF, X: "X: a" CRLF " b" CRLF, the empty line, the body.
    Talk talk("rule exact { when size = 53; tag exact }\n");
    talk.mail();
    talk.rcpt("b@good.example");
    talk.session.header("From", " Ann <ann@customer.example>");
    talk.session.header("X", " a\n b");
    talk.session.end_of_headers(false);
    talk.session.body("Hello\r\n");
    talk.end();
    BOOST_TEST(talk.bench.logged("size=53 tag=exact"));
}

BOOST_AUTO_TEST_CASE(a_large_message_is_read_from_its_spool) {
    Talk talk("rule word { when text has \"needle\"; reject 550 5.7.1 \"no\" }\n");
    std::string hay;
    for (int i = 0; i < 5000; ++i) hay += "some hay of no interest\r\n";
    BOOST_TEST(talk.send(1, hay) == "accept");
    BOOST_TEST(talk.send(1, hay + "needle\r\n") == "reject");
}

BOOST_AUTO_TEST_CASE(a_header_without_end_is_refused_and_not_kept) {
    Talk talk(limit_of_three);
    talk.mail();
    talk.rcpt("b@good.example");
    for (int i = 0; i < 100; ++i) talk.session.header("X", std::string(60000, 'x'));
    talk.session.end_of_headers(false);
    BOOST_TEST(!talk.session.body("Hello\r\n"));
    const auto decision = talk.end();
    BOOST_TEST(std::get<policy::Reject>(decision.value().verdict).reply.enhanced == "5.3.4");
    BOOST_TEST(decision->decided_by == "header size");
    BOOST_TEST(talk.bench.used() == 0);
    BOOST_TEST(talk.send() == "accept");
}

BOOST_AUTO_TEST_CASE(tiny_header_fields_are_bounded_too) {
    Talk talk("");
    talk.mail();
    talk.rcpt("b@good.example");
    for (int i = 0; i < 100000; ++i) talk.session.header("X", "");
    talk.session.end_of_headers(false);
    BOOST_TEST(name_of(talk.end().value().verdict) == "reject");
}

BOOST_AUTO_TEST_CASE(events_outside_a_message_change_nothing) {
    Talk talk(limit_of_three);
    BOOST_TEST(!talk.rcpt("b@good.example").has_value());
    talk.content();
    talk.session.abort();
    BOOST_TEST(!talk.end().has_value());
    BOOST_TEST(talk.bench.used() == 0);
    BOOST_TEST(talk.bench.log_lines().empty());
}

BOOST_AUTO_TEST_CASE(a_spool_that_fails_is_thrown_and_the_next_message_is_not_hurt) {
    Talk talk("rule word { when text has \"viagra\"; reject 550 5.7.1 \"no\" }\n");
    talk.bench.around.spool_dir = "/nonexistent";
    Session session(talk.bench.around);
    session.mail({.user = "", .argument = "<a@b.example>", .queue_id = ""});
    session.end_of_headers(false);
    BOOST_CHECK_THROW(session.body(std::string(5000, 'x')), std::system_error);
    session.abort();
    session.mail({.user = "", .argument = "<a@b.example>", .queue_id = ""});
    session.recipient("b@good.example", "<b@good.example>");
    session.end_of_headers(false);
    session.body("short\r\n");
    BOOST_TEST(name_of(session.end_of_message([] { return true; }).value().verdict) == "accept");
}

BOOST_AUTO_TEST_CASE(metrics_see_what_the_log_sees) {
    Talk talk("rule no { when rcpt.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n");
    const auto has = [&](const std::string& line) {
        return talk.bench.metrics.text().find(line + "\n") != std::string::npos;
    };
    BOOST_TEST(talk.send(2) == "accept");
    talk.mail();
    talk.rcpt("a@bad.example");
    BOOST_TEST(has(R"(spillway_messages_total{by="",verdict="accept"} 1)"));
    BOOST_TEST(has(R"(spillway_recipients_total{verdict="accept"} 2)"));
    BOOST_TEST(has(R"(spillway_refused_recipients_total{by="rule no"} 1)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_count{stage="mail"} 2)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_count{stage="recipient"} 3)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_count{stage="message"} 1)"));
    BOOST_TEST(has("spillway_connections 1"));
    { const Session another(talk.bench.around); }
    BOOST_TEST(has("spillway_connections 1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
