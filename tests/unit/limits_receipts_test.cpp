// What is charged, and taken back when the message did not leave.
#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {10, 10, 10}};

Call message(std::string id, std::int64_t cost = 3) {
    return call_of({hourly("hourly:user:ann", cost), with_rate("daily:user:ann", cost, days)},
                   std::move(id));
}

bool is_granted(MemoryCounters& counters, const Call& call, Time now) {
    return all_granted(counters.charge(call, now).answers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(receipts)

BOOST_AUTO_TEST_CASE(a_message_that_left_stays_charged) {
    MemoryCounters counters;
    const Outcome outcome = counters.charge(message("m"), noon);
    BOOST_TEST(!outcome.receipt.token.empty());
    counters.settle(outcome.receipt, true, noon);
    counters.settle(outcome.receipt, false, noon);
    BOOST_TEST(used(counters, "hourly:user:ann", noon) == 3);
    BOOST_TEST(is_granted(counters, message("m"), noon + 1min));
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 1min) == 6);
}

BOOST_AUTO_TEST_CASE(a_message_that_did_not_leave_is_taken_back_from_where_it_was_counted) {
    MemoryCounters counters;
    BOOST_TEST(is_granted(counters, message("old"), noon));
    const Outcome outcome = counters.charge(message("m", 4), noon + 10min);
    BOOST_TEST(is_granted(counters, message("new"), noon + 20min));
    counters.settle(outcome.receipt, false, noon + 30min);
    counters.settle(outcome.receipt, false, noon + 30min);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 60min) == 6);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 61min) == 3);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 80min) == 3);
    BOOST_TEST(used(counters, "daily:user:ann", noon + 80min) == 6);
}

BOOST_AUTO_TEST_CASE(what_counts_no_more_is_not_taken_back_from_what_came_after) {
    MemoryCounters counters;
    const Outcome outcome = counters.charge(message("m", 4), noon + 23h);
    BOOST_TEST(is_granted(counters, message("n", 5), noon + 25h));
    counters.settle(outcome.receipt, false, noon + 25h);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 25h) == 5);
    BOOST_TEST(used(counters, "daily:user:ann", noon + 25h) == 5);
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_back_below_zero) {
    MemoryCounters counters;
    const Outcome outcome = counters.charge(message("m", 4), noon);
    BOOST_TEST(counters.reset("hourly:user:ann"));
    BOOST_TEST(granted(counters, hourly("hourly:user:ann", 1), noon));
    counters.settle(outcome.receipt, false, noon);
    BOOST_TEST(used(counters, "hourly:user:ann", noon) == 0);
    BOOST_TEST(granted(counters, hourly("hourly:user:ann", 10), noon));
}

BOOST_AUTO_TEST_CASE(a_pace_is_taken_back_as_far_as_it_has_not_run_off) {
    MemoryCounters counters;
    const auto paced = [](const std::string& id) {
        return call_of({with_rate("pace:user:ann", 1, Pacing{5, 8s})}, id);
    };
    const Outcome first = counters.charge(paced("first"), noon);
    const Outcome second = counters.charge(paced("second"), noon + 2s);
    counters.settle(first.receipt, false, noon + 4s);
    BOOST_TEST(used(counters, "pace:user:ann", noon + 4s) == 1);
    counters.settle(second.receipt, false, noon + 5s);
    BOOST_TEST(used(counters, "pace:user:ann", noon + 5s) == 0);
}

BOOST_AUTO_TEST_CASE(a_try_that_was_never_answered_is_taken_back_before_the_next) {
    MemoryCounters counters;
    BOOST_TEST(is_granted(counters, message("m", 9), noon));
    for (int i = 1; i < 10; ++i) {
        const auto outcome = counters.charge(message("m", 9), noon + i * 5s);
        BOOST_TEST(std::get<Granted>(outcome.answers[0]).used == 9);
    }
    BOOST_TEST(used(counters, "daily:user:ann", noon) == 9);
}

BOOST_AUTO_TEST_CASE(a_young_try_may_be_another_message_of_the_same_text) {
    MemoryCounters counters;
    BOOST_TEST(is_granted(counters, message("m"), noon));
    BOOST_TEST(is_granted(counters, message("m"), noon + 5s - 1ms));
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 5s) == 6);
    BOOST_TEST(is_granted(counters, message("m"), noon + 5s));
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 5s) == 6);
}

BOOST_AUTO_TEST_CASE(a_refused_try_has_taken_the_earlier_one_back) {
    MemoryCounters counters;
    BOOST_TEST(is_granted(counters, message("m", 9), noon));
    BOOST_TEST(!is_granted(counters, message("m", 11), noon + 1min));
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 1min) == 0);
}

BOOST_AUTO_TEST_CASE(tries_are_of_one_message_of_one_account) {
    MemoryCounters counters;
    BOOST_TEST(is_granted(counters, message("m"), noon));
    BOOST_TEST(is_granted(counters, message("n"), noon + 1min));
    Call other = call_of({hourly("hourly:user:bob", 1)}, "m");
    other.charges[0].account = "other";
    BOOST_TEST(is_granted(counters, other, noon + 1min));
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 1min) == 6);
}

BOOST_AUTO_TEST_CASE(what_charges_nothing_leaves_no_receipt) {
    MemoryCounters counters;
    BOOST_TEST(counters.charge(call_of({}, "m"), noon).receipt.token.empty());
    BOOST_TEST(counters.charge(message("m", 0), noon).receipt.token.empty());
    BOOST_TEST(counters.charge(message("", 1), noon).receipt.token.empty());
    BOOST_TEST(counters.charge(message("m", 11), noon).receipt.token.empty());
    const auto changes = counters.changes();
    for (const char* token : {"", "0", "7", "x", "99999999999999999999", "-1"})
        counters.settle({token, {}}, false, noon);
    BOOST_TEST(counters.changes() == changes);
}

BOOST_AUTO_TEST_CASE(receipts_are_forgotten_when_no_client_tries_again) {
    MemoryCounters counters;
    const Outcome outcome = counters.charge(message("m"), noon);
    for (int i = 0; i < 3000; ++i)
        granted(counters, hourly("hourly:user:bob", 0), noon + Counters::open_receipts_kept);
    counters.settle(outcome.receipt, false, noon + Counters::open_receipts_kept);
    BOOST_TEST(used(counters, "daily:user:ann", noon + 7h) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
