#include "mail/direction.h"

#include <boost/test/unit_test.hpp>

#include "mail/text.h"

using namespace spillway::mail;

BOOST_AUTO_TEST_SUITE(text_turned_round)

BOOST_AUTO_TEST_CASE(an_override_turns_letters_up_to_its_end_or_that_of_the_line) {
    BOOST_TEST(as_displayed("a \u202ecba\u202c d") == "a abc d");
    BOOST_TEST(as_displayed("\u202ecba\ncba") == "abc\ncba");
    BOOST_TEST(as_displayed("\u202ecba\r\ncba") == "abc\r\ncba");
    BOOST_TEST(as_displayed("\u202ecba\u2028cba") == "abc\u2028cba");
    BOOST_TEST(as_displayed("\u202ec\u00e9\u2029") == "\u00e9c\u2029");
    BOOST_TEST(as_displayed("\u202ecba") == "abc");
    BOOST_TEST(as_displayed("\u202c\u202ca") == "a");
    BOOST_TEST(as_displayed("\u202e42 \u202d31") == " 2431");
    BOOST_TEST(as_displayed("plain") == "plain");
    BOOST_TEST(!has_overrides("plain \u202b \u202c"));
}

BOOST_AUTO_TEST_CASE(accents_stay_on_their_letters) {
    BOOST_TEST(as_displayed("\u202ee\u0301a") == "ae\u0301");
    BOOST_TEST(as_displayed("\u202e\u0301a") == "a\u0301");
}

BOOST_AUTO_TEST_CASE(no_piece_of_a_message_ends_within) {
    const std::string message = "Content-Type: text/plain; charset=utf-8\r\n\r\nan \u202enoom eulb";
    BOOST_TEST(read_text(message, {}).text == "an blue moon");
}

BOOST_AUTO_TEST_CASE(letters_that_go_that_way_are_not_turned) {
    BOOST_TEST(as_displayed("\u202e\u05d0\u05d1\u202c") == "\u05d0\u05d1");
    BOOST_TEST(as_displayed("\u202d\u05d0\u05d1\u202c") == "\u05d1\u05d0");
    BOOST_TEST(as_displayed("\u202dab\u202c") == "ab");
}

BOOST_AUTO_TEST_CASE(names_have_both_orders) {
    BOOST_TEST(without_overrides("ann\u202efdp.exe\n\u202d") == "annfdp.exe\n");
}

BOOST_AUTO_TEST_CASE(elements_turn_their_lines) {
    const auto shown = [](const char* html) { return render_html(html).visible; };
    BOOST_TEST(shown("a <bdo dir='RTL'>cb<i>a</i></bdo> d") == "a abc d");
    BOOST_TEST(shown("<bdo dir=ltr>cba</bdo>") == "cba");
    BOOST_TEST(shown("<p dir=rtl>cba") == "cba");
    BOOST_TEST(shown("<b style='direction:rtl'>cba</b>") == "cba");
    BOOST_TEST(shown("<b dir=rtl style='unicode-bidi:isolate-override'>cba<br>fed</b>g") ==
               "abc\ndefg");
    BOOST_TEST(shown("<p style='unicode-bidi:bidi-override;direction:rtl'>cba<p>cba") ==
               "abc\ncba");
    BOOST_TEST(shown("<bdo dir=rtl>cb<bdo dir=rtl>a</bdo></bdo>") == "abc");
}

BOOST_AUTO_TEST_CASE(fields_show_their_values) {
    BOOST_TEST(render_html("<input value=a><input type=Hidden value=b>").visible == "a");
    BOOST_TEST(render_html("<input placeholder=a>").hidden == "a");
}

BOOST_AUTO_TEST_CASE(a_flood_of_overrides_is_read_in_linear_time) {
    std::string text;
    for (int i = 0; i < 300'000; ++i) text += "\u202ea\u0301";
    BOOST_TEST(as_displayed(text).size() == 900'000u);
    std::string marks = "\u202e";
    for (int i = 0; i < 300'000; ++i) marks += "\u0301";
    BOOST_TEST(as_displayed(marks).size() == 600'000u);
    std::string html;
    for (int i = 0; i < 100'000; ++i) html += "<bdo dir=rtl>a";
    BOOST_TEST(render_html(html).visible.size() == 100'000u);
}

BOOST_AUTO_TEST_SUITE_END()
