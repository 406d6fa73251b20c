// Counters in Redis as tests ask them: in few words, with a breaker whose clock the test moves and
// a settler that hurries.
#pragma once

#include <algorithm>
#include <mutex>

#include "stores.h"

namespace spillway::store {

inline Time clock_now() {
    return std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now());
}

// What INFO says behind "name:", up to the line's end; "" when there is none.
inline std::string info(const RedisServer& server, const std::string& section,
                        const std::string& name) {
    const Reply reply = server.call({"INFO", section});
    const std::string text(text_of(*reply));
    const std::size_t at = text.find("\n" + name + ":");
    if (at == text.npos) return "";
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\r', begin) - begin);
}

// A number of "calls=3,usec=41,…" of a command since CONFIG RESETSTAT; 0 when it was never called.
inline double command_stat(const RedisServer& server, const std::string& command,
                           const std::string& what = "calls") {
    const std::string line = "," + info(server, "commandstats", "cmdstat_" + command);
    const std::size_t at = line.find("," + what + "=");
    return at == line.npos ? 0 : std::stod(line.substr(at + what.size() + 2));
}

inline bool is_silent(const Answers& answers) {
    return std::ranges::all_of(
        answers, [](const Answer& answer) { return std::holds_alternative<Unavailable>(answer); });
}
inline std::string reason(const Answers& answers) {
    return std::get<Unavailable>(answers.front()).why;
}

inline constexpr Pace in_a_hurry{.settle_every = 2ms,
                                 .answered_after = 5ms,
                                 .retry_after = 5ms,
                                 .alive_every = 20ms,
                                 .dead_after = 20s,
                                 .renew_every = 20ms,
                                 .lease = 60s,
                                 .unanswered_after = 5s};

class Watched {
  public:
    struct Terms {
        std::chrono::milliseconds timeout{5000};
        std::size_t connections = Redis::most_connections;
        Pace pace = in_a_hurry;
        std::string instance{};
    };

    explicit Watched(language::RedisStore place) : Watched(std::move(place), Terms{}) {}
    Watched(language::RedisStore place, const Terms& terms)
        : counters((place.timeout = terms.timeout, place),
                   [this](std::string notice) { take(std::move(notice)); }, {},
                   {.steady_now = [this] { return Breaker::Time{now_.load()}; },
                    .connections = terms.connections,
                    .pace = terms.pace,
                    .instance = terms.instance}) {}

    Outcome ask(const std::vector<Charge>& charges, const std::string& message = "") {
        return counters.charge(call_of(charges, message), clock_now());
    }
    Answers charge(const std::string& key, std::int64_t cost,
                   WhenUnavailable when = WhenUnavailable::allow) {
        return ask({hourly(key, cost, 10, when)}).answers;
    }
    std::int64_t used(const std::string& key) {
        return limits::used(counters, "hourly:user:" + key, clock_now());
    }
    void settle(const Outcome& outcome, bool left) {
        counters.settle(outcome.receipt, left, clock_now());
    }
    bool settles() { return counters.settler().idle_by(Deadline::clock::now() + 30s); }
    void fail_until_open() {
        for (int i = 0; i < Breaker::failures_to_open; ++i) BOOST_TEST(is_silent(charge("x", 1)));
    }
    void wait(std::chrono::milliseconds time) {
        now_ = now_.load() + std::chrono::duration_cast<Breaker::Time::duration>(time);
    }
    // What operators were told; the settler's thread tells as well.
    std::vector<std::string> notices() const {
        const std::lock_guard lock(mutex_);
        return notices_;
    }

  private:
    void take(std::string notice) {
        const std::lock_guard lock(mutex_);
        notices_.push_back(std::move(notice));
    }

    std::atomic<Breaker::Time::duration> now_{100s};
    mutable std::mutex mutex_;
    std::vector<std::string> notices_;  // guarded by mutex_

  public:
    RedisCounters counters;  // last: its thread uses the others
};

}  // namespace spillway::store
