#include "documents/kind.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

using namespace spillway::documents;
using namespace std::string_literals;

namespace {

bool is(Kind kind, std::string_view bytes, std::string_view name = {},
        std::string_view label = {}) {
    const auto kinds = recognised(bytes, name, label);
    return std::ranges::any_of(kinds, [&](const Recognised& each) { return each.kind == kind; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kinds)

BOOST_AUTO_TEST_CASE(content_goes_before_any_name) {
    BOOST_TEST(is(Kind::archive, "PK\x03\x04....", "holiday.jpg", "image/jpeg"));
    BOOST_TEST(is(Kind::pdf, "junk before\n%PDF-1.7\n1 0 obj"));
    BOOST_TEST(is(Kind::rtf, "{\\rtf1 x}", "letter.doc", "application/msword"));
    BOOST_TEST(is(Kind::compound, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

BOOST_AUTO_TEST_CASE(what_two_programs_would_open_is_read_as_both) {
    const std::string both = "%PDF-1.4\n...PK\x05\x06"s + std::string(18, '\0');
    BOOST_TEST(is(Kind::pdf, both));
    BOOST_TEST(is(Kind::archive, both));
    const std::string program =
        "MZ"s + std::string(300, '\1') + "PK\x05\x06"s + std::string(18, '\0');
    BOOST_TEST(is(Kind::archive, program));
}

BOOST_AUTO_TEST_CASE(html_that_is_called_text_is_read_as_both) {
    BOOST_TEST(is(Kind::html, "<html>x", "a.txt"));
    BOOST_TEST(is(Kind::text, "<html>x", "a.txt"));
    BOOST_TEST(is(Kind::html, "no tag yet", "a.html"));
    BOOST_TEST(!is(Kind::text, "no tag yet", "a.html"));
}

BOOST_AUTO_TEST_CASE(text_of_sixteen_bits_is_text) {
    const std::u16string wide = u"wide text";
    const std::string bytes(reinterpret_cast<const char*>(wide.data()), wide.size() * 2);
    BOOST_TEST(is(Kind::text, bytes));
    BOOST_TEST(is(Kind::text, "\xFF\xFE" + bytes));
}

BOOST_AUTO_TEST_CASE(pictures_are_no_text_unless_they_are_called_so) {
    const std::string picture = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s + std::string(100, '\2');
    BOOST_TEST(recognised(picture, "a.png", "image/png").empty());
    BOOST_TEST(is(Kind::text, picture, "a.txt"));
    BOOST_TEST(other_type(picture) == "image/png");
}

BOOST_AUTO_TEST_CASE(any_bytes_and_any_shortness_have_an_answer) {
    for (int first = 0; first < 256; ++first)
        for (std::size_t size = 0; size < 3; ++size)
            recognised(std::string(size, static_cast<char>(first)), {}, {});
    BOOST_TEST(recognised({}, {}, {}).size() <= 1);
}

BOOST_AUTO_TEST_SUITE_END()
