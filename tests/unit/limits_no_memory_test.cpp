// The counters while memory runs out: operator new of this program fails when a test says so.
#include "limits/memory_counters.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <new>

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
using namespace std::chrono_literals;

namespace {

const Time noon{std::chrono::milliseconds{1'800'014'400'000}};

// Texts beyond what std::string holds without memory.
const std::vector<Charge> two{{"hourly", "hourly:domain:customer.example", "customer.example", 3,
                               Rate{10, 1h}, WhenUnavailable::local},
                              {"hourly", "hourly:login:ann@customer.example", "customer.example", 3,
                               Rate{10, 1h}, WhenUnavailable::local}};

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
    int n = 0;
    for (bool failed = true; failed; ++n) {
        MemoryCounters counters;
        Answers answers;
        failed = failed_at(n, [&] { answers = counters.charge(two, noon); });
        BOOST_REQUIRE(answers.size() == 2u);
        for (const Answer& answer : answers) {
            const auto* silent = std::get_if<Unavailable>(&answer);
            BOOST_TEST((silent != nullptr) == failed);
            if (silent != nullptr) BOOST_TEST(silent->why == "out of memory");
        }
        BOOST_TEST(counters.list("", 10, noon).size() == (failed ? 0u : 2u));
        BOOST_TEST(counters.changes() == (failed ? 0u : 2u));
    }
    BOOST_TEST(n > 5);
}

BOOST_AUTO_TEST_CASE(a_record_without_memory_counts_nothing) {
    int n = 0;
    for (bool failed = true; failed; ++n) {
        MemoryCounters counters;
        failed = failed_at(n, [&] { counters.record(two, noon); });
        BOOST_TEST(counters.list("", 10, noon).size() == (failed ? 0u : 2u));
    }
    BOOST_TEST(n > 5);
}

BOOST_AUTO_TEST_SUITE_END()
