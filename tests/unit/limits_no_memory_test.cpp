// The counters while memory runs out: operator new of this program fails when a test says so.
#include "limits/memory_counters.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <new>

#include "unit/limits_asking.h"

namespace {

constexpr int never = -1;
thread_local int allocations_until_failure = never;

}  // namespace

// Not inlined: the compiler would take free() for a mismatch of new.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (allocations_until_failure != never && allocations_until_failure-- == 0)
        throw std::bad_alloc();
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace spillway::limits;

namespace {

// One of each kind, of one message, with texts beyond what std::string holds without memory.
Call each_kind() {
    const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {10, 10, 10}};
    const std::vector<std::string> recipients{"bob@elsewhere.example", "eve@elsewhere.example"};
    Call call =
        call_of({hourly("hourly:domain:customer.example", 3),
                 with_rate("daily:domain:customer.example", 3, days),
                 with_rate("pace:domain:customer.example", 1, Pacing{10, 1s}),
                 of_members(hourly("reach:domain:customer.example", 1), recipients),
                 of_members(with_rate("reach-daily:domain:customer.example", 1, days), recipients)},
                "<message-id-of-some-length@customer.example>");
    for (Charge& charge : call.charges) charge.levels = {10, 20};
    return call;
}

// Does the work with its n-th allocation failing; false when it had fewer.
template <typename Work>
bool failed_at(int n, const Work& work) {
    allocations_until_failure = n;
    work();
    const bool failed = allocations_until_failure == never;
    allocations_until_failure = never;
    return failed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_memory)

BOOST_AUTO_TEST_CASE(a_charge_without_memory_is_unavailable_and_counts_nothing) {
    const Call call = each_kind();
    int n = 0;
    for (bool failed = true; failed; ++n) {
        MemoryCounters counters;
        int told = 0;
        counters.journal_to([&told](std::string_view) { ++told; });
        Outcome outcome;
        failed = failed_at(n, [&] { outcome = counters.charge(call, noon); });
        BOOST_REQUIRE(outcome.answers.size() == call.charges.size());
        for (const Answer& answer : outcome.answers) {
            const auto* silent = std::get_if<Unavailable>(&answer);
            BOOST_TEST((silent != nullptr) == failed);
            if (silent != nullptr) BOOST_TEST(silent->why == "out of memory");
        }
        BOOST_TEST(outcome.receipt.token.empty() == failed);
        BOOST_TEST(counters.list("", 10, noon).size() == (failed ? 0u : 5u));
        BOOST_TEST(counters.changes() == (failed ? 0u : 1u));
        BOOST_TEST(told == (failed ? 0 : 1));
    }
    BOOST_TEST(n > 50);
}

BOOST_AUTO_TEST_CASE(a_record_without_memory_counts_nothing) {
    const auto charges = each_kind().charges;
    int n = 0;
    for (bool failed = true; failed; ++n) {
        MemoryCounters counters;
        failed = failed_at(n, [&] { counters.record(charges, noon); });
        BOOST_TEST(counters.list("", 10, noon).size() == (failed ? 0u : 5u));
    }
    BOOST_TEST(n > 20);
}

BOOST_AUTO_TEST_CASE(what_is_taken_back_needs_no_memory_but_for_its_line) {
    int n = 0;
    for (bool failed = true; failed; ++n) {
        MemoryCounters counters;
        counters.journal_to([](std::string_view) {});
        const Outcome outcome = counters.charge(each_kind(), noon);
        failed = failed_at(n, [&] { counters.settle(outcome.receipt, false, noon); });
        BOOST_TEST(counters.list("", 10, noon).size() == (failed ? 5u : 0u));
    }
    BOOST_TEST(n < 5);
}

BOOST_AUTO_TEST_SUITE_END()
