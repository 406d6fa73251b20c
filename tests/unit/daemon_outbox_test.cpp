// When what is tried, and by which name our own mail is known: with time given as values.
#include "daemon/outbox.h"

#include <boost/test/unit_test.hpp>

#include "daemon/notice_names.h"
#include "daemon/notices.h"

using namespace spillway;
using namespace std::chrono_literals;
using daemon::Outbox;

namespace {

const Outbox::Time start{1000s};

daemon::Delivery delivery(const std::string& id) {
    daemon::Delivery made;
    made.id = id;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_came_first_is_taken_first) {
    Outbox outbox(10, {});
    BOOST_TEST((outbox.next() == std::nullopt));
    for (const char* id : {"a", "b", "c"}) BOOST_TEST(outbox.add(delivery(id), start));
    BOOST_TEST((outbox.next() == start));
    for (const char* id : {"a", "b", "c"}) BOOST_TEST(outbox.take().id == id);
    BOOST_TEST(outbox.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_outbox_takes_no_more) {
    Outbox outbox(2, {1s});
    BOOST_TEST(outbox.add(delivery("a"), start));
    BOOST_TEST(outbox.add(delivery("b"), start));
    BOOST_TEST(!outbox.add(delivery("c"), start));
    outbox.take();
    BOOST_TEST(outbox.add(delivery("d"), start));
}

BOOST_AUTO_TEST_CASE(failures_are_tried_again_with_growing_pauses_and_then_no_more) {
    Outbox outbox(1, {1s, 10s, 100s});
    outbox.add(delivery("a"), start);
    auto now = start;
    for (const auto pause : {1s, 10s, 100s}) {
        const auto again = outbox.add_again(outbox.take(), now);
        BOOST_TEST((again == now + pause));
        BOOST_TEST((outbox.next() == again));
        now = *again;
    }
    BOOST_TEST((outbox.add_again(outbox.take(), now) == std::nullopt));
    BOOST_TEST(outbox.size() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_waits_holds_up_no_other) {
    Outbox outbox(10, {60s});
    outbox.add(delivery("a"), start);
    outbox.add_again(outbox.take(), start);
    outbox.add(delivery("b"), start + 1s);
    BOOST_TEST(outbox.take().id == "b");
    BOOST_TEST((outbox.next() == start + 60s));
}

BOOST_AUTO_TEST_CASE(the_usual_pauses_grow_and_end_within_the_hour) {
    const auto pauses = daemon::Notices::Means{}.pauses;
    BOOST_TEST(std::is_sorted(pauses.begin(), pauses.end()));
    std::chrono::milliseconds sum{};
    for (const auto pause : pauses) sum += pause;
    BOOST_TEST((sum > 45min && sum <= 1h));
}

BOOST_AUTO_TEST_CASE(a_name_lets_one_message_through_within_a_quarter_of_an_hour) {
    daemon::NoticeNames names;
    const std::string one = names.fresh(start);
    const std::string two = names.fresh(start);
    BOOST_TEST(one.size() == 32U);
    BOOST_TEST(one.find_first_not_of("0123456789abcdef") == std::string::npos);
    BOOST_TEST(one != two);
    BOOST_TEST(!names.take("", start));
    BOOST_TEST(!names.take(one.substr(1), start));
    BOOST_TEST(names.take(one, start + 15min - 1s));
    BOOST_TEST(!names.take(one, start + 15min - 1s));
    BOOST_TEST(!names.take(two, start + 15min));
}

BOOST_AUTO_TEST_CASE(names_do_not_pile_up) {
    daemon::NoticeNames names;
    const std::string first = names.fresh(start);
    const std::string second = names.fresh(start + 1s);
    for (std::size_t i = 0; i < daemon::NoticeNames::most - 1; ++i) names.fresh(start + 2s);
    BOOST_TEST(!names.take(first, start + 2s));
    BOOST_TEST(names.take(second, start + 2s));
}
