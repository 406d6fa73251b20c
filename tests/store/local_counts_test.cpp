// What is counted in this process while Redis comes and goes.

#include "store/local_counts.h"

#include <thread>

#include "unit/limits_asking.h"

using namespace spillway::limits;
using spillway::store::LocalCounts;

BOOST_AUTO_TEST_SUITE(local_counts)

BOOST_AUTO_TEST_CASE(what_is_charged_while_redis_comes_back_is_counted_once) {
    constexpr std::int64_t each = 5000;
    LocalCounts local;
    const auto charge = [&](std::int64_t cost, const std::string& token) {
        Charge of_ann = hourly("ann", cost, 1'000'000);
        of_ann.when_unavailable = WhenUnavailable::local;
        return local.charge({of_ann}, token, 1, noon);
    };
    const auto charge_all = [&](const std::string& name) {
        for (std::int64_t i = 0; i < each; ++i) charge(1, name + std::to_string(i));
    };
    std::thread one(charge_all, "a");
    std::thread other(charge_all, "b");
    for (int i = 0; i < 2000; ++i) local.told();
    one.join();
    other.join();
    BOOST_TEST(std::get<Granted>(charge(1, "c").at(0)).used == 2 * each + 1);
}

BOOST_AUTO_TEST_SUITE_END()
