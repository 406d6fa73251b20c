#include "policy/template.h"

#include <boost/test/unit_test.hpp>

#include "mail/encoded_word.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

Variables with_user(std::string value) {
    Variables values;
    values[static_cast<std::size_t>(Variable::user)] = std::move(value);
    return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_template)

BOOST_AUTO_TEST_CASE(variables_are_filled_and_other_percent_signs_stay) {
    const auto parsed = Template::parse("%{user} 100% %% %d %{user}!");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->fill(with_user("ann")) == "ann 100% %% %d ann!");
    BOOST_TEST(parsed->uses(Variable::user));
    BOOST_TEST(!parsed->uses(Variable::rule));
}

BOOST_AUTO_TEST_CASE(values_cannot_break_out_of_their_line) {
    const auto parsed = Template::parse("[%{user}]");
    using namespace std::string_literals;
    BOOST_TEST(parsed->fill(with_user("a\r\nBcc: x\0\x7f\xc3\xa9"s)) == "[a??Bcc: x????]");
    BOOST_TEST(parsed->fill(with_user("%{user}")) == "[%{user}]");
    BOOST_TEST(parsed->fill(with_user(std::string(5000, 'x'))).size() == 202U);
}

BOOST_AUTO_TEST_CASE(a_field_is_ascii_and_says_what_the_text_says) {
    using namespace std::string_literals;
    const auto shown = [](const std::string& text, std::string user) {
        const std::string field = Template::parse(text)->fill_field(with_user(std::move(user)));
        for (const unsigned char c : field) BOOST_TEST((c == '\n' || (c >= 0x20 && c < 0x7f)));
        for (std::size_t at = field.find('\n'); at != field.npos; at = field.find('\n', at + 1))
            BOOST_TEST(field.at(at + 1) == ' ');
        return mail::decoded_words(field);
    };
    BOOST_TEST(shown("Powered by Köln, for %{user}", "Ānn") == "Powered by Köln, for Ānn");
    BOOST_TEST(shown("%{user}", "a\r\nBcc: x\0\x7f"s) == "a??Bcc: x??");
    BOOST_TEST(shown("%{user}", "\xff\xc3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    // What looks like an encoded word is shown as it is written.
    const std::string disguised = "=?utf-8?Q?ceo=40bank.example?=";
    BOOST_TEST(shown("for %{user}", disguised) == "for " + disguised);
}

BOOST_AUTO_TEST_CASE(words_of_a_field_that_need_no_encoding_stay_as_they_are) {
    const auto filled = [](const std::string& text, const std::string& user) {
        return Template::parse(text)->fill_field(with_user(user));
    };
    BOOST_TEST(filled("abuse@a.example (%{user})", "ann") == "abuse@a.example (ann)");
    const std::string mixed = filled("abuse@a.example %{user} <b@c>", "ō");
    BOOST_TEST(mixed == "abuse@a.example =?utf-8?B?xY0=?= <b@c>");
    BOOST_TEST(filled("%{user}", "  two  blanks ") == "  two  blanks ");
}

BOOST_AUTO_TEST_CASE(values_of_fields_are_cut_between_characters_but_not_a_token) {
    const std::string long_name(199, 'x');
    std::string too_long = long_name;
    too_long += "ō";
    Variables values = with_user(too_long);
    BOOST_TEST(Template::parse("%{user}")->fill_field(values) == long_name);
    const std::string token(600, 'T');
    values[static_cast<std::size_t>(Variable::abuse_id)] = token;
    BOOST_TEST(Template::parse("%{abuse-id}", header_variables)->fill_field(values) == token);
    BOOST_TEST(!Template::parse("%{abuse-id}").has_value());
}

BOOST_AUTO_TEST_CASE(unknown_variables_are_mistakes) {
    BOOST_TEST(!Template::parse("%{nobody}").has_value());
    BOOST_TEST(!Template::parse("%{user").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
