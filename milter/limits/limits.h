// Rate limits as values: what may happen how often, and what the counter said.
//
// The law of the window: the span is cut into `slices` equal slices, aligned to the epoch; what is
// counted in a slice counts until `slices` further slices are over. So no span of the window's
// length ever holds more than the limit, and room frees at most one slice late. Both stores keep
// this law, and tests/store proves it for both against an exact log.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spillway::limits {

using Clock = std::chrono::system_clock;
using Time = std::chrono::time_point<Clock, std::chrono::milliseconds>;

inline constexpr int slices = 60;

// Costs and limits above this are taken as this: Redis's Lua counts in doubles, exact up to here.
inline constexpr std::int64_t most_countable = std::int64_t{1} << 53;

// Never more than `count` in any `span`. `span` is at least `slices` milliseconds.
struct Rate {
    std::int64_t count = 0;
    std::chrono::milliseconds span{};
};

// What a limit does while its counter cannot be asked.
enum class WhenUnavailable { allow, defer, local };

// One limit asked of one message. `key` is what the counter is kept under, never empty:
// "<limit>:<scope>:<value>". `account` names the billing root, the same each time for one key: in
// Redis all keys of one account share a hash tag. The rate is not part of the key, so a raised
// limit keeps its count; a changed span starts it anew, because slices of another width cannot be
// compared. A value or account of more than 200 bytes is kept under its beginning and a hash
// (key_text.h): what a sender may write does not decide how much a count takes.
struct Charge {
    std::string limit;
    std::string key;
    std::string account;
    std::int64_t cost = 1;
    Rate rate;
    WhenUnavailable when_unavailable = WhenUnavailable::local;
};

// There was room. `used` includes this message if the whole call was granted; if another limit of
// the same call was exceeded, nothing was charged and `used` is the use as it stands.
struct Granted {
    std::int64_t used = 0;
};

// There was none. `next_free` is when this cost would fit if nothing else is sent meanwhile;
// nullopt when the cost alone is more than the limit, which no waiting cures.
struct Exceeded {
    std::int64_t used = 0;
    std::optional<Time> next_free;
};

// The counters could not be asked in time; `why` is for the log.
struct Unavailable {
    std::string why;
};

using Answer = std::variant<Granted, Exceeded, Unavailable>;
using Answers = std::vector<Answer>;  // one for each charge, in order

bool all_granted(const Answers& answers);

// The charges of one call with those of one key made one: costs add up, the lowest limit and the
// first span count. Costs and limits lie in 0 … most_countable afterwards, keys and accounts are
// bounded.
struct Merged {
    std::vector<Charge> charges;
    std::vector<std::size_t> place;  // where each charge of the call went

    // One answer for each charge of the call, from those to the merged ones.
    Answers spread(const Answers& answers) const;
};
Merged merged(const std::vector<Charge>& charges);

// The use of one key, for operators.
struct Use {
    std::string key;
    std::int64_t used = 0;
};

// Where the counts are: in this process or in Redis. All functions may be called from any thread.
class Counters {
  public:
    virtual ~Counters() = default;

    // Charges all or none; when memory runs out all answers are Unavailable. `now` is used by
    // stores without a clock of their own (Redis has one).
    virtual Answers charge(const std::vector<Charge>& charges, Time now) noexcept = 0;

    // Current use of keys that begin with `prefix`, sorted by key, at most `most`. Keys are as they
    // are kept, see Charge; a prefix or key with a longer value is shortened alike. Throws
    // std::runtime_error when the store cannot be asked (so does reset).
    virtual std::vector<Use> list(const std::string& prefix, std::size_t most, Time now) = 0;

    // Forgets one key; false when there was none.
    virtual bool reset(const std::string& key) = 0;

    // One line for `spillwayctl status`: kind, place, health.
    virtual std::string describe() const = 0;
};

}  // namespace spillway::limits
