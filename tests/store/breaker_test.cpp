#include "store/breaker.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::store;
using namespace std::chrono_literals;
using Permit = Breaker::Permit;

namespace {

const Breaker::Time start{100s};

// A breaker that has just opened.
struct Opened {
    Breaker breaker;
    Opened() {
        for (int i = 1; i < Breaker::failures_to_open; ++i)
            BOOST_TEST(!breaker.failed(breaker.ask(start), start));
        BOOST_TEST(breaker.failed(breaker.ask(start), start));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(breaker)

BOOST_AUTO_TEST_CASE(five_failures_in_a_row_open_it) {
    Opened opened;
    BOOST_TEST(opened.breaker.is_open());
    BOOST_TEST((opened.breaker.ask(start + 1999ms) == Permit::none));
}

BOOST_AUTO_TEST_CASE(a_success_in_between_starts_the_row_anew) {
    Breaker breaker;
    for (int round = 0; round < 10; ++round) {
        for (int i = 1; i < Breaker::failures_to_open; ++i)
            BOOST_TEST(!breaker.failed(breaker.ask(start), start));
        BOOST_TEST(!breaker.succeeded(Permit::call));
    }
    BOOST_TEST((breaker.ask(start) == Permit::call));
}

BOOST_AUTO_TEST_CASE(one_call_probes_after_two_seconds_and_no_other) {
    Opened opened;
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::probe));
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::none));
    BOOST_TEST((opened.breaker.ask(start + 60s) == Permit::none));
}

BOOST_AUTO_TEST_CASE(a_good_probe_closes_it) {
    Opened opened;
    opened.breaker.ask(start + 2s);
    BOOST_TEST(opened.breaker.succeeded(Permit::probe));
    BOOST_TEST(!opened.breaker.succeeded(Permit::call));
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::call));
}

BOOST_AUTO_TEST_CASE(a_bad_probe_waits_another_two_seconds) {
    Opened opened;
    const Permit probe = opened.breaker.ask(start + 3s);
    BOOST_TEST(!opened.breaker.failed(probe, start + 4s));
    BOOST_TEST((opened.breaker.ask(start + 5s) == Permit::none));
    BOOST_TEST((opened.breaker.ask(start + 6s) == Permit::probe));
}

// A reply that was under way when Redis died used to close the breaker of a dead Redis.
BOOST_AUTO_TEST_CASE(calls_begun_before_it_opened_change_nothing) {
    Opened opened;
    BOOST_TEST(!opened.breaker.succeeded(Permit::call));
    BOOST_TEST(!opened.breaker.failed(Permit::call, start + 1s));
    BOOST_TEST((opened.breaker.ask(start + 1s) == Permit::none));
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::probe));
    BOOST_TEST(!opened.breaker.failed(Permit::call, start + 2s));
    BOOST_TEST((opened.breaker.ask(start + 4s) == Permit::none));  // the probe is still out
}

BOOST_AUTO_TEST_CASE(calls_that_were_not_made_say_nothing_and_end_a_probe) {
    Breaker closed;
    for (int i = 0; i < 2 * Breaker::failures_to_open; ++i) closed.not_made(closed.ask(start));
    BOOST_TEST(!closed.is_open());

    Opened opened;
    opened.breaker.not_made(opened.breaker.ask(start + 2s));
    BOOST_TEST(opened.breaker.is_open());
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::probe));
    opened.breaker.not_made(Permit::call);
    BOOST_TEST((opened.breaker.ask(start + 2s) == Permit::none));  // the probe is still out
}

BOOST_AUTO_TEST_CASE(a_new_row_begins_after_a_good_probe) {
    Opened opened;
    opened.breaker.succeeded(opened.breaker.ask(start + 2s));
    BOOST_TEST(!opened.breaker.failed(Permit::call, start + 3s));
    BOOST_TEST(!opened.breaker.is_open());
}

BOOST_AUTO_TEST_SUITE_END()
