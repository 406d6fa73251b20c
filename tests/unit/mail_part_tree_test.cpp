// All parts of a message as they are labelled.
#include <boost/test/unit_test.hpp>

#include <string>

#include "mail/part_tree.h"

using namespace spillway::mail;

namespace {

const ReadingLimits usual;

// "path types" of each part, in order.
std::string outline(std::string_view message, const ReadingLimits& limits = usual) {
    std::string text;
    for (const LabelledPart& part : part_tree_of(message, limits).labels) {
        text += "[" + part.path;
        for (const std::string& type : part.types) text += " " + type;
        text += "]";
    }
    return text;
}

constexpr const char* nested =
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    "--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x\r\n--b--\r\n"
    "--a\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: text/csv\r\n\r\na,b\r\n--a--\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(parts_stand_before_their_own_and_are_counted_as_in_imap) {
    BOOST_TEST(outline(nested) ==
               "[ multipart/mixed][1 multipart/alternative][1.1 text/plain][1.2 text/html]"
               "[2 message/rfc822][2 text/csv]");
}

BOOST_AUTO_TEST_CASE(a_message_without_parts_is_its_first) {
    BOOST_TEST(outline("Subject: x\r\n\r\nhello") == "[1 text/plain]");
    BOOST_TEST(outline("") == "[1 text/plain]");
}

BOOST_AUTO_TEST_CASE(all_that_a_part_says_of_itself_is_told) {
    const std::string message =
        "Content-Type: text/plain; charset=latin1; name=\"a.txt\"\r\n"
        "Content-Type: image/png; charset=x\r\n"
        "Content-Transfer-Encoding: BASE64\r\n"
        "Content-Disposition: Attachment; filename=b.png\r\n\r\nAAAA";
    const PartTree tree = part_tree_of(message, usual);
    BOOST_REQUIRE(tree.labels.size() == 1u);
    const LabelledPart& part = tree.labels.front();
    const auto same = boost::test_tools::per_element();
    BOOST_TEST(part.types == (std::vector<std::string>{"text/plain", "image/png"}), same);
    BOOST_TEST(part.charsets == (std::vector<std::string>{"latin1", "x"}), same);
    BOOST_TEST(part.encodings == (std::vector<std::string>{"base64"}), same);
    BOOST_TEST(part.dispositions == (std::vector<std::string>{"attachment"}), same);
    BOOST_TEST(part.names == (std::vector<std::string>{"b.png", "a.txt"}), same);
    BOOST_TEST(part.body == "AAAA");
}

BOOST_AUTO_TEST_CASE(the_parts_are_those_that_rules_see) {
    const PartTree tree = part_tree_of(nested, usual);
    const Parts parts = parts_of(nested, usual);
    BOOST_REQUIRE(tree.parts.texts.size() == parts.texts.size());
    for (std::size_t i = 0; i < parts.texts.size(); ++i) {
        BOOST_TEST(tree.parts.texts[i].path == parts.texts[i].path);
        BOOST_TEST(tree.parts.texts[i].body == parts.texts[i].body);
    }
    BOOST_TEST(tree.parts.files.size() == parts.files.size());
}

BOOST_AUTO_TEST_CASE(bodies_of_encoded_messages_stay_where_they_are) {
    // "Content-Type: text/csv\n\na,b\n"
    const PartTree tree = part_tree_of(
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "Q29udGVudC1UeXBlOiB0ZXh0L2NzdgoKYSxiCg==\r\n",
        usual);
    BOOST_REQUIRE(tree.labels.size() == 2u);
    BOOST_TEST(tree.labels.back().body == "a,b\n");
}

BOOST_AUTO_TEST_CASE(limits_end_the_tree_as_they_end_the_reading) {
    ReadingLimits few;
    few.parts = 3;
    const PartTree tree = part_tree_of(nested, few);
    BOOST_TEST(tree.labels.size() == 3u);
    BOOST_TEST(tree.parts.incomplete.has_value());
}
