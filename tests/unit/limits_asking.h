// What tests of the counters ask, in few words.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "limits/counters.h"

namespace spillway::limits {

using namespace std::chrono_literals;

// The start of a minute, an hour and a day of UTC's, on a Friday in January 2027.
inline const Time noon{std::chrono::milliseconds{1'800'014'400'000}};

inline Charge hourly(std::string key, std::int64_t cost, std::int64_t most = 10,
                     std::chrono::milliseconds span = 1h) {
    return Charge{.limit = "hourly",
                  .key = std::move(key),
                  .account = "acct",
                  .cost = cost,
                  .rate = Sliding{most, span}};
}

inline Charge with_rate(std::string key, std::int64_t cost, Rate rate) {
    Charge charge = hourly(std::move(key), cost);
    charge.rate = rate;
    return charge;
}

inline Charge of_members(Charge charge, std::vector<std::string> members) {
    charge.members = std::move(members);
    return charge;
}

inline Call call_of(std::vector<Charge> charges, std::string message = "") {
    Call call;
    call.charges = std::move(charges);
    call.message = std::move(message);
    return call;
}

inline Answers charge(Counters& counters, std::vector<Charge> charges, Time now) {
    return counters.charge(call_of(std::move(charges)), now).answers;
}

inline bool granted(Counters& counters, Charge one, Time now) {
    return all_granted(charge(counters, {std::move(one)}, now));
}

inline Granted grant(Counters& counters, Charge one, Time now) {
    const Answers answers = charge(counters, {std::move(one)}, now);
    BOOST_REQUIRE(std::holds_alternative<Granted>(answers.at(0)));
    return std::get<Granted>(answers[0]);
}

inline Exceeded refusal(Counters& counters, Charge one, Time now) {
    const Answers answers = charge(counters, {std::move(one)}, now);
    BOOST_REQUIRE(std::holds_alternative<Exceeded>(answers.at(0)));
    return std::get<Exceeded>(answers[0]);
}

inline std::int64_t used(Counters& counters, const std::string& key, Time now) {
    for (const Use& use : counters.list(key, 1, now))
        if (use.key == key) return use.used;
    return 0;
}

}  // namespace spillway::limits
