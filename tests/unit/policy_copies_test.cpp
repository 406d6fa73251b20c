// Who gets a message besides, or instead of, its recipients.
#include "policy/copies.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

using namespace spillway;
using namespace spillway::policy;

namespace {

const mail::Address capture{"capture", "audit.example"};
const mail::Address auditor{"auditor", "audit.example"};

Message letter() {
    Message message;
    message.user = "ann@a.example";
    message.sender = {"ann", "a.example"};
    message.recipients = {{{"bob", "b.example"}, "<Bob@b.example>"},
                          {{"cat", "c.example"}, "<cat@c.example>"}};
    return message;
}

Decision ordered(const Copies& copies, const Message& message) {
    Decision decision;
    copies.order(message, decision);
    return decision;
}

Decision copied(const Message& message) {
    Copies copies;
    copies.bcc({capture});
    return ordered(copies, message);
}

Decision redirected(const Message& message) {
    Copies copies;
    copies.redirect(auditor);
    return ordered(copies, message);
}

// "+a@b" for recipients, "+a@b?" for silent ones, "-arg", "Name: value".
std::vector<std::string> texts(const Decision& decision) {
    std::vector<std::string> all;
    for (const Edit& edit : decision.edits) {
        if (const auto* add = std::get_if<AddRecipient>(&edit))
            all.push_back("+" + add->address + (add->silent ? "?" : ""));
        else if (const auto* remove = std::get_if<RemoveRecipient>(&edit))
            all.push_back("-" + remove->argument);
        else
            all.push_back(std::get<AddHeader>(edit).name + ": " + std::get<AddHeader>(edit).value);
    }
    return all;
}
using Texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(copies)

BOOST_AUTO_TEST_CASE(a_copy_adds_a_recipient_and_nothing_that_others_see) {
    const Decision decision = copied(letter());
    BOOST_TEST(texts(decision) == Texts{"+capture@audit.example?"},
               boost::test_tools::per_element());
    BOOST_TEST(decision.copies == Texts{"capture@audit.example"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_address_gets_one_copy_whoever_asks) {
    Copies many;
    many.bcc({capture, auditor});
    many.bcc({{"Capture", "audit.example"}});
    BOOST_TEST(texts(ordered(many, letter())).size() == 2);
}

BOOST_AUTO_TEST_CASE(there_is_no_copy_on_the_way_to_or_from_the_capture_address) {
    Message to = letter();
    to.recipients.push_back({{"CAPTURE", "audit.example"}, "<CAPTURE@audit.example>"});
    BOOST_TEST(texts(copied(to)).empty());

    Message from = letter();
    from.sender = capture;
    from.user = "";
    BOOST_TEST(texts(copied(from)).empty());
    from.user = "Capture@audit.example";
    BOOST_TEST(texts(copied(from)).empty());
}

BOOST_AUTO_TEST_CASE(who_only_claims_to_be_the_capture_address_is_copied) {
    Message claimed = letter();
    claimed.sender = capture;
    BOOST_TEST(texts(copied(claimed)).size() == 1);
}

BOOST_AUTO_TEST_CASE(a_redirected_message_goes_to_the_auditor_alone_with_its_envelope) {
    const Decision decision = redirected(letter());
    const Texts expected{"X-Spillway-Original-From: <ann@a.example>",
                         "X-Spillway-Original-To: <bob@b.example>, <cat@c.example>",
                         "-<Bob@b.example>", "-<cat@c.example>", "+auditor@audit.example"};
    BOOST_TEST(texts(decision) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_auditor_among_the_recipients_stays_one) {
    Message message = letter();
    message.recipients[1] = {auditor, "<auditor@audit.example>"};
    const Texts all = texts(redirected(message));
    BOOST_TEST(all.size() == 3);
    BOOST_TEST(all.back() == "-<Bob@b.example>");
}

BOOST_AUTO_TEST_CASE(what_an_auditor_sends_is_let_go) {
    Message message = letter();
    message.sender = auditor;
    message.user = "";
    BOOST_TEST(texts(redirected(message)).empty());
    BOOST_TEST(redirected(message).redirected_to.empty());
}

BOOST_AUTO_TEST_CASE(blind_recipients_are_shown_to_auditors_only) {
    Copies both;
    both.redirect(auditor);
    both.bcc({capture});
    for (const std::string& text : texts(ordered(both, letter())))
        BOOST_TEST(!text.starts_with("X-Spillway-Original-To"));

    Copies same;
    same.redirect(auditor);
    same.bcc({auditor});
    BOOST_TEST(texts(ordered(same, letter())) == texts(redirected(letter())),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_capture_address_that_loses_its_message_to_an_auditor_gets_a_copy) {
    Message message = letter();
    message.recipients = {{capture, "<capture@audit.example>"}};
    Copies both;
    both.redirect(auditor);
    both.bcc({capture});
    const Texts expected{"X-Spillway-Original-From: <ann@a.example>", "-<capture@audit.example>",
                         "+auditor@audit.example", "+capture@audit.example?"};
    BOOST_TEST(texts(ordered(both, message)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(many_recipients_take_many_fields_of_bearable_length) {
    Message message = letter();
    message.recipients.clear();
    for (int i = 0; i < 1000; ++i)
        message.recipients.push_back({{"r" + std::to_string(i), "b.example"}, "<r>"});
    std::size_t named = 0;
    for (const Edit& edit : redirected(message).edits) {
        const auto* add = std::get_if<AddHeader>(&edit);
        if (add == nullptr || add->name != original_to_field) continue;
        BOOST_TEST(add->value.size() < 900);
        named += static_cast<std::size_t>(std::ranges::count(add->value, '<'));
    }
    BOOST_TEST(named == 1000);
}

BOOST_AUTO_TEST_CASE(no_address_breaks_a_field) {
    Message message = letter();
    message.sender = {"a\r\nBcc: x", "a.example"};
    BOOST_TEST(texts(redirected(message)).front() ==
               "X-Spillway-Original-From: <a??Bcc: x@a.example>");
}

BOOST_AUTO_TEST_CASE(archives_are_named_once) {
    Copies twice;
    twice.archive("b");
    twice.archive("a");
    twice.archive("b");
    BOOST_TEST(ordered(twice, letter()).archives == (Texts{"a", "b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
