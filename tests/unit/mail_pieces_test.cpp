// What is read in pieces is what would be read at once, wherever the pieces end.
#include <random>

#include <boost/test/unit_test.hpp>

#include "mail/body.h"
#include "mail/charset.h"
#include "mail/text.h"
#include "mail/transfer.h"

using namespace spillway::mail;
using namespace std::string_literals;

namespace {

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    return text;
}

template <typename Feed>
void in_random_pieces(std::mt19937& random, std::string_view text, const Feed& feed) {
    while (!text.empty()) {
        const std::size_t size = std::min<std::size_t>(text.size(), 1 + random() % 5);
        feed(text.substr(0, size));
        text.remove_prefix(size);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_pieces)

BOOST_AUTO_TEST_CASE(encodings_do_not_depend_on_how_they_are_cut) {
    std::mt19937 random(1);
    for (const Encoding encoding : {Encoding::base64, Encoding::quoted_printable,
                                    Encoding::uuencode, Encoding::yenc, Encoding::none}) {
        for (int i = 0; i < 2'000; ++i) {
            const std::string text = random_text(random, "=A4f9 \t\r\n#%M", random() % 40);
            std::string whole;
            Decoder at_once(encoding);
            at_once.decode(text, whole);
            at_once.finish(whole);
            std::string pieces;
            Decoder in_pieces(encoding);
            in_random_pieces(random, text,
                             [&](std::string_view piece) { in_pieces.decode(piece, pieces); });
            in_pieces.finish(pieces);
            BOOST_REQUIRE_EQUAL(pieces, whole);
        }
    }
}

BOOST_AUTO_TEST_CASE(uuencode_is_undone_as_posix_has_it) {
    std::string bytes;
    append_uudecoded("#8V%T", bytes);
    append_uudecoded("!80", bytes);  // blanks at its end were lost
    append_uudecoded("`", bytes);
    BOOST_TEST(bytes == "cata");
    BOOST_TEST(is_uuencoded("#8V%T"));
    BOOST_TEST(!is_uuencoded("hello world"));
    BOOST_TEST(!is_uuencoded(""));
}

BOOST_AUTO_TEST_CASE(charsets_do_not_depend_on_how_they_are_cut) {
    std::mt19937 random(2);
    for (const char* charset : {"utf-8", "iso-2022-jp", "utf-16le", "utf-7", "gb18030", "big5"}) {
        for (int i = 0; i < 500; ++i) {
            // Whole enough for the first piece to decide as the whole would.
            const std::string text = random_text(random, "a\x1b$B(J\xe3\x81\x82+-\x30\xd8\x3d", 40);
            std::string pieces;
            ToUtf8 to_utf8(charset);
            in_random_pieces(random, text, [&](std::string_view piece) {
                to_utf8.convert(piece, false, pieces);
            });
            to_utf8.convert("", true, pieces);
            BOOST_REQUIRE_EQUAL(pieces, spillway::mail::to_utf8(text, charset));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_range_of_an_encoded_part_is_read_alone) {
    const std::string sent = "YWJjZGVmZ2hp";  // abcdefghi
    const auto read = [&](std::size_t begin, std::size_t end) {
        return beginning_of(
            {.sent = sent, .encoding = Encoding::base64, .begin = begin, .end = end}, 100);
    };
    BOOST_TEST(read(0, 9) == "abcdefghi");
    BOOST_TEST(read(3, 6) == "def");
    BOOST_TEST(read(8, 100) == "i");
    BOOST_TEST(read(9, 12) == "");
    BOOST_TEST(beginning_of({.sent = sent, .begin = 4, .end = 8}, 100) == "ZGVm");
    BOOST_TEST(beginning_of({.sent = sent, .begin = 40, .end = 8}, 100) == "");
}

// Pieces are of a quarter of a megabyte: texts longer than that have words across them.
BOOST_AUTO_TEST_CASE(no_word_is_lost_where_pieces_meet) {
    for (const std::string separator : {" ", "\r\n", "\xC2\xA0", "\xE3\x80\x80"}) {
        std::string body;
        std::string expected;
        for (int i = 0; body.size() < 700'000; ++i) {
            const std::string word = "w\xC3\xB6rd" + std::to_string(i);
            body += word + separator;
            expected += (expected.empty() ? "" : separator == "\r\n" ? "\n" : " ") + word;
        }
        const std::string text =
            read_text("Content-Type: text/plain; charset=utf-8\r\n\r\n" + body, {}).text;
        BOOST_TEST((text == expected || text == expected + "\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_text_without_any_blank_is_read_whole) {
    const std::string ideographs = [] {
        std::string text;
        while (text.size() < 9'000'000) text += "\xE5\xAE\x89";
        return text;
    }();
    BOOST_TEST(
        (read_text("Content-Type: text/plain; charset=utf-8\r\n\r\n" + ideographs, {}).text ==
         ideographs));
}

BOOST_AUTO_TEST_SUITE_END()
