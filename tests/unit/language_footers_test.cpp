#include "language_load.h"

#include <boost/test/unit_test.hpp>

using namespace spillway;
using language::load_text;
using language::mistakes_in;

namespace {

const std::string rule = "rule r { footer f }\n";

const policy::FooterForm& footer_of(const language::Generation& generation) {
    BOOST_REQUIRE(generation.policy);
    return *std::get<policy::FooterAction>(generation.policy->rules.at(0).actions.at(0)).footer;
}

void told(const std::string& footer, const std::string& part,
          const std::map<std::string, std::string>& files = {}) {
    const std::string mistakes = mistakes_in(footer + "\n" + rule, files);
    BOOST_TEST(mistakes.find(part) != std::string::npos, mistakes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_footers)

BOOST_AUTO_TEST_CASE(a_footer_has_texts_a_place_and_a_way_out) {
    const auto generation = load_text(
        "footer f { text file legal.txt; html \"<p>Größe %{domain}</p>\"\n"
        "  place before-quote; once \"Größe\"; else reject }\n" +
            rule,
        {{"legal.txt", "Größe\r\n%{user}\n"}});
    const policy::FooterForm& footer = footer_of(generation);
    BOOST_TEST(footer.name == "f");
    policy::Variables values;
    values[static_cast<std::size_t>(policy::Variable::user)] = "ann";
    BOOST_TEST(footer.text.value().fill(values) == "Größe\r\nann\n");
    BOOST_TEST(footer.before_quote);
    BOOST_TEST(footer.once == "Größe");
    BOOST_TEST((footer.otherwise == policy::Otherwise::reject));
}

BOOST_AUTO_TEST_CASE(by_default_it_stands_at_the_end_or_is_attached) {
    const auto generation = load_text("footer f { text \"x\" }\n" + rule);
    const policy::FooterForm& footer = footer_of(generation);
    BOOST_TEST(!footer.before_quote);
    BOOST_TEST(footer.once == "");
    BOOST_TEST((footer.otherwise == policy::Otherwise::attach));
}

BOOST_AUTO_TEST_CASE(a_rule_with_a_footer_needs_the_body_unless_it_only_watches) {
    const std::string footer = "footer f { text \"x\" }\n";
    BOOST_TEST(load_text(footer + rule).policy->needs_body);
    BOOST_TEST(!load_text(footer + "rule r { mode audit; footer f }\n").policy->needs_body);
    BOOST_TEST(!load_text(footer + "rule r { mode off; footer f }\n").policy->needs_body);
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_where_they_stand) {
    told("footer f { }", "neither text nor html");
    told("footer f { text \"x\"; colour red }", "unknown word \"colour\" in a footer");
    told("footer f { text \"x\"; text \"y\" }", "a second \"text\"");
    told("footer f { text \"x\"; when auth }", "unknown word \"when\"");
    told("footer f { text file none.txt }", "none.txt: No such file");
    told("footer f { text \"%{body}\" }", "unknown variable");
    told("footer f { text \" \\n\" }", "the text is empty");
    told("footer f { text file a }", "control characters", {{"a", std::string("a\0b", 3)}});
    told("footer f { text file a }", "not UTF-8", {{"a", "\xFF"}});
    told("footer f { text file a }", "65537 bytes", {{"a", std::string(65537, 'x')}});
    told("footer f { text \"x\"; place top }", "expected one of end, before-quote");
    told("footer f { text \"x\"; else drop }", "expected one of attach, skip, reject");
    told("footer f { text \"x\"; once \"y\" }", "does not stand in all texts");
    told("footer f { text \"x y\"; html \"<p>x</p>\"; once \"x y\" }", "does not stand in all");
    told("footer f { text \"x\" }\nfooter f { text \"y\" }", "a second footer \"f\"");
    told("footer g { text \"x\" }", "unknown footer \"f\"");
    BOOST_TEST(mistakes_in("footer f { text \"x\" }\n").find("footer \"f\" is not used") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(html_that_would_swallow_the_message_is_a_mistake) {
    for (const char* html : {"<!-- x", "<style>p{}", "<a href='x", "<div style='display:none'>x"})
        told("footer f { html \"" + std::string(html) + "\" }", "leaves something open");
    told("footer f { html \"<html><body>x</body></html>\" }", "belongs to a document");
    BOOST_TEST(mistakes_in("footer f { html \"<div><b>x\" }\n" + rule) == "");
}

BOOST_AUTO_TEST_SUITE_END()
