// Numbers in requests over the control socket.
#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include "daemon/limit_verbs.h"
#include "unit/workbench.h"

using namespace spillway;
using nlohmann::json;

namespace {

struct Asked {
    Workbench bench{"limit l { scope user; count messages; rate 3 / 1h }\n"};

    Asked() {
        for (int i = 0; i < 3; ++i) {
            limits::Charge charge;
            charge.limit = "l";
            charge.key = "l:user:u" + std::to_string(i) + "@a.example";
            charge.account = "a.example";
            charge.rate = limits::Sliding{3, std::chrono::hours{1}};
            bench.counters.record({charge}, bench.now);
        }
    }
    std::size_t rows(const json& most) {
        return daemon::counters({{"verb", "counters"}, {"most", most}}, bench.around)
            .at("counters")
            .size();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(so_many_rows_as_asked_for_and_at_least_one, Asked) {
    BOOST_TEST(rows(2) == 2U);
    BOOST_TEST(rows(3) == 3U);
    BOOST_TEST(rows(0) == 1U);
    BOOST_TEST(rows(-5) == 1U);
    BOOST_TEST(rows(1'000'000) == 3U);
}

// What no whole number can hold was converted all the same, which the language leaves undefined.
BOOST_FIXTURE_TEST_CASE(a_number_of_rows_is_a_whole_one, Asked) {
    for (const json& odd : {json(1e308), json(2.5), json("2"), json(nullptr)})
        BOOST_CHECK_THROW(rows(odd), std::runtime_error);
}
