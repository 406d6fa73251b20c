#include "documents/rtf.h"

#include <boost/test/unit_test.hpp>

#include "cpu_time.h"

using spillway::documents::rtf_text;
using spillway::documents::RtfText;

namespace {

constexpr std::size_t plenty = 1 << 20;

std::string shown(const std::string& body) {
    return rtf_text("{\\rtf1 " + body + "}", plenty).text;
}
std::string aside(const std::string& body) {
    return rtf_text("{\\rtf1 " + body + "}", plenty).aside;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtf)

BOOST_AUTO_TEST_CASE(formatting_leaves_no_gap_in_a_word) {
    BOOST_TEST(shown("con{\\b fid}en\\i t\\i0 ial") == "confidential");
    BOOST_TEST(shown("con\\-fid\r\nential") == "confidential");
}

BOOST_AUTO_TEST_CASE(paragraphs_end_lines_and_cells_end_in_tabs) {
    BOOST_TEST(shown("a\\par b\\line c\\\nd\\cell e\\row") == "a\nb\nc\nd\te\n");
}

BOOST_AUTO_TEST_CASE(escapes_are_characters_of_the_document_s_code_page) {
    BOOST_TEST(shown("\\'e4\\{\\}\\\\\\~x") == "ä{}\\\xC2\xA0x");
    BOOST_TEST(rtf_text("{\\rtf1\\ansi\\ansicpg1251 \\'cf}", plenty).text == "П");
    BOOST_TEST(rtf_text("{\\rtf1\\mac \\'8a}", plenty).text == "ä");
}

// Two escapes make one character of Shift-JIS.
BOOST_AUTO_TEST_CASE(a_font_has_its_own_charset) {
    BOOST_TEST(shown("{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}}\\f1 \\'88\\'c0\\f0 "
                     "\\'e4") == "安ä");
}

BOOST_AUTO_TEST_CASE(unicode_is_followed_by_what_stands_for_it) {
    BOOST_TEST(shown("\\u8364?x") == "€x");
    BOOST_TEST(shown("\\uc2\\u8364\\'80\\'81x") == "€x");
    BOOST_TEST(shown("{\\uc0\\u8364}\\u8364 ?x") == "€€x");
    BOOST_TEST(shown("\\uc0\\u-10179\\u-8704 ") == "😀");
    BOOST_TEST(shown("\\u65?{\\u66}c") == "ABc");  // a group ends what is passed over
}

BOOST_AUTO_TEST_CASE(tables_and_pictures_are_no_text) {
    BOOST_TEST(
        shown("{\\colortbl;\\red0;}{\\stylesheet{\\s0 Normal;}}{\\pict\\wmetafile8 0102}x") == "x");
    BOOST_TEST(shown("{\\pict\\bin3 }}}}x") == "x");  // three bytes that are no braces
}

BOOST_AUTO_TEST_CASE(what_few_readers_show_stands_aside) {
    BOOST_TEST(shown("con{\\v junk}fid{\\footnote note}ential") == "confidential");
    BOOST_TEST(aside("con{\\v junk}fid{\\footnote note}ential") == "junknote\n");
    BOOST_TEST(aside("{\\*\\unheardof secret}") == "secret\n");
    BOOST_TEST(aside("{\\info{\\title Plan}}") == "Plan\n");
}

BOOST_AUTO_TEST_CASE(embedded_objects_are_told_of) {
    BOOST_TEST(rtf_text("{\\rtf1{\\object{\\*\\objdata 0105}}}", plenty).objects);
}

BOOST_AUTO_TEST_CASE(broken_off_anywhere_it_is_damaged_and_never_fatal) {
    const std::string whole =
        "{\\rtf1{\\fonttbl{\\f0\\fcharset128 A;}}\\u8364?\\'e4\\bin2 xx{\\*\\y}z}";
    BOOST_TEST(!rtf_text(whole, plenty).damaged);
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(rtf_text(whole.substr(0, size), plenty).damaged);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_groups_are_no_deeper_than_one) {
    const std::string opened(100'000, '{');
    const std::string closed(100'000, '}');
    BOOST_TEST(shown(opened + "deep" + closed) == "deep");
    const RtfText bottomless = rtf_text("{\\rtf1 " + std::string(2'000'000, '{'), plenty);
    BOOST_TEST(bottomless.too_deep);
}

BOOST_AUTO_TEST_CASE(text_beyond_the_limit_is_cut) {
    const RtfText read = rtf_text("{\\rtf1 " + std::string(100'000, 'x') + "\\par y}", 1000);
    BOOST_TEST(read.too_much);
}

BOOST_AUTO_TEST_CASE(numbers_beyond_all_bounds_do_no_harm) {
    BOOST_TEST(shown("\\u99999999999999999999 ?x\\uc99999 \\bin-5 y").find('x') !=
               std::string::npos);
    BOOST_TEST(shown("\\bin2147483647 abc").empty());
}

BOOST_AUTO_TEST_CASE(time_is_linear) {
    const auto cost = [](std::size_t times) {
        std::string rtf = "{\\rtf1 ";
        for (std::size_t i = 0; i < times; ++i) rtf += "{\\f1\\'e4\\u8364?}";
        rtf += "}";
        return cpu_seconds([&] { rtf_text(rtf, std::size_t{1} << 30); });
    };
    cost(10'000);
    BOOST_TEST(cost(200'000) < 40 * cost(20'000) + 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
