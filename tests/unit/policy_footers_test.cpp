#include "policy/footers.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace spillway::policy {
namespace {

struct Letter {
    std::string bytes;
    Message message;

    explicit Letter(const std::string& fields, const std::string& body = "Hello\r\n") {
        bytes = fields + "\r\n" + body;
        for (std::size_t at = 0; at < fields.size();) {
            const std::size_t end = fields.find("\r\n", at);
            const std::size_t colon = fields.find(':', at);
            message.headers.push_back(
                {fields.substr(at, colon - at), fields.substr(colon + 2, end - colon - 2)});
            at = end + 2;
        }
        message.bytes = bytes;
    }
};

AskedFooter asked(const std::string& text, Otherwise otherwise = Otherwise::attach) {
    auto form = std::make_shared<FooterForm>();
    form->name = text;
    form->text = Template::parse(text).value();
    form->otherwise = otherwise;
    return {form, "rule r", {}};
}

std::string body_of(const Letter& letter, const Decision& decision) {
    std::string body;
    mail::edited_body(letter.bytes, decision.body.value(),
                      [&](std::string_view piece) { body += piece; });
    return body;
}

const std::string sealed = "Content-Type: application/pkcs7-mime\r\n";

BOOST_AUTO_TEST_SUITE(footers_of_a_message)

BOOST_AUTO_TEST_CASE(each_is_put_in_once_in_the_order_they_were_asked_for) {
    const Letter letter("Subject: x\r\n");
    const AskedFooter one = asked("one");
    Decision decision;
    add_footers({one, asked("two"), one}, letter.message, decision);
    BOOST_TEST(body_of(letter, decision) == "Hello\r\n\r\none\r\n\r\ntwo\r\n");
    BOOST_REQUIRE(decision.footers.size() == 2U);
    BOOST_TEST((decision.footers[1].fate == FooterFate::inserted));
    BOOST_TEST(decision.footers[1].note == "part 1");
    BOOST_TEST(decision.edits.empty());
}

BOOST_AUTO_TEST_CASE(a_message_that_does_not_leave_is_not_changed) {
    const Letter letter("Subject: x\r\n");
    Decision decision;
    decision.verdict = Reject{};
    add_footers({asked("one")}, letter.message, decision);
    BOOST_TEST(!decision.body.has_value());
    BOOST_TEST(decision.footers.empty());
}

BOOST_AUTO_TEST_CASE(each_footer_has_its_own_way_out) {
    const Letter letter(sealed, "MII=\r\n");
    Decision decision;
    add_footers({asked("left", Otherwise::skip), asked("beside")}, letter.message, decision);
    BOOST_TEST((decision.footers[0].fate == FooterFate::skipped));
    BOOST_TEST((decision.footers[1].fate == FooterFate::attached));
    BOOST_TEST(decision.footers[1].note == "it is signed or encrypted");
    const std::string body = body_of(letter, decision);
    BOOST_TEST(body.find("beside") != body.npos);
    BOOST_TEST(body.find("left") == body.npos);
    BOOST_REQUIRE(decision.edits.size() == 2U);
    BOOST_TEST(std::get<ReplaceHeader>(decision.edits[0]).value.starts_with("multipart/mixed"));
    BOOST_TEST(std::get<AddHeader>(decision.edits[1]).name == "MIME-Version");
}

BOOST_AUTO_TEST_CASE(a_footer_that_must_be_in_refuses_by_its_rule) {
    const Letter letter(sealed, "MII=\r\n");
    Decision decision;
    add_footers({asked("beside"), asked("strict", Otherwise::reject)}, letter.message, decision);
    BOOST_REQUIRE(std::holds_alternative<Reject>(decision.verdict));
    const std::string& text = std::get<Reject>(decision.verdict).reply.text;
    BOOST_TEST(text.find("it is signed or encrypted") != text.npos, text);
    BOOST_TEST(decision.decided_by == "rule r");
    BOOST_TEST(!decision.body.has_value());
    BOOST_TEST(decision.edits.empty());
}

BOOST_AUTO_TEST_CASE(fields_that_a_rule_removes_are_not_counted_on) {
    const Letter letter("Content-Description: x\r\n" + sealed, "MII=\r\n");
    Decision decision;
    decision.edits = {RemoveHeader{"content-type", 1}, RemoveHeader{"Content-Description", 1}};
    add_footers({asked("beside")}, letter.message, decision);
    BOOST_REQUIRE(decision.edits.size() == 4U);
    BOOST_TEST(std::get<AddHeader>(decision.edits[2]).name == "Content-Type");
}

BOOST_AUTO_TEST_CASE(a_field_that_a_rule_replaces_is_still_there) {
    const Letter letter("Content-Description: a\r\nContent-Description: b\r\n" + sealed,
                        "MII=\r\n");
    Decision decision;
    decision.edits = {RemoveHeader{"content-description", 2},
                      ReplaceHeader{"content-description", "c"}};
    add_footers({asked("beside")}, letter.message, decision);
    BOOST_TEST(std::ranges::any_of(decision.edits, [](const Edit& edit) {
        const auto* removal = std::get_if<RemoveHeader>(&edit);
        return removal && removal->name == "Content-Description" && removal->nth == 1;
    }));
}

BOOST_AUTO_TEST_CASE(what_a_sender_chooses_stays_on_its_line) {
    const Letter letter("Subject: x\r\n");
    AskedFooter one = asked("by %{sender}.");
    one.values[static_cast<std::size_t>(Variable::sender)] = "a\r\n--b\xFF\xC3\xA4";
    Decision decision;
    add_footers({one}, letter.message, decision);
    BOOST_TEST(decision.edits.size() == 3U);
    BOOST_TEST(body_of(letter, decision) == "Hello\r\n\r\nby a?\?--b=EF=BF=BD=C3=A4.\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway::policy
