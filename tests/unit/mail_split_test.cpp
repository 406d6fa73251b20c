// Taking a message file apart: what the policy is asked about must be what the MTA would hand over.
#include "mail/split.h"

#include <boost/test/unit_test.hpp>

using spillway::mail::Header;
using spillway::mail::split_message;
using namespace std::string_literals;

namespace {

std::string told(const std::vector<Header>& headers) {
    std::string text;
    for (const Header& header : headers) text += "{" + header.name + "|" + header.value + "}";
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(line_ends_become_crlf_whatever_they_were) {
    const auto unix_like = split_message("Subject: hello\nTo: a@b.example\n\nline\nlast\n");
    BOOST_TEST(told(unix_like.headers) == "{Subject|hello}{To|a@b.example}");
    BOOST_TEST(unix_like.bytes == "Subject: hello\r\nTo: a@b.example\r\n\r\nline\r\nlast\r\n");
    const auto wire_like =
        split_message("Subject: hello\r\nTo: a@b.example\r\n\r\nline\r\nlast\r\n");
    BOOST_TEST(wire_like.bytes == unix_like.bytes);
}

BOOST_AUTO_TEST_CASE(folded_fields_keep_their_folds) {
    const auto message = split_message("Subject: one\r\n two\r\n\tthree\r\n\r\n");
    BOOST_TEST(told(message.headers) == "{Subject|one\n two\n\tthree}");
    BOOST_TEST(message.bytes == "Subject: one\r\n two\r\n\tthree\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(only_one_blank_after_the_colon_is_custom) {
    const auto message = split_message("A:x\nB:  y\nC:\tz\nD:v\n\n");
    BOOST_TEST(told(message.headers) == "{A|x}{B| y}{C|\tz}{D|v}");
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_field_begins_the_body) {
    const auto message = split_message("Subject: x\nno field here\nFrom: late@a.example\n");
    BOOST_TEST(told(message.headers) == "{Subject|x}");
    BOOST_TEST(message.bytes == "Subject: x\r\n\r\nno field here\r\nFrom: late@a.example\r\n");
    BOOST_TEST(split_message(" folded: first\n").headers.empty());
    BOOST_TEST(split_message("From\x01: a@b.example\n").headers.empty());
    BOOST_TEST(split_message(": no name\n").headers.empty());
}

BOOST_AUTO_TEST_CASE(mailbox_separators_are_left_out) {
    const auto message =
        split_message("From ann Mon Nov 23\n>From bob\nSubject: x\n\nFrom here on\n");
    BOOST_TEST(told(message.headers) == "{Subject|x}");
    BOOST_TEST(message.bytes == "Subject: x\r\n\r\nFrom here on\r\n");
    BOOST_TEST(told(split_message("From : ann@a.example\n\n").headers) == "{From|ann@a.example}");
}

// So Postfix hands them to a milter, and the daemon says the same of them as the tool.
BOOST_AUTO_TEST_CASE(blanks_before_the_colon_are_not_in_the_name) {
    const auto message = split_message("From : ann@a.example\nTo \t:b@b.example\n\n");
    BOOST_TEST(told(message.headers) == "{From|ann@a.example}{To|b@b.example}");
    BOOST_TEST(message.bytes == "From : ann@a.example\r\nTo \t:b@b.example\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(odd_bytes_are_only_bytes) {
    const auto message = split_message("Subject: a\rb\0c\xFF\n\nbare\rreturn\0\r\n"s);
    BOOST_TEST(told(message.headers) == "{Subject|a\rb\0c\xFF}"s);
    BOOST_TEST(message.bytes == "Subject: a\rb\0c\xFF\r\n\r\nbare\rreturn\0\r\n"s);
}

BOOST_AUTO_TEST_CASE(a_message_may_lack_nearly_everything) {
    BOOST_TEST(split_message("").bytes == "\r\n");
    BOOST_TEST(split_message("\n").bytes == "\r\n");
    BOOST_TEST(split_message("Subject: end").bytes == "Subject: end\r\n\r\n");
    BOOST_TEST(split_message("Subject: end\r").headers.at(0).value == "end\r");
}
