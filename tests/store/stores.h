// The stores that must keep one law, each behind a face that tests can give any time to.
#pragma once

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "limits/memory_counters.h"
#include "redis_server.h"
#include "store/charge_call.h"
#include "store/keys.h"
#include "store/redis_counters.h"

namespace spillway::store {

using namespace std::chrono_literals;
using limits::all_granted;
using limits::Answer;
using limits::Answers;
using limits::Charge;
using limits::Exceeded;
using limits::Granted;
using limits::Rate;
using limits::Time;
using limits::Unavailable;
using limits::WhenUnavailable;

// The start of a minute, in the middle of an hour.
inline const Time noon{std::chrono::milliseconds{1'800'014'400'000}};

inline Charge hourly(std::string key, std::int64_t cost, std::int64_t most = 10,
                     WhenUnavailable when = WhenUnavailable::allow) {
    return Charge{"hourly", "hourly:user:" + key, "acct", cost, Rate{most, 1h}, when};
}

// charge.lua with the clock of the test in place of Redis's: the last argument, in ms.
inline std::string script_with_test_clock() {
    const std::string theirs = "redis.call('TIME')";
    const std::string ours = "{ math.floor(ARGV[#ARGV] / 1000), ARGV[#ARGV] % 1000 * 1000 }";
    std::string script(charge_script());
    const std::size_t at = script.find(theirs);
    BOOST_REQUIRE(at != script.npos);
    BOOST_REQUIRE(script.find(theirs, at + 1) == script.npos);
    return script.replace(at, theirs.size(), ours);
}

// The real script in a real Redis, at whatever time the test says. For one thread.
class SimulatedRedis : public limits::Counters {
  public:
    explicit SimulatedRedis(const RedisServer& server)
        : deadline_(Deadline::clock::now() + 600s),
          connection_(
              *Connection::open(written_addresses(server.place().hosts.front()), deadline_)),
          sha1_(text_of(*call({"SCRIPT", "LOAD", script_with_test_clock()}))) {}

    Answers charge(const std::vector<Charge>& charges, Time now) noexcept override {
        const limits::Merged asked = limits::merged(charges);
        const auto words = charge_words(asked.charges, token_.empty() ? next_token() : token_);
        std::vector<std::string> command{"EVALSHA", sha1_};
        command.insert(command.end(), words.begin(), words.end());
        command.push_back(std::to_string(now.time_since_epoch().count()));
        const Reply reply = call(command);
        const auto answers = charge_answers(*reply, asked.charges.size());
        if (!answers) return Answers(charges.size(), Unavailable{std::string(text_of(*reply))});
        return asked.spread(*answers);
    }

    std::vector<limits::Use> list(const std::string& prefix, std::size_t most, Time now) override {
        const Reply names = call({"KEYS", pattern_of_prefix(prefix)});
        std::vector<limits::Use> uses;
        for (std::size_t i = 0; i < names->elements; ++i) {
            const std::string name(text_of(*names->element[i]));
            const auto used = stored_use(*call({"HGETALL", name}), now);
            if (used.value() > 0) uses.push_back({*charge_key(name), *used});
        }
        std::ranges::sort(uses, {}, &limits::Use::key);
        if (uses.size() > most) uses.resize(most);
        return uses;
    }

    bool reset(const std::string& key) override {
        const Reply names = call({"KEYS", pattern_of(key)});
        for (std::size_t i = 0; i < names->elements; ++i)
            call({"DEL", std::string(text_of(*names->element[i]))});
        return names->elements > 0;
    }

    std::string describe() const override { return "simulated"; }

    // Every call from now on claims to be the same one.
    void repeat_token(std::string token) { token_ = std::move(token); }

  private:
    Reply call(const std::vector<std::string>& words) {
        auto reply = connection_->call(words, deadline_);
        if (!reply) throw std::runtime_error(reply.error().why);
        return *std::move(reply);
    }
    std::string next_token() { return std::to_string(++calls_); }

    const Deadline deadline_;
    std::unique_ptr<Connection> connection_;
    const std::string sha1_;
    std::string token_;
    int calls_ = 0;
};

// The two as test case parameters.
struct InMemory {
    limits::MemoryCounters counters;
};
struct InRedis {
    SimulatedRedis counters{shared_server()};
};

}  // namespace spillway::store
