#include "daemon/notice_mail.h"

#include <boost/test/unit_test.hpp>

#include "mail/encoded_word.h"
#include "unit/a_notice.h"

using namespace spillway;
using namespace std::string_literals;

namespace {

daemon::NoticeMail a_mail() {
    return {.text = policy::text_of(a_notice(), {}),
            .from = "postmaster@mx.example",
            .to = {"ann@customer.example", "postmaster"},
            .message_id = "0123@mx.example",
            .pass = "abcdef",
            .date = a_notice().at};
}

policy::Template parsed(const std::string& text) {
    return policy::Template::parse(text, policy::variable_names.size()).value();
}

std::string head_of(const std::string& message) {
    return message.substr(0, message.find("\n\n") + 1);
}

std::size_t longest_line(const std::string& message) {
    std::size_t longest = 0;
    for (std::size_t begin = 0, end = 0; end != message.npos; begin = end + 1) {
        end = message.find('\n', begin);
        longest = std::max(longest, std::min(end, message.size()) - begin);
    }
    return longest;
}

// Names of the fields, folded lines left out.
std::string fields_of(const std::string& message) {
    std::string names;
    const std::string head = head_of(message);
    for (std::size_t begin = 0; begin < head.size(); begin = head.find('\n', begin) + 1)
        if (head[begin] != ' ') names += head.substr(begin, head.find(':', begin) - begin) + " ";
    return names;
}

const std::string all_fields =
    "Date From To Subject Message-ID Auto-Submitted X-Spillway-Notice MIME-Version Content-Type "
    "Content-Transfer-Encoding ";

}  // namespace

BOOST_AUTO_TEST_CASE(a_notice_is_a_message_that_no_robot_answers) {
    BOOST_TEST(head_of(written(a_mail())) ==
               "Date: Mon, 23 Nov 2026 00:00:00 +0000\n"
               "From: postmaster@mx.example\n"
               "To: ann@customer.example,\n postmaster\n"
               "Subject: customer.example: 80% of sending limit domain-hour is used\n"
               "Message-ID: <0123@mx.example>\n"
               "Auto-Submitted: auto-generated\n"
               "X-Spillway-Notice: abcdef\n"
               "MIME-Version: 1.0\n"
               "Content-Type: text/plain; charset=utf-8\n"
               "Content-Transfer-Encoding: 7bit\n");
}

BOOST_AUTO_TEST_CASE(words_of_any_language_are_said_as_such) {
    auto mail = a_mail();
    mail.text = {.subject = "Größe %", .body = "Schöne Grüße\n"};
    const std::string message = written(mail);
    BOOST_TEST(message.find("Subject: =?utf-8?B?R3LDtsOfZSAl?=\n") != std::string::npos);
    BOOST_TEST(message.find("Content-Transfer-Encoding: 8bit\n") != std::string::npos);
    BOOST_TEST(message.ends_with("\n\nSchöne Grüße\n"));
}

BOOST_AUTO_TEST_CASE(no_line_is_longer_than_a_message_may_have) {
    auto mail = a_mail();
    std::string euros;
    for (int i = 0; i < 2000; ++i) euros += "€";
    const std::string longest(5000, 'y');
    mail.text = {.subject = longest, .body = longest};
    mail.text.body += "\n" + euros;
    for (int i = 0; i < 100; ++i) mail.to.push_back("someone" + std::to_string(i) + "@a.example");
    const std::string message = written(mail);
    BOOST_TEST(longest_line(message) <= 998U);
    BOOST_TEST(longest_line(head_of(message)) <= 998U);
    std::string joined = message.substr(message.find("\n\n") + 2);
    std::erase(joined, '\n');
    BOOST_TEST(joined == longest + euros);  // no character was cut in two
}

BOOST_AUTO_TEST_CASE(no_name_makes_a_field_or_a_line_of_its_own) {
    const std::string evil = "x\r\nBcc: victim@else.example\n\nbody\0\x1b[31m\xff=?utf-8?Q?=0A?="s;
    auto notice = a_notice();
    for (std::string* name :
         {&notice.limit, &notice.scope, &notice.who, &notice.account, &notice.user, &notice.domain,
          &notice.sender, &notice.queue_id, &notice.unit, &notice.window, &notice.zone})
        *name = evil;
    const policy::NoticeForm form{.from = "",
                                  .subject = parsed("%{who} %{limit} %{sender} %{user} %{window}"),
                                  .text = parsed("%{who} %{account} %{queue-id} %{unit}")};
    auto mail = a_mail();
    mail.text = policy::text_of(notice, form);
    const std::string message = written(mail);
    BOOST_TEST(fields_of(message) == all_fields);
    BOOST_TEST(message.find("\nBcc") == std::string::npos);
    BOOST_TEST(message.find('\r') == std::string::npos);
    BOOST_TEST(message.find('\0') == std::string::npos);
    const std::string body = message.substr(message.find("\n\n") + 2);
    BOOST_TEST(std::count(body.begin(), body.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(a_text_file_of_any_system_gives_clean_lines) {
    auto mail = a_mail();
    mail.text.body = "one\r\ntwo\0\nthree \xff"s;
    BOOST_TEST(written(mail).ends_with("\n\none\ntwo\nthree \uFFFD\n"));
    mail.text.body = "";
    BOOST_TEST(written(mail).ends_with("7bit\n\n"));
}
