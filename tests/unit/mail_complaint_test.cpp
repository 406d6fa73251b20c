#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "mail/complaint.h"

using namespace spillway::mail;

namespace {

std::string some_bytes(char fill) {
    std::string bytes(token_head_bytes + 96 + token_rest_bytes, fill);
    bytes[token_head_bytes - 2] = 0;
    bytes[token_head_bytes - 1] = 96;
    return bytes;
}

const std::string bytes = some_bytes('\xfa');
const std::string text = token_text(bytes);
const std::string field = "X-Spillway-Abuse-ID: " + text;

Complaint read(std::string_view complaint) { return read_complaint(complaint, {}); }

bool finds_it(std::string_view complaint) {
    const auto tokens = read(complaint).tokens;
    return tokens.size() == 1 && tokens.front().complete && tokens.front().bytes == bytes;
}

// As senders of quoted-printable may write it: every character that is no letter escaped, and a
// soft line break in the middle of an escape's neighbours.
std::string escaped(std::string_view plain) {
    std::string out;
    std::size_t column = 0;
    for (const char c : plain) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\n';
        std::string piece(1, c);
        if (!letter) {
            constexpr char hex[] = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            piece = {'=', hex[byte >> 4], hex[byte & 15]};
        }
        if (column + piece.size() > 70) {
            out += "=\r\n";
            column = 0;
        }
        out += piece;
        column = c == '\n' ? 0 : column + piece.size();
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_complaint)

BOOST_AUTO_TEST_CASE(a_token_is_found_in_all_that_people_send) {
    const std::string letter = "From: a@b.example\n" + field + "\nSubject: x\n\nbody\n";
    BOOST_TEST(finds_it(text));
    BOOST_TEST(finds_it(field));
    BOOST_TEST(finds_it(letter));
    BOOST_TEST(finds_it("Subject: spam\n\nLook:\n\n> From: x\n> " + field + "\n> Subject: x\n"));
    BOOST_TEST(
        finds_it("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSpam!\n--b\n"
                 "Content-Type: message/rfc822\n\n" +
                 letter + "\n--b--\n"));
    BOOST_TEST(finds_it("Content-Type: text/html\n\n<p>X-Spillway-Abuse-ID:<br>" +
                        text.substr(0, 40) + "<br>\n" + text.substr(40, 60) + "<span> </span>" +
                        text.substr(100) + "</p>"));
}

BOOST_AUTO_TEST_CASE(a_token_is_found_under_every_transfer_encoding) {
    const std::string head = "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: ";
    BOOST_TEST(finds_it(head + "quoted-printable\n\n" + escaped(field)));
    BOOST_TEST(finds_it("copied without decoding:\n\n" + escaped(field)));
    std::string base64 = to_base64_url("To: x\n" + field + "\n\n");
    for (char& c : base64) c = c == '-' ? '+' : c == '_' ? '/' : c;
    for (std::size_t at = 70; at < base64.size(); at += 71) base64.insert(at, "\n");
    BOOST_TEST(finds_it(head + "base64\n\n" + base64));
    BOOST_TEST(
        finds_it("Content-Type: application/octet-stream; name=\"mail.eml\"\n"
                 "Content-Transfer-Encoding: base64\n\n" +
                 base64));
    BOOST_TEST(
        finds_it("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64));
}

BOOST_AUTO_TEST_CASE(the_field_is_told_though_only_one_form_shows_it) {
    const auto tokens = read(
                            "Content-Type: text/plain\nContent-Transfer-Encoding: "
                            "quoted-printable\n\n" +
                            escaped(field))
                            .tokens;
    BOOST_REQUIRE(tokens.size() == 1U);
    BOOST_TEST(tokens.front().field == "x-spillway-abuse-id");
}

BOOST_AUTO_TEST_CASE(different_tokens_stay_apart_and_a_cut_one_is_told) {
    const std::string other = token_text(some_bytes('\x17'));
    BOOST_TEST(read(field + "\n\n" + other + "\n" + text).tokens.size() == 2U);
    const auto cut = read(field.substr(0, 100)).tokens;
    BOOST_REQUIRE(cut.size() == 1U);
    BOOST_TEST(!cut.front().complete);
    BOOST_TEST(finds_it(field.substr(0, 100) + "\n\nagain:\n" + text));
    BOOST_TEST(read("nothing\n").tokens.empty());
    BOOST_TEST(read("").tokens.empty());
}

BOOST_AUTO_TEST_CASE(the_ids_of_all_messages_in_it_are_known) {
    const std::vector<std::string> wanted{"<outer@x>", "<inner@y>", "<quoted@z>"};
    const auto found = read(
                           "MESSAGE-ID: <outer@x>\nMessage-Id: none\n\nMessage-ID:\n <inner\n @y>\n"
                           "> message-id: <quoted@z>\nMessage-ID: <outer@x>\n")
                           .message_ids;
    BOOST_TEST(found == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mailbox_is_many_messages_and_a_letter_is_one) {
    const auto two = messages_of(
        "From a b\r\nSubject: 1\r\n\r\nHi\r\nFrom me\r\n\r\n"
        "From c d\r\nSubject: 2\r\n\r\n>From you\r\n");
    BOOST_REQUIRE(two.size() == 2U);
    BOOST_TEST(two[0] == "Subject: 1\r\n\r\nHi\r\nFrom me\r\n\r\n");
    BOOST_TEST(two[1] == "Subject: 2\r\n\r\n>From you\r\n");
    BOOST_TEST(messages_of("From: a\n\nFrom here\n\nFrom there\n").size() == 1U);
    BOOST_TEST(messages_of("").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_tokens_takes_bounded_time) {
    std::string flood;
    for (int i = 0; i < 20'000; ++i)
        flood += token_text(some_bytes('\x17')).replace(60, 5, std::to_string(10'000 + i)) + "\n";
    BOOST_TEST(read(flood).tokens.size() == 20'000U);
    std::string marks;
    for (int i = 0; i < 20'000; ++i) marks += "SPW1:" + std::to_string(10'000 + i) + "\n";
    BOOST_TEST(read(marks).tokens.size() == 1000U);
    BOOST_TEST(read(flood + marks + text).tokens.at(20'000).bytes == bytes);
}

BOOST_AUTO_TEST_SUITE_END()
