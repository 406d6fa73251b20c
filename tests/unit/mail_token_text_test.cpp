#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "mail/token_text.h"

using namespace spillway::mail;

namespace {

// As many hidden bytes as the head says, of any value.
std::string some_token(std::size_t hidden, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string bytes(token_head_bytes + hidden + token_rest_bytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    bytes[token_head_bytes - 2] = static_cast<char>(hidden >> 8);
    bytes[token_head_bytes - 1] = static_cast<char>(hidden & 0xff);
    return bytes;
}

const std::string bytes = some_token(96);
const std::string text = token_text(bytes);

// The one token of a text, or "" unless there is exactly one and it is complete.
std::string only_token_in(std::string_view copied) {
    const auto found = tokens_in(copied);
    return found.size() == 1 && found.front().complete ? found.front().bytes : "";
}

std::string replaced(std::string all, std::string_view what, std::string_view with) {
    for (std::size_t at = all.find(what); at != all.npos; at = all.find(what, at + with.size()))
        all.replace(at, what.size(), with);
    return all;
}

// A line end and `with` behind every so many characters.
std::string broken(const std::string& whole, std::size_t every, const std::string& with) {
    std::string out;
    for (std::size_t at = 0; at < whole.size(); at += every) {
        if (at > 0) out += with;
        out += whole.substr(at, every);
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_token_text)

BOOST_AUTO_TEST_CASE(base64_of_any_bytes_is_undone) {
    std::mt19937 random(7);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string any(size, '\0');
        for (char& byte : any) byte = static_cast<char>(random());
        const std::string coded = to_base64_url(any);
        BOOST_TEST(from_base64_url(coded) == any);
        BOOST_TEST(coded.find_first_of("+/=") == coded.npos);
    }
    BOOST_TEST(to_base64_url("\xfb\xff\xbf") == "-_-_");
}

BOOST_AUTO_TEST_CASE(a_token_is_atoms_and_blanks_as_a_feedback_id_wants) {
    BOOST_TEST(text.starts_with("SPW1:"));
    for (const char c : text.substr(5)) {
        const bool fits = c == ' ' || c == '-' || c == '_' || (c >= '0' && c <= '9') ||
                          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        BOOST_TEST(fits);
    }
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    BOOST_TEST(longest == 69U);
}

BOOST_AUTO_TEST_CASE(a_token_is_found_however_its_lines_were_broken) {
    BOOST_TEST(only_token_in(text) == bytes);
    for (const char* with : {"\r\n ", "\n\t", "\n", "\n> ", "\n>> ", "\r\n> > ", "=\r\n", "=\n",
                             "= \n", "\n| ", " ", "\n>"})
        for (const std::size_t every : {7, 30, 76})
            BOOST_TEST(only_token_in("X-Id: " + broken(text, every, with) + "\nSubject: no\n") ==
                       bytes);
}

BOOST_AUTO_TEST_CASE(what_follows_a_token_is_not_taken_for_it) {
    BOOST_TEST(only_token_in(text + "AAAA") == bytes);
    BOOST_TEST(only_token_in(text + "\nSubject: hello") == bytes);
    BOOST_TEST(only_token_in("<" + text + ">") == bytes);
}

BOOST_AUTO_TEST_CASE(all_tokens_are_found) {
    const std::string other = some_token(48, 2);
    const auto found = tokens_in(text + "\n" + token_text(other) + "\n" + text);
    BOOST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found[1].bytes == other);
    BOOST_TEST(found[2].bytes == bytes);
}

BOOST_AUTO_TEST_CASE(every_cut_is_told) {
    const auto whole = text.size();
    for (std::size_t size = token_mark.size(); size < whole; ++size) {
        const auto found = tokens_in(text.substr(0, size));
        BOOST_REQUIRE(found.size() == 1U);
        BOOST_TEST(!found.front().complete);
        BOOST_TEST(bytes.starts_with(found.front().bytes));
    }
    BOOST_TEST(tokens_in(text.substr(0, 4)).empty());
    BOOST_TEST(tokens_in("").empty());
}

BOOST_AUTO_TEST_CASE(a_head_that_promises_too_much_is_not_waited_for) {
    std::string greedy = bytes;
    greedy[token_head_bytes - 2] = '\xff';
    const auto found = tokens_in(token_text(greedy) + std::string(100'000, 'A'));
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(!found.front().complete);
}

BOOST_AUTO_TEST_CASE(the_field_is_named_where_the_token_stands_in_one) {
    const auto field = [](const std::string& copied) { return tokens_in(copied).at(0).field; };
    BOOST_TEST(field("X-Spillway-Abuse-ID: " + text) == "x-spillway-abuse-id");
    BOOST_TEST(field("From: a\n> x-spillway-abuse-id: " + text) == "x-spillway-abuse-id");
    BOOST_TEST(field("A: b\r\nCFBL-Feedback-ID:\r\n " + text) == "cfbl-feedback-id");
    BOOST_TEST(field(">> CFBL-Feedback-ID: \n>> " + text) == "cfbl-feedback-id");
    BOOST_TEST(field("please look at " + text) == "");
    BOOST_TEST(field("Dear all:\n\nplease look\n" + text) == "");
    BOOST_TEST(field("\n" + text) == "");
}

BOOST_AUTO_TEST_CASE(a_text_full_of_marks_is_read_in_linear_time) {
    std::string marks;
    for (int i = 0; i < 200'000; ++i) marks += token_mark;
    BOOST_TEST(tokens_in(marks).size() == 200'000U);
    BOOST_TEST(tokens_in(replaced(marks, ":", ":\n")).size() == 200'000U);
}

BOOST_AUTO_TEST_SUITE_END()
