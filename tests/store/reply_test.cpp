// What replies of Redis mean, and which bytes are replies.

#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "store/connection.h"
#include "store/error_reply.h"
#include "store/fetched.h"
#include "store/in_turn.h"
#include "store/slots.h"

using namespace spillway::store;
using namespace std::chrono_literals;

namespace {

// The one whole reply of these bytes.
Reply reply_of(const std::string& bytes) {
    Reader reader;
    reader.feed(bytes);
    auto reply = reader.next();
    BOOST_REQUIRE(reply.has_value());
    BOOST_REQUIRE(*reply);
    return *std::move(reply);
}

ReplyKind kind_of_error(const std::string& text) { return kind_of(*reply_of("-" + text + "\r\n")); }

std::string place_in(const std::string& error) {
    const auto place = redirection(*reply_of("-" + error + "\r\n"), Endpoint{"10.0.0.1", 7000});
    return place ? text_of(*place) : "nowhere";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply)

BOOST_AUTO_TEST_CASE(a_reply_may_come_in_any_pieces) {
    const std::string bytes = "*3\r\n:7\r\n$3\r\na\r\n\r\n*1\r\n$-1\r\n+PONG\r\n";
    Reader reader;
    std::vector<Reply> replies;
    for (const char byte : bytes) {
        reader.feed({&byte, 1});
        auto next = reader.next();
        BOOST_REQUIRE(next.has_value());
        if (*next) replies.push_back(*std::move(next));
    }
    BOOST_REQUIRE(replies.size() == 2u);
    BOOST_TEST(replies[0]->elements == 3u);
    BOOST_TEST(text_of(*replies[0]->element[1]) == "a\r\n");
    BOOST_TEST(replies[0]->element[2]->element[0]->type == REDIS_REPLY_NIL);
    BOOST_TEST(text_of(*replies[1]) == "PONG");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_reply_are_an_error_for_good) {
    Reader reader;
    reader.feed("220 mail.example ESMTP\r\n");
    BOOST_TEST(!reader.next().has_value());
    reader.feed("+PONG\r\n");
    BOOST_TEST(!reader.next().has_value());
}

// hiredis would reserve 16 GB.
BOOST_AUTO_TEST_CASE(an_array_of_absurd_length_is_no_reply) {
    Reader reader;
    reader.feed("*2000000000\r\n");
    BOOST_TEST(!reader.next().has_value());
    BOOST_TEST(reply_of("*0\r\n")->elements == 0u);
}

BOOST_AUTO_TEST_CASE(a_reply_without_end_is_no_reply) {
    Reader reader;
    reader.feed("$2000000000\r\n");
    const std::string chunk(1024 * 1024, 'x');
    std::size_t fed = 0;
    for (; reader.next().has_value(); fed += chunk.size()) reader.feed(chunk);
    BOOST_TEST(fed <= Reader::most_bytes);
}

BOOST_AUTO_TEST_CASE(a_command_is_written_with_lengths) {
    std::string bytes;
    append_command(bytes, {"SET", "a b", std::string("\r\n\0", 3)});
    BOOST_TEST(bytes == std::string("*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\r\n\0\r\n", 31));
}

BOOST_AUTO_TEST_CASE(errors_are_told_apart_by_their_first_word) {
    BOOST_TEST((kind_of(*reply_of("+MOVED 1 a:1\r\n")) == ReplyKind::answer));
    BOOST_TEST((kind_of_error("MOVED 1 a:1") == ReplyKind::moved));
    BOOST_TEST((kind_of_error("ASK 1 a:1") == ReplyKind::ask));
    BOOST_TEST((kind_of_error("TRYAGAIN Multiple keys") == ReplyKind::try_again));
    BOOST_TEST((kind_of_error("READONLY You can't write") == ReplyKind::read_only));
    BOOST_TEST((kind_of_error("NOAUTH Authentication required.") == ReplyKind::no_login));
    BOOST_TEST((kind_of_error("LOADING Redis is loading") == ReplyKind::not_now));
    BOOST_TEST((kind_of_error("BUSY Redis is busy") == ReplyKind::not_now));
    BOOST_TEST((kind_of_error("BUSYGROUP exists") == ReplyKind::answer));
    BOOST_TEST((kind_of_error("NOSCRIPT No matching script") == ReplyKind::answer));
    BOOST_TEST((kind_of_error("ERR unknown") == ReplyKind::answer));
}

BOOST_AUTO_TEST_CASE(an_error_that_stopped_a_script_of_redis_6_is_seen_through) {
    const std::string before = "ERR Error running script (call to f_5a): @user_script:7: ";
    BOOST_TEST((kind_of_error(before + "@user_script: 7: -READONLY You can't write against a read "
                                       "only replica.") == ReplyKind::read_only));
    BOOST_TEST((kind_of_error(before + "x") == ReplyKind::answer));
}

BOOST_AUTO_TEST_CASE(a_redirection_names_a_place) {
    BOOST_TEST(place_in("MOVED 3999 127.0.0.1:6381") == "127.0.0.1:6381");
    BOOST_TEST(place_in("ASK 3999 node.example:6381") == "node.example:6381");
    BOOST_TEST(place_in("MOVED 3999 2001:db8::1:6381") == "[2001:db8::1]:6381");
    BOOST_TEST(place_in("MOVED 3999 :6381") == "10.0.0.1:6381");
    BOOST_TEST(place_in("MOVED 3999 ?:6381") == "nowhere");
    BOOST_TEST(place_in("MOVED 3999 127.0.0.1:0") == "nowhere");
    BOOST_TEST(place_in("MOVED 3999 127.0.0.1:99999") == "nowhere");
    BOOST_TEST(place_in("MOVED ") == "nowhere");
}

// The first is the check value of the specification.
BOOST_AUTO_TEST_CASE(a_key_has_the_slot_of_the_specification) {
    BOOST_TEST(slot_of("123456789") == 0x31C3u);
    BOOST_TEST(slot_of("") == 0u);
    BOOST_TEST(slot_of("{user1000}.following") == slot_of("user1000"));
    BOOST_TEST(slot_of("a{user1000}b{x}") == slot_of("user1000"));
    BOOST_TEST(slot_of("foo{}{bar}") != slot_of("bar"));
    BOOST_TEST(slot_of("foo{{bar}}zap") == slot_of("{bar"));
    BOOST_TEST(slot_of("foo{bar") != slot_of("bar"));
}

BOOST_AUTO_TEST_CASE(slots_are_ranges_with_a_master) {
    const Reply reply = reply_of(
        "*3\r\n"
        "*4\r\n:0\r\n:5460\r\n*3\r\n$8\r\n10.0.0.2\r\n:7001\r\n$1\r\na\r\n*3\r\n$8\r\n10.0.0.9\r\n"
        ":7002\r\n$1\r\nb\r\n"
        "*3\r\n:5461\r\n:5461\r\n*3\r\n$-1\r\n:7003\r\n$1\r\nc\r\n"
        "*3\r\n:5462\r\n:16383\r\n*3\r\n$1\r\n?\r\n:7003\r\n$1\r\nd\r\n");
    const auto ranges = slot_ranges(*reply, Endpoint{"10.0.0.1", 7000});
    BOOST_REQUIRE(ranges.has_value());
    BOOST_REQUIRE(ranges->size() == 2u);
    BOOST_TEST((*ranges)[0].last == 5460u);
    BOOST_TEST(text_of((*ranges)[0].master) == "10.0.0.2:7001");
    BOOST_TEST(text_of((*ranges)[1].master) == "10.0.0.1:7003");
}

BOOST_AUTO_TEST_CASE(nonsense_is_no_map_of_slots) {
    for (const char* bytes :
         {"+OK\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n",
          "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n",
          "*1\r\n*3\r\n:-1\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n",
          "*1\r\n*3\r\n:2\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n:1\r\n",
          "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n:65536\r\n"})
        BOOST_TEST(!slot_ranges(*reply_of(bytes), Endpoint{"h", 1}).has_value(), bytes);
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_goes_to_the_end_of_the_row) {
    std::vector<Endpoint> row{{"a", 1}, {"b", 1}, {"c", 1}};
    std::vector<std::string> asked;
    const auto only_c = [&](const Endpoint& host, Deadline) -> tl::expected<int, Failure> {
        asked.push_back(host.host);
        if (host.host != "c") return tl::make_unexpected(Failure{"no"});
        return 7;
    };
    const Deadline deadline = Deadline::clock::now() + 1s;
    BOOST_TEST(ask_in_turn<int>(row, deadline, only_c).value() == 7);
    BOOST_TEST(ask_in_turn<int>(row, deadline, only_c).value() == 7);
    BOOST_TEST((asked == std::vector<std::string>{"a", "b", "c", "c"}));
}

BOOST_AUTO_TEST_CASE(what_is_known_is_fetched_once_until_it_is_doubted) {
    Fetched<int> known;
    int fetches = 0;
    const auto fetch = [&]() -> tl::expected<int, Failure> { return ++fetches; };
    const Deadline deadline = Deadline::clock::now() + 1s;
    const auto first = known.get(deadline, fetch);
    BOOST_TEST(*known.get(deadline, fetch)->value == 1);
    known.doubt(first->round);
    BOOST_TEST(*known.get(deadline, fetch)->value == 2);
    known.doubt(first->round);  // too late: that is replaced
    BOOST_TEST(*known.get(deadline, fetch)->value == 2);
}

BOOST_AUTO_TEST_CASE(those_who_wait_share_what_one_fetches) {
    Fetched<int> known;
    std::atomic<int> fetches = 0;
    std::atomic<int> asking = 0;
    std::atomic<int> failed = 0;
    const auto fetch = [&]() -> tl::expected<int, Failure> {
        ++fetches;
        while (asking < 8) std::this_thread::yield();
        return tl::make_unexpected(Failure{"nobody there"});
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                ++asking;
                if (!known.get(Deadline::clock::now() + 10s, fetch)) ++failed;
            });
    }
    BOOST_TEST(failed == 8);
    BOOST_TEST(fetches <= 8);
    const auto late =
        known.get(Deadline::clock::now() + 1s, [] { return tl::expected<int, Failure>(1); });
    BOOST_TEST(late.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
