#include "session/session.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>
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
    std::optional<policy::Decision> end_unanswered() {
        session.named("4XYZ");
        return session.end_of_message([this] {
            ++asked_whether_there;
            return there;
        });
    }
    std::optional<policy::Decision> end() {
        auto decision = end_unanswered();
        session.settle(decision.has_value());
        return decision;
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

BOOST_AUTO_TEST_CASE(the_bytes_of_a_message_that_is_changed_stay_until_it_is_settled) {
    Talk talk("footer f { text \"below\" }\nrule r { footer f }\n");
    talk.mail();
    talk.rcpt("b@good.example");
    talk.content();
    const auto decision = talk.end_unanswered();
    BOOST_REQUIRE(decision.has_value());
    BOOST_REQUIRE(decision->body.has_value());
    std::string body;
    mail::edited_body(talk.session.decided_bytes(), *decision->body,
                      [&](std::string_view piece) { body += piece; });
    BOOST_TEST(body == "Hello\r\n\r\nbelow\r\n");
    BOOST_TEST(talk.bench.logged("footer=f:inserted"));
    talk.session.settle(true);
    BOOST_TEST(talk.session.decided_bytes() == "");
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

BOOST_AUTO_TEST_CASE(what_was_charged_is_taken_back_unless_the_mta_took_the_answer) {
    Talk talk(limit_of_three);
    const auto charge = [&] {
        talk.mail();
        talk.rcpt("b@good.example");
        talk.content();
        BOOST_TEST(name_of(talk.end_unanswered().value().verdict) == "accept");
        BOOST_TEST(talk.bench.used() == 1);
    };
    charge();
    talk.session.abort();
    BOOST_TEST(talk.bench.used() == 0);
    charge();
    talk.session.settle(false);
    BOOST_TEST(talk.bench.used() == 0);
    charge();
    talk.mail();  // the MTA goes on as if there had been no answer
    BOOST_TEST(talk.bench.used() == 0);
    charge();
    talk.session.settle(true);
    talk.session.abort();
    BOOST_TEST(talk.bench.used() == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_before_the_answer_is_not_charged) {
    Workbench bench(limit_of_three);
    {
        Session session(bench.around);
        session.mail({.user = "ann@customer.example", .argument = "<a@b.example>", .queue_id = ""});
        session.recipient("b@good.example", "<b@good.example>");
        session.end_of_headers(false);
        BOOST_TEST(session.end_of_message([] { return true; }).has_value());
        BOOST_TEST(bench.used() == 1);
    }
    BOOST_TEST(bench.used() == 0);
}

const std::string one_connection =
    "limit open { scope user; count connections; rate 1; "
    "over defer 451 4.7.1 \"%{limit}: %{used} of %{max}\" }\n";

BOOST_AUTO_TEST_CASE(a_place_is_held_until_its_connection_ends) {
    Workbench bench(one_connection);
    const session::Sender ann{
        .user = "ann@customer.example", .argument = "<a@b.c>", .queue_id = ""};
    const session::Sender bob{
        .user = "bob@customer.example", .argument = "<b@b.c>", .queue_id = ""};
    Session second(bench.around);
    {
        Session first(bench.around);
        BOOST_TEST(!first.mail(ann).has_value());
        first.abort();
        BOOST_TEST(!first.mail(ann).has_value());  // its second message needs no other place
        const auto refusal = second.mail(ann);
        BOOST_TEST_REQUIRE(refusal.has_value());
        BOOST_TEST(refusal->decided_by == "limit open");
        BOOST_TEST(std::get<policy::Defer>(refusal->verdict).reply.text == "open: 1 of 1");
        BOOST_TEST(bench.count_logged("stage=mail") == 1);
        BOOST_TEST(!second.mail(bob).has_value());
    }
    BOOST_TEST(!second.mail(ann).has_value());
}

BOOST_AUTO_TEST_CASE(recipients_beyond_the_limit_are_refused_and_the_others_charged) {
    Talk talk("limit hourly { scope domain; count recipients; rate 3 / 1h; over partial }\n");
    talk.mail();
    for (int i = 0; i < 3; ++i) BOOST_TEST(!talk.rcpt(fmt::format("r{}@p.example", i)));
    const auto refusal = talk.rcpt("r3@p.example");
    BOOST_TEST_REQUIRE(refusal.has_value());
    BOOST_TEST(std::get<policy::Defer>(refusal->verdict).reply.code == 452);
    talk.content();
    BOOST_TEST(name_of(talk.end().value().verdict) == "accept");
    BOOST_TEST(talk.bench.used() == 3);
    BOOST_TEST(talk.bench.count_logged("stage=recipient") == 1);
    talk.mail();  // the next message finds no room at all
    BOOST_TEST(talk.rcpt("r4@p.example").has_value());
}

BOOST_AUTO_TEST_CASE(a_size_is_counted_without_keeping_the_body) {
    Talk talk("limit daily { scope domain; count bytes; rate 1M / 1d }\n");
    talk.mail();
    talk.rcpt("b@good.example");
    talk.session.header("From", " Ann <ann@customer.example>");
    talk.session.end_of_headers(false);
    for (int i = 0; i < 100; ++i) BOOST_TEST(talk.session.body(std::string(5000, 'x')));
    // Kept it would be in a spool by now.
    std::error_code none;
    const auto spooled = std::filesystem::directory_iterator(talk.bench.folder.path(), none);
    BOOST_TEST(std::distance(begin(spooled), end(spooled)) == 1);  // the log
    BOOST_TEST(name_of(talk.end().value().verdict) == "accept");
    BOOST_TEST(talk.bench.used() == 34 + 2 + 500'000);
    BOOST_TEST(talk.bench.logged("size=500036"));
}

BOOST_AUTO_TEST_CASE(notices_are_told_once_for_each_level_crossed) {
    Talk talk(
        "limit hourly { scope domain; count recipients; rate 10 / 1h; "
        "notice 50% 100% to postmaster }\n");
    std::vector<int> told;
    talk.bench.around.tell = [&](const policy::Notice& notice) { told.push_back(notice.percent); };
    talk.send(4);
    BOOST_TEST(told.empty());
    talk.send(2);
    talk.send(1);
    BOOST_TEST(told == std::vector<int>{50}, boost::test_tools::per_element());
    talk.send(4);  // does not fit
    talk.send(4);
    BOOST_TEST(told == (std::vector<int>{50, 100}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_notice_of_ours_is_let_through_once_and_only_from_here) {
    Workbench bench("rule all { reject 550 5.7.1 \"closed\" }\n");
    std::set<std::string, std::less<>> ours{"secret"};
    bench.around.is_our_notice = [&](std::string_view name) {
        return ours.erase(std::string(name)) > 0;
    };
    const auto verdict_of = [&](const std::string& name, bool local) {
        Session session(bench.around);
        session.connected({.ip = {}, .local_submission = local});
        session.mail({.user = "", .argument = "<>", .queue_id = "4X"});
        session.recipient("b@good.example", "<b@good.example>");
        session.header("X-Spillway-Notice", " " + name);
        session.end_of_headers(false);
        const auto decision = session.end_of_message([] { return true; });
        if (!decision) return std::string("ended");
        return std::string(name_of(decision->verdict)) + " by " + decision->decided_by;
    };
    BOOST_TEST(verdict_of("secret", false) == "ended");  // refused at MAIL: not from here
    BOOST_TEST(verdict_of("guess", true) == "quarantine by rule all");
    BOOST_TEST(verdict_of("secret", true) == "accept by notice");
    BOOST_TEST(verdict_of("secret", true) == "quarantine by rule all");
}

BOOST_AUTO_TEST_CASE(a_suspension_holds_from_the_next_message_on) {
    Talk talk("rule word { when text has \"viagra\"; suspend user for 2h; tag spam }\n");
    BOOST_TEST(talk.send(1, "viagra\r\n") == "accept");
    BOOST_TEST(talk.send() == "reject");
    BOOST_TEST(talk.bench.logged("by=suspension"));
    talk.bench.now += std::chrono::hours{2};
    BOOST_TEST(talk.send() == "accept");
}

BOOST_AUTO_TEST_CASE(strikes_of_refused_messages_add_up) {
    Talk talk(
        "rule word { when text has \"viagra\"; suspend user for 2h after 2 in 1h; "
        "reject 550 5.7.1 \"no\" }\n");
    for (int i = 0; i < 2; ++i) BOOST_TEST(talk.send(1, "viagra\r\n") == "reject");
    BOOST_TEST(talk.send() == "accept");
    BOOST_TEST(talk.send(1, "viagra\r\n") == "reject");
    BOOST_TEST(talk.send() == "reject");
    BOOST_TEST(talk.bench.count_logged("by=suspension") == 1);
    BOOST_TEST(talk.bench.count_logged("suspended=\"user ann@customer.example\"") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

// Counters that answer charges as a case wants, and remember how they were settled.
class Answering : public limits::MemoryCounters {
  public:
    explicit Answering(limits::Answers answers) : answers_(std::move(answers)) {}
    limits::Outcome charge(const limits::Call&, limits::Time) noexcept override {
        limits::Outcome outcome;
        outcome.answers = answers_;
        outcome.receipt.token = "token";
        return outcome;
    }
    void settle(const limits::Receipt& receipt, bool left, limits::Time) noexcept override {
        settled += receipt.token + (left ? " left;" : " back;");
    }
    std::string settled;

  private:
    limits::Answers answers_;
};

struct Unasked {
    explicit Unasked(const std::string& when, limits::Answers answers)
        : bench("limit l { scope domain; count recipients; rate 3 / 1h; when-unavailable " + when +
                " }\nlimit m { scope user; count recipients; rate 3 / 1h }\n"),
          counters(std::move(answers)) {}

    std::string verdict() {
        const session::Surroundings around{.current_policy = bench.around.current_policy,
                                           .counters = counters,
                                           .log = bench.log,
                                           .metrics = bench.metrics,
                                           .spool_dir = bench.folder.path(),
                                           .now = bench.around.now};
        Session session(around);
        session.mail({.user = "ann@customer.example", .argument = "<a@b.c>", .queue_id = ""});
        session.recipient("b@good.example", "<b@good.example>");
        session.end_of_headers(false);
        const auto decision = session.end_of_message([] { return true; });
        session.settle(true);
        return name_of(decision.value().verdict);
    }

    Workbench bench;
    Answering counters;
};

BOOST_AUTO_TEST_SUITE(counters_that_are_silent)

const limits::Answer silent = limits::Unavailable{"timed out"};

BOOST_AUTO_TEST_CASE(only_a_limit_that_says_so_defers) {
    BOOST_TEST(Unasked("allow", {silent, silent}).verdict() == "accept");
    BOOST_TEST(Unasked("local", {silent, silent}).verdict() == "accept");
    BOOST_TEST(Unasked("defer", {silent, silent}).verdict() == "defer");
}

BOOST_AUTO_TEST_CASE(what_was_charged_beside_a_silent_counter_is_taken_back) {
    Unasked deferred("defer", {silent, limits::Granted{1, 3}});
    BOOST_TEST(deferred.verdict() == "defer");
    BOOST_TEST(deferred.counters.settled == "token back;");
    Unasked allowed("allow", {silent, limits::Granted{1, 3}});
    BOOST_TEST(allowed.verdict() == "accept");
    BOOST_TEST(allowed.counters.settled == "token left;");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
