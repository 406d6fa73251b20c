#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "log/log.h"

namespace spillway {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// One record with all its parts, so that a case changes only what it is about.
struct Told {
    policy::Message message;
    policy::Identity identity{"ann", "customer.example", "acme", "ann"};
    policy::Decision decision;
    policy::Stage stage = policy::Stage::message;
    std::vector<limits::Suspension> suspended;

    Told() {
        message.received = limits::Time(1795392000123ms);
        message.client.ip = match::Ip{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}};
        message.sender = {"ann", "customer.example"};
        message.recipients = {{{"bob", "partner.example"}, "<bob@partner.example>"},
                              {{"eve", "other.example"}, "<eve@other.example>"}};
        message.size = 1234;
        message.queue_id = "4XYZ";
    }

    log::MessageRecord record() const {
        return {.message = message,
                .identity = identity,
                .stage = stage,
                .verdict = decision.verdict,
                .decided_by = decision.decided_by,
                .decision = stage == policy::Stage::message ? &decision : nullptr,
                .spent = 250us,
                .suspended = suspended};
    }
    std::string plain() const { return log::plain_line(record()); }
    json parsed() const { return json::parse(log::json_line(record())); }
};

bool holds(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(a_line_begins_with_the_queue_id_and_says_who_and_what) {
    BOOST_TEST(Told().plain() ==
               "queue-id=4XYZ verdict=accept user=ann account=acme domain=customer.example "
               "client=192.0.2.7 sender=ann@customer.example recipients=2 size=1234 micros=250");
}

BOOST_AUTO_TEST_CASE(json_has_the_same_fields) {
    const json line = Told().parsed();
    BOOST_TEST(line["time"] == "2026-11-23T00:00:00.123Z");
    BOOST_TEST(line["queue-id"] == "4XYZ");
    BOOST_TEST(line["verdict"] == "accept");
    BOOST_TEST(line["recipients"] == 2);
    BOOST_TEST(line["size"] == 1234);
    BOOST_TEST(line["micros"] == 250);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_by_what_and_how) {
    Told told;
    told.decision.verdict = policy::Reject{{550, "5.7.1", "Not \"yours\""}};
    told.decision.decided_by = "rule from-owned";
    BOOST_TEST(holds(told.plain(), R"(verdict=reject by="rule from-owned")"));
    BOOST_TEST(holds(told.plain(), R"(reply="550 5.7.1 Not \"yours\"")"));
    BOOST_TEST(told.parsed()["reply"] == "550 5.7.1 Not \"yours\"");
}

BOOST_AUTO_TEST_CASE(a_quarantine_says_why_because_postfix_does_not) {
    Told told;
    told.decision.verdict = policy::Quarantine{"payment cards"};
    BOOST_TEST(holds(told.plain(), R"(verdict=quarantine)"));
    BOOST_TEST(holds(told.plain(), R"(reason="payment cards")"));
}

BOOST_AUTO_TEST_CASE(a_refused_recipient_is_named) {
    Told told;
    told.stage = policy::Stage::recipient;
    told.message.queue_id.clear();
    told.decision.verdict = policy::Reject{};
    BOOST_TEST(holds(told.plain(), "queue-id=NOQUEUE verdict=reject stage="));
    BOOST_TEST(holds(told.plain(), " recipient=eve@other.example "));
    BOOST_TEST(!holds(told.plain(), "size="));
}

BOOST_AUTO_TEST_CASE(each_limit_shows_its_use) {
    Told told;
    told.decision.limits = {
        {"hourly", "hourly:domain:customer.example", 2, limits::Granted{42, 500}},
        {"daily", "daily:domain:customer.example", 2, limits::Exceeded{899, {}, 900}},
        {"far", "far:user:ann", 2, limits::Unavailable{"timed out"}}};
    BOOST_TEST(
        holds(told.plain(), "limit=hourly:42/500 limit=daily:899/900 limit=far:unavailable"));

    const json limits = told.parsed()["limit"];
    BOOST_TEST(limits[0]["used"] == 42);
    BOOST_TEST(limits[1]["state"] == "exceeded");
    BOOST_TEST(limits[2]["why"] == "timed out");
}

BOOST_AUTO_TEST_CASE(a_limit_without_end_and_one_nobody_looked_at_say_so) {
    Told told;
    told.decision.limits = {{"free", "free:user:ann", 1, limits::Granted{7, limits::unlimited}},
                            {"month", "month:user:ann", 1, limits::NotAsked{}}};
    BOOST_TEST(holds(told.plain(), "limit=free:7/unlimited limit=month:not-asked"));
    const json limits = told.parsed()["limit"];
    BOOST_TEST(limits[0]["max"] == "unlimited");
    BOOST_TEST(limits[1]["state"] == "not-asked");
    BOOST_TEST(!limits[1].contains("used"));
}

BOOST_AUTO_TEST_CASE(the_size_of_a_mailing_is_told_when_it_was_asked_for) {
    Told told;
    BOOST_TEST(!holds(told.plain(), "mailing="));
    told.decision.mailing_size = 451;
    BOOST_TEST(holds(told.plain(), " mailing=451 "));
    BOOST_TEST(told.parsed()["mailing"] == 451);
}

BOOST_AUTO_TEST_CASE(who_is_suspended_is_told_also_of_an_early_refusal) {
    Told told;
    const limits::Time until = told.message.received + 2h;
    told.suspended = {{{"acme", limits::Whom::user, "ann@customer.example"}, until, "rule word"},
                      {{"acme", limits::Whom::domain, "customer.example"}, until, "rule word"}};
    for (const policy::Stage stage : {policy::Stage::message, policy::Stage::mail}) {
        told.stage = stage;
        BOOST_TEST(holds(told.plain(), R"(suspended="user ann@customer.example" )"
                                       R"(suspended="domain customer.example")"));
        const json first = told.parsed()["suspended"][0];
        BOOST_TEST(first["whom"] == "user");
        BOOST_TEST(first["until"] == "2026-11-23T02:00:00Z");
        BOOST_TEST(first["reason"] == "rule word");
    }
}

BOOST_AUTO_TEST_CASE(audit_hits_and_rules_that_cannot_tell_are_shown_others_not) {
    using match::Match;
    Told told;
    told.decision.rules = {{"cards", Match::yes, policy::Mode::audit, "for a@b.example"},
                           {"phi", Match::cannot_tell, policy::Mode::enforce, "nesting too deep"},
                           {"quiet", Match::no, policy::Mode::audit, ""},
                           {"strict", Match::yes, policy::Mode::enforce, ""}};
    told.decision.tags = {"bulk"};
    BOOST_TEST(holds(told.plain(), R"(tag=bulk audit=cards unsure="phi: nesting too deep")"));
    BOOST_TEST(!holds(told.plain(), "quiet"));
    BOOST_TEST(!holds(told.plain(), "strict"));
    BOOST_TEST(told.parsed()["unsure"][0]["rule"] == "phi");
}

BOOST_AUTO_TEST_CASE(what_was_found_is_told_masked_and_with_its_rule) {
    Told told;
    told.decision.rules = {
        {"cards", match::Match::yes, policy::Mode::enforce, "", {"card-number 41…11", "phi d…s"}}};
    BOOST_TEST(holds(told.plain(), R"(found="cards: card-number 41…11" found="cards: phi d…s")"));
    BOOST_TEST(told.parsed()["found"][1]["rule"] == "cards");
    BOOST_TEST(told.parsed()["found"][1]["what"] == "phi d…s");
}

BOOST_AUTO_TEST_CASE(no_sender_forges_a_line) {
    Told told;
    told.message.sender = {"x\nqueue-id=FAKE verdict=accept \xff", "evil.example"};
    const std::string line = told.plain();
    BOOST_TEST(!holds(line, "\n"));
    BOOST_TEST(holds(line, R"(sender="x\nqueue-id=FAKE verdict=accept \xff@evil.example")"));
    BOOST_CHECK_NO_THROW(told.parsed());  // invalid UTF-8 is replaced
    BOOST_TEST(!holds(log::json_line(told.record()), "\n"));
}

BOOST_AUTO_TEST_CASE(the_null_sender_and_an_unknown_size_are_told_as_such) {
    Told told;
    told.message.sender = {};
    told.message.size_known = false;
    BOOST_TEST(holds(told.plain(), " sender=<> "));
    BOOST_TEST(!holds(told.plain(), "size="));
}

BOOST_AUTO_TEST_CASE(local_mail_has_no_client_and_says_so) {
    Told told;
    told.message.client = {.ip = {}, .local_submission = true};
    BOOST_TEST(holds(told.plain(), " local=yes "));
    BOOST_TEST(!holds(told.plain(), "client="));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
