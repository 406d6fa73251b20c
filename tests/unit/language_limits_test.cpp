// What the words of a limit become, and what is said of those that make no sense together.
#include <boost/test/unit_test.hpp>

#include "language/rates.h"
#include "language_load.h"
#include "policy/words.h"

using namespace spillway;
using namespace std::chrono_literals;
using language::load_text;
using language::mistakes_in;

namespace {

// The one limit of a policy in which the rest is as plain as can be.
std::shared_ptr<const policy::Limit> limit_of(const std::string& words) {
    const auto generation = load_text("limit l { " + words + " }\n");
    for (const auto& one : generation.diagnostics.all()) BOOST_TEST_MESSAGE(one.text());
    BOOST_TEST_REQUIRE(generation.policy, words);
    return {generation.policy, generation.policy->limits.data()};
}

std::string rate_of(const std::string& words) {
    return policy::rate_in_words(limit_of("scope domain; " + words)->rate);
}

// What is wrong with a limit, without its place.
std::string wrong_with(const std::string& words) {
    const std::string got = mistakes_in("limit l { " + words + " }\n");
    const auto found = got.find("error: ");
    return found == std::string::npos ? got : got.substr(found + 7, got.size() - found - 8);
}

bool is_wrong_for(const std::string& words, const std::string& reason) {
    const std::string got = wrong_with(words);
    BOOST_TEST_MESSAGE(words << "\n  " << got);
    return got.find(reason) != std::string::npos;
}

const policy::TemplateReply& reply_of(const policy::Limit& limit) {
    return std::visit([](const auto& over) -> const policy::TemplateReply& { return over.reply; },
                      limit.over);
}

constexpr const char* messages = "scope user; count messages; ";

}  // namespace

BOOST_AUTO_TEST_SUITE(language_limits)

BOOST_AUTO_TEST_CASE(a_rate_slides_goes_by_the_calendar_paces_or_only_counts) {
    for (const char* rate : {"500 / 1h", "25000 / month", "1 / 8s burst 3", "unlimited / 1h",
                             "7 / week", "7 / day", "7 / hour", "0 / 1d"})
        BOOST_TEST(rate_of(std::string("count messages; rate ") + rate) == rate);
    BOOST_TEST(rate_of("count recipients; rate 500/90m") == "500 / 90m");
    BOOST_TEST(rate_of("count bytes; rate 2G / 1d") == "2147483648 / 1d");
    BOOST_TEST(rate_of("rate 2G / day; count bytes") == "2147483648 / day");
    BOOST_TEST(rate_of("count connections; rate 8") == "8 at once");
    BOOST_TEST(rate_of("count connections; rate unlimited") == "unlimited at once");
    BOOST_TEST(rate_of("count recipients; ladder 50 100 20 unlimited per day from 2026-11-23") ==
               "ladder 50 100 20 unlimited per day from 2026-11-23");
    BOOST_TEST(rate_of("count bytes; ladder 1K 1M per day from 2026-11-23") ==
               "ladder 1024 1048576 per day from 2026-11-23");
}

BOOST_AUTO_TEST_CASE(a_pace_is_rounded_so_that_it_is_never_too_fast) {
    const auto interval = [](const char* rate) {
        return language::parse_pacing(rate, "5", language::Amounts::numbers)->interval;
    };
    BOOST_TEST((interval("1/8s") == 8s));
    BOOST_TEST((interval("3/1s") == 333'334us));
    BOOST_TEST((interval("1000000/1s") == 1us));
    BOOST_TEST(rate_of("count messages; rate 3 / 1s burst 2") == "1 / 333334us burst 2");
    BOOST_TEST(rate_of("count messages; rate 100 / 1s burst 2") == "1 / 10ms burst 2");
}

BOOST_AUTO_TEST_CASE(every_scope_and_unit_has_its_word) {
    for (const char* scope :
         {"account", "domain", "user", "client-ip", "user-ip", "rcpt-domain", "everything"}) {
        const auto limit =
            limit_of(std::string("scope ") + scope + "; count recipients; rate 1 / 1h");
        BOOST_TEST(name_of(limit->scope) == std::string_view(scope));
    }
    for (const char* unit : {"messages", "recipients", "unique-recipients", "bytes", "logins"}) {
        const auto limit = limit_of(std::string("scope user; count ") + unit + "; rate 1 / 1h");
        BOOST_TEST(name_of(limit->unit) == std::string_view(unit));
    }
}

BOOST_AUTO_TEST_CASE(what_is_answered_by_default_depends_on_what_is_counted) {
    const auto plain = limit_of("scope user; count messages; rate 1 / 1h");
    BOOST_TEST(std::holds_alternative<policy::RejectAction>(plain->over));
    BOOST_TEST(reply_of(*plain).code == 552);

    const auto held = limit_of("scope user; count connections; rate 8");
    BOOST_TEST(std::holds_alternative<policy::DeferAction>(held->over));
    BOOST_TEST(reply_of(*held).code == 451);
    BOOST_TEST(reply_of(*held).text.fill({}).find("close one") != std::string::npos);

    const auto part = limit_of("scope user; count recipients; rate 1 / 1h; over partial");
    BOOST_TEST(std::holds_alternative<policy::PartialAction>(part->over));
    BOOST_TEST(reply_of(*part).code == 452);
    BOOST_TEST(reply_of(*part).enhanced == "4.5.3");

    const auto own = limit_of(
        "scope user; count recipients; rate 1 / 1h; over partial 450 4.7.0 "
        "\"%{used}\"");
    BOOST_TEST(reply_of(*own).code == 450);
    BOOST_TEST(reply_of(*own).enhanced == "4.7.0");
}

BOOST_AUTO_TEST_CASE(partial_is_for_recipients_and_what_is_known_with_each) {
    BOOST_TEST(is_wrong_for("scope user; count messages; rate 1 / 1h; over partial",
                            "goes with count recipients, not with messages"));
    BOOST_TEST(
        is_wrong_for("scope user; count recipients; rate 1 / 1h; over partial; when subject "
                     "has \"x\"",
                     "known at the headers stage only"));
    BOOST_TEST(
        is_wrong_for("scope user; count recipients; rate 1 / 1h; over partial; when "
                     "recipients > 3",
                     "known at the data stage only"));
    BOOST_TEST(is_wrong_for("scope user; count recipients; rate 1 / 1h; over partial 552 \"x\"",
                            "not of class 4"));
    for (const char* condition : {"rcpt.domain = a.example", "auth and client-ip = 192.0.2.1"})
        limit_of(std::string("scope rcpt-domain; count recipients; rate 1 / 1h; over partial; "
                             "unless ") +
                 condition);
}

BOOST_AUTO_TEST_CASE(connections_are_held_at_once_from_mail_on) {
    BOOST_TEST(is_wrong_for("scope user; count connections; rate 8 / 1h", "held, not counted"));
    BOOST_TEST(is_wrong_for("scope user; count connections; ladder 8 per day from 2026-11-23",
                            "held, not counted"));
    BOOST_TEST(is_wrong_for("scope user; count messages; rate 8", "COUNT / PERIOD"));
    BOOST_TEST(is_wrong_for("scope rcpt-domain; count connections; rate 8", "no recipients yet"));
    BOOST_TEST(is_wrong_for("scope user; count connections; rate 8; when rcpt = a@b.example",
                            "known at the recipient stage only"));
    BOOST_TEST(is_wrong_for("scope user; count connections; rate 8; notice 80% to sender",
                            "notices go with"));
    limit_of("scope user-ip; count connections; rate 8; unless client-ip = 192.0.2.1");
}

BOOST_AUTO_TEST_CASE(logins_are_counted_before_there_is_a_message) {
    BOOST_TEST(is_wrong_for("scope everything; count logins; rate 8 / 1h", "not by everything"));
    BOOST_TEST(is_wrong_for("scope rcpt-domain; count logins; rate 8 / 1h", "not by rcpt-domain"));
    BOOST_TEST(is_wrong_for("scope user; count logins; rate 8 / 1h; when auth", "no conditions"));
    BOOST_TEST(
        is_wrong_for("scope user; count logins; rate 8 / 1h; over partial", "not with logins"));
    for (const char* scope : {"user", "client-ip", "user-ip", "account", "domain"})
        limit_of(std::string("scope ") + scope + "; count logins; rate 8 / 10m");
}

BOOST_AUTO_TEST_CASE(unique_recipients_are_bounded_because_they_are_remembered) {
    const std::string unique = "scope domain; count unique-recipients; ";
    limit_of(unique + "rate 1000000 / month");
    BOOST_TEST(is_wrong_for(unique + "rate 1000001 / month", "at most 1000000"));
    BOOST_TEST(is_wrong_for(unique + "rate unlimited / 1h", "at most 1000000"));
    BOOST_TEST(
        is_wrong_for(unique + "ladder 1 unlimited per day from 2026-11-23", "at most 1000000"));
    BOOST_TEST(is_wrong_for(unique + "rate 1 / 8s burst 2", "no memory of recipients"));
}

BOOST_AUTO_TEST_CASE(paces_have_a_size_that_can_be_counted) {
    const std::string count = messages;
    BOOST_TEST(is_wrong_for(count + "rate 0 / 8s burst 1", "a number from 1 on"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / 8s burst 0", "a burst from 1 on"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / 8s burst unlimited", "a burst from 1 on"));
    BOOST_TEST(is_wrong_for(count + "rate unlimited / 8s burst 3", "a number from 1 on"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / day burst 3", "a calendar has no pace"));
    BOOST_TEST(is_wrong_for(count + "rate 2000000 / 1s burst 3", "at most one a microsecond"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / 1d burst 4000", "within ten years"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / 1d burst 1000000000000000", "within ten years"));
    BOOST_TEST(is_wrong_for(count + "rate 1 / 8s burst 3; notice 80% to sender", "notices go"));
    BOOST_TEST(rate_of("count bytes; rate 100K / 1s burst 20M") == "1 / 10us burst 20971520");
}

BOOST_AUTO_TEST_CASE(a_ladder_has_steps_and_a_first_day_and_stands_instead_of_a_rate) {
    const std::string count = messages;
    BOOST_TEST(is_wrong_for(count + "ladder per day from 2026-11-23", "needs a maximum"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 unlimited 7 per day from 2026-11-23", "last step"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 per week from 2026-11-23", "expected one of day"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 per day from 2026-02-30", "expected a day"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 per day from tomorrow", "expected a day"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 per day", "needs one of from"));
    BOOST_TEST(is_wrong_for(count + "ladder 5 10", "needs one of day"));
    BOOST_TEST(is_wrong_for(count + "rate 5 / 1h; ladder 5 per day from 2026-11-23",
                            "one of them is too many"));
    BOOST_TEST(wrong_with("scope user; count messages") == "limit \"l\" does not say its rate");
}

BOOST_AUTO_TEST_CASE(notices_tell_ascending_levels_to_somebody) {
    const std::string base = "scope user; count messages; rate 5 / 1h; notice ";
    const auto limit = limit_of(base +
                                "80% 95% 100% to sender, postmaster, ops@example.net, "
                                "https://hooks.example/x \"https://hooks.example/y?a=b\"");
    BOOST_TEST((limit->notice.levels == std::vector{80, 95, 100}));
    BOOST_TEST(limit->notice.to_sender);
    BOOST_TEST(limit->notice.to_postmaster);
    BOOST_TEST(limit->notice.addresses == std::vector<std::string>{"ops@example.net"},
               boost::test_tools::per_element());
    BOOST_TEST(limit->notice.webhooks.size() == 2U);

    BOOST_TEST(is_wrong_for(base + "80% 80% to sender", "80% comes after 80%"));
    BOOST_TEST(is_wrong_for(base + "95% 80% to sender", "80% comes after 95%"));
    BOOST_TEST(is_wrong_for(base + "0% to sender", "from 1% to 100%"));
    BOOST_TEST(is_wrong_for(base + "101% to sender", "from 1% to 100%"));
    BOOST_TEST(is_wrong_for(base + "80 to sender", "from 1% to 100%"));
    BOOST_TEST(is_wrong_for(base + "to sender", "needs percentages"));
    BOOST_TEST(is_wrong_for(base + "80%", "needs \"to\" and whom to tell"));
    BOOST_TEST(is_wrong_for(base + "80% to", "needs \"to\" and whom to tell"));
    BOOST_TEST(is_wrong_for(base + "80% to sendre", "did you mean \"sender\"?"));
    BOOST_TEST(is_wrong_for(base + "80% to a@b.example a@b.example", "told already"));
    BOOST_TEST(is_wrong_for(base + "80% to ftp://x.example", "expected sender"));
}

BOOST_AUTO_TEST_CASE(sizes_are_for_bytes) {
    BOOST_TEST(is_wrong_for("scope user; count messages; rate 2G / 1h", "goes with count bytes"));
    BOOST_TEST(is_wrong_for("scope user; count messgaes; rate 2G / 1h", "did you mean"));
    BOOST_TEST(wrong_with("scope user; count messgaes; rate 2G / 1h").find("size") ==
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(mistakes_stand_where_they_are_made) {
    BOOST_TEST(mistakes_in("limit l {\n  scope user\n  count messages\n  over partial\n"
                           "  rate 1 / 1h\n  rates 5\n  scope user\n}\n") ==
               "p.conf:6:3: error: unknown word \"rates\" in a limit, did you mean \"rate\"?\n"
               "p.conf:7:3: error: a second \"scope\" in one block\n");
    BOOST_TEST(mistakes_in("limit l {\n  scope user\n  count messages\n  over partial\n"
                           "  rate 1 / 1h\n}\n")
                   .starts_with("p.conf:4:3: error: \"partial\" refuses"));
}

BOOST_AUTO_TEST_CASE(who_is_charged_without_a_login_is_an_order_without_doubles) {
    using policy::Fallback;
    const auto order = [](const std::string& text) {
        const auto generation = load_text(text);
        BOOST_TEST_REQUIRE(generation.policy);
        return generation.policy->without_login;
    };
    BOOST_TEST((order("without-login [ uid, client-ip ]\n") ==
                std::vector{Fallback::uid, Fallback::client_ip}));
    BOOST_TEST((order("without-login [ script\n  mail-from.domain ]\n") ==
                std::vector{Fallback::script, Fallback::sender_domain}));
    BOOST_TEST(order("").size() == 4U);
    BOOST_TEST(mistakes_in("without-login [ uid, uid ]\n") ==
               "p.conf:1:22: error: this stands in the list already\n");
    BOOST_TEST(mistakes_in("without-login [ ]\n") ==
               "p.conf:1:1: error: \"without-login\" needs at least one of its words\n");
    BOOST_TEST(mistakes_in("without-login [ login ]\n").find("expected one of") !=
               std::string::npos);
    BOOST_TEST(mistakes_in("without-login uid\n") ==
               "p.conf:1:15: error: expected \"[\", got \"uid\"\n");
}

BOOST_AUTO_TEST_CASE(campaigns_ask_for_each_span_once) {
    const auto generation = load_text(
        "rule a { when campaign > 200 in 24h; reject }\n"
        "rule b { when campaign >= 5 in 1h or campaign < 3 in 24h; tag b }\n"
        "rule c { mode off; when campaign > 2 in 2h; tag c }\n"
        "limit l { scope user; count messages; rate 1 / 1h; when campaign != 4 in 31d }\n");
    BOOST_TEST_REQUIRE(generation.policy);
    BOOST_TEST((generation.policy->mailing_spans ==
                std::vector<std::chrono::milliseconds>{1h, 24h, 24h * 31}));
    BOOST_TEST(generation.policy->needs_body);
    BOOST_TEST((generation.policy->rules[0].known_at == policy::Stage::message));

    BOOST_TEST(mistakes_in("rule a { when campaign > 2; reject }\n") ==
               "p.conf:1:27: error: expected \"in\" and a time such as 24h, got \";\"\n");
    BOOST_TEST(mistakes_in("rule a { when campaign 2 in 1h; reject }\n") ==
               "p.conf:1:24: error: expected a comparison such as \"> 200 in 24h\" after "
               "\"campaign\", got \"2\"\n");
    BOOST_TEST(mistakes_in("rule a { when campaign > 2 in 59s; reject }\n") ==
               "p.conf:1:31: error: a campaign is looked at over 1m to 31d, not 59s\n");
    BOOST_TEST(mistakes_in("rule a { when campaign > 2 in 32d; reject }\n") ==
               "p.conf:1:31: error: a campaign is looked at over 1m to 31d, not 32d\n");
    BOOST_TEST(
        mistakes_in("rule a { when all campaign > 2 in 1d; reject }\n").find("any and all") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(suspensions_are_for_a_time_and_perhaps_after_strikes) {
    const auto generation = load_text(
        "rule a { when auth; suspend user for 2h; reject }\n"
        "rule b { when user in [ eve ]; suspend account for 7d after 3 in 1h; reject }\n");
    BOOST_TEST_REQUIRE(generation.policy);
    BOOST_TEST(generation.diagnostics.all().empty());
    const auto& a = std::get<policy::SuspendAction>(generation.policy->rules[0].actions[0]);
    BOOST_TEST((a.whom == limits::Whom::user && a.span == 2h && !a.after));
    const auto& b = std::get<policy::SuspendAction>(generation.policy->rules[1].actions[0]);
    BOOST_TEST((b.whom == limits::Whom::account && b.span == 24h * 7));
    BOOST_TEST((b.after->count == 3 && b.after->span == 1h));

    const auto wrong = [](const std::string& suspend) {
        return mistakes_in("rule a { when auth; suspend " + suspend + "; reject }\n");
    };
    BOOST_TEST(wrong("everybody for 2h").find("expected one of user, domain, account") !=
               std::string::npos);
    BOOST_TEST(wrong("user 2h").find("expected one of for") != std::string::npos);
    BOOST_TEST(wrong("user for").find("needs how long") != std::string::npos);
    BOOST_TEST(wrong("user for 2h after 0 in 1h").find("leave \"after\" out") != std::string::npos);
    BOOST_TEST(wrong("user for 2h after 3 in 1ms").find("at least 60ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_suspension_that_anybody_could_bring_about_is_warned_of) {
    const auto warned = [](const std::string& when, const std::string& whom) {
        const auto got =
            mistakes_in("rule a { " + when + " suspend " + whom + " for 1h; reject }\n");
        return got.find("warning: ") != std::string::npos;
    };
    BOOST_TEST(warned("", "user"));
    BOOST_TEST(warned("when subject has \"x\";", "domain"));
    BOOST_TEST(warned("when auth or subject has \"x\";", "domain"));
    BOOST_TEST(warned("when not auth;", "domain"));
    BOOST_TEST(!warned("when auth and subject has \"x\";", "domain"));
    BOOST_TEST(!warned("when user in [ a@b.example ] or (subject has \"x\" and auth);", "account"));
    BOOST_TEST(!warned("mode audit;", "domain"));
}

BOOST_AUTO_TEST_SUITE_END()
