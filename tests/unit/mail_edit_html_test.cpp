#include "mail/edit_html.h"

#include <boost/test/unit_test.hpp>

#include "mail/text.h"

namespace spillway::mail {
namespace {

// "|" is where the end of what is shown is; "^" is before the quoted message.
std::string marked(std::string html) {
    const auto places = html_places(html);
    if (!places) return "nowhere";
    html.insert(places->end, "|");
    if (places->before_quote) html.insert(*places->before_quote, "^");
    return html;
}

BOOST_AUTO_TEST_SUITE(places_in_html)

BOOST_AUTO_TEST_CASE(the_end_is_before_the_last_end_of_the_body) {
    for (const char* html :
         {"<html><body>x|</body></html>", "<BODY>x|</Body >", "<p>x|</html>", "<p>x|", "x|", "|",
          "<body>a</body><body>b|</body>", "x|</body>y", "<body>x<!-- </body> -->y|</body>",
          "<body><script>'</body>'</script>y|</body>", "<body><a title='</body>'>y</a>|</body>"}) {
        std::string source(html);
        source.erase(source.find('|'), 1);
        BOOST_TEST(marked(source) == html);
    }
}

BOOST_AUTO_TEST_CASE(what_never_ends_does_not_swallow_it) {
    for (const char* html :
         {"x|<!-- y", "x|<div title=\"y", "x|<script>y", "x|<style>y", "x|<textarea>y",
          "x|<title>y", "x|<plaintext>y", "x|<!-- y </body></html>", "x|<template>y</body>",
          "x|<?y", "x|<di", "a<br>x|<select><option>y</body>"}) {
        std::string source(html);
        source.erase(source.find('|'), 1);
        BOOST_TEST(marked(source) == html);
    }
}

BOOST_AUTO_TEST_CASE(where_it_cannot_be_told_there_is_no_place) {
    BOOST_TEST(marked("x<!") == "nowhere");
}

BOOST_AUTO_TEST_CASE(what_is_hidden_does_not_hide_it) {
    for (const char* html :
         {"<body>|<div style='display:none'>preheader</body>", "x|<p hidden>y<b>z</body>",
          "x<div style='display:none'>y</div>z|</body>",
          "x|<div style='display:none'><div>y</div></body></div>",
          "x<p style='display:none'>y<p>z|</body>"}) {
        std::string source(html);
        source.erase(source.find('|'), 1);
        BOOST_TEST(marked(source) == html);
    }
}

BOOST_AUTO_TEST_CASE(quotes_are_known_by_the_marks_of_mail_programs) {
    for (const char* html :
         {"x^<div class=\"gmail_quote\">On Monday<blockquote>y</blockquote></div>|</body>",
          "x^<div class='moz-cite-prefix'>On</div>\n<blockquote type=cite>y</blockquote>\n|</body>",
          "x^<blockquote type=\"cite\">y</blockquote>|</body>",
          "x^<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">From:</div>y|</body>",
          "x^<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>y"
          "</div>z|</body>"}) {
        std::string source(html);
        source.erase(source.find('^'), 1);
        source.erase(source.find('|'), 1);
        BOOST_TEST(marked(source) == html);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_below_the_quote_has_none_before_it) {
    BOOST_TEST(marked("<blockquote type=cite>y</blockquote><p>My answer</body>") ==
               "<blockquote type=cite>y</blockquote><p>My answer|</body>");
    BOOST_TEST(marked("<blockquote>a saying</blockquote>x</body>") ==
               "<blockquote>a saying</blockquote>x|</body>");
    BOOST_TEST(marked("<blockquote type=cite>y</blockquote>&nbsp;<br></body>") ==
               "^<blockquote type=cite>y</blockquote>&nbsp;<br>|</body>");
}

BOOST_AUTO_TEST_CASE(plain_text_as_html_shows_the_same) {
    const std::string text = "a < b & \"c\"\n  d";
    BOOST_TEST(readable(render_html(html_of_plain(text)).visible) == "a < b & \"c\"\nd");
}

BOOST_AUTO_TEST_CASE(references_mean_the_same) {
    const std::string text = "T\xC5\x8Dky\xC5\x8D \xF0\x9F\x98\x80 \xD7\xA9";
    BOOST_TEST(render_html(with_references(text)).visible == text);
}

BOOST_AUTO_TEST_CASE(quoting_makes_no_difference) {
    BOOST_TEST(without_quoting("> Legal\r\n>> | notice\n\tof us") == "Legal notice of us");
    BOOST_TEST(without_quoting("a > b") == "a > b");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway::mail
