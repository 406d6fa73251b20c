#include "policy/notice_text.h"

#include <boost/test/unit_test.hpp>

#include "unit/a_notice.h"

namespace spillway {
namespace {

using policy::text_of;

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

policy::Template parsed(const std::string& text) {
    return policy::Template::parse(text, policy::variable_names.size()).value();
}

BOOST_AUTO_TEST_SUITE(policy_notice_text)

BOOST_AUTO_TEST_CASE(our_words_say_who_what_how_much_and_what_to_do) {
    const auto text = text_of(a_notice(), {});
    BOOST_TEST(text.subject == "customer.example: 80% of sending limit domain-hour is used");
    BOOST_TEST(holds(text.body, "customer.example has used 80% of a sending limit"));
    BOOST_TEST(holds(text.body, "domain-hour, counted for each domain\n"));
    BOOST_TEST(holds(text.body, "500 recipients per 1h\n"));
    BOOST_TEST(holds(text.body, "400 recipients\n"));
    BOOST_TEST(holds(text.body, "2026-11-23 00:00 UTC\n"));
    BOOST_TEST(holds(text.body, "Mail is still accepted."));
    BOOST_TEST(holds(text.body, "change\nthe password"));
    BOOST_TEST(!holds(text.body, "Room again"));
}

BOOST_AUTO_TEST_CASE(a_full_limit_is_told_in_other_words_and_when_there_is_room) {
    auto notice = a_notice();
    notice.percent = 100;
    notice.next_free = notice.at + std::chrono::hours(1);
    notice.zone = "Europe/Berlin";
    const auto text = text_of(notice, {});
    BOOST_TEST(text.subject == "customer.example: sending limit domain-hour is used up");
    BOOST_TEST(holds(text.body, "Room again  2026-11-23 02:00 CET\n"));
    BOOST_TEST(!holds(text.body, "still accepted"));
    BOOST_TEST(!holds(text.body, "%{"));
}

BOOST_AUTO_TEST_CASE(operators_have_their_own_words) {
    const policy::NoticeForm form{
        .from = "",
        .subject = parsed("%{limit} at %{percent}%"),
        .text = parsed("Für %{who}:\n%{used}/%{max} %{unit} %{window}\n"
                       "%{scope} %{user} %{account} %{sender} %{time}\n")};
    const auto text = text_of(a_notice(), form);
    BOOST_TEST(text.subject == "domain-hour at 80%");
    BOOST_TEST(text.body ==
               "Für customer.example:\n400/500 recipients 1h\n"
               "domain ann@customer.example acme bounce@customer.example 2026-11-23 00:00 UTC\n");
}

BOOST_AUTO_TEST_CASE(what_a_sender_chose_stays_in_its_line) {
    auto notice = a_notice();
    notice.who = "a\nSubject: forged\r\n\xff\xc3\xa9";
    const auto text = text_of(notice, {});
    BOOST_TEST(!holds(text.subject, "\n"));
    BOOST_TEST(holds(text.subject, "a?Subject: forged??"));
    BOOST_TEST(!holds(text.body, "\nSubject"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
