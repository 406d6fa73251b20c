// Limits as values: what may happen how often, what one message asks of them, and what they said.
//
// The law of each rate is told at its type. All stores keep the same law, and tests/store proves it
// for all of them against an exact log. Where a store has a clock of its own (Redis), that clock
// decides; a clock that went backwards counts as standing still and never frees room.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spillway::limits {

using Clock = std::chrono::system_clock;
using Time = std::chrono::time_point<Clock, std::chrono::milliseconds>;

// Costs and limits above this are taken as this: Redis's Lua counts in doubles, exact up to here.
inline constexpr std::int64_t most_countable = std::int64_t{1} << 53;

// A maximum that is never reached: what happens is still counted. Above most_countable, and no
// other number means it.
inline constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

inline constexpr int slices = 60;

// Never more than `count` in any `span`. The span is cut into `slices` equal slices, aligned to the
// epoch; what is counted in a slice counts until `slices` further slices are over. So no span of
// that length ever holds more than the limit, and room frees at most one slice late. `span` is at
// least `slices` milliseconds.
struct Sliding {
    std::int64_t count = 0;
    std::chrono::milliseconds span{};
};

// Never more than a period's count within the period, which a calendar made (policy/calendar.h).
// Given are three periods around the caller's time: the store's clock picks the one it is in (the
// first or third when it is before or after all), so that machines whose clocks differ agree. A
// store that has counted in a later one of the three, or in one behind them, stays there: behind
// them the third's count is the maximum. What was counted in any other period, or in one of other
// bounds, counts no more. Room is next free at the start of the first later period that takes the
// cost; behind the third the third's count is taken to go on.
struct Calendar {
    std::array<Time, 4> bounds{};  // period i is from bounds[i] up to, not including, bounds[i + 1]
    std::array<std::int64_t, 3> counts{};
};

// One each `interval`, and up to `burst` at once after a pause: the generic cell rate algorithm
// (ITU-T I.371). In any time t no more than burst + t / interval. Both are at least 1.
//
// Kept is the theoretical arrival time `tat` in microseconds. A cost makes it max(tat, now) + cost
// * interval, and fits when that lies no more than burst * interval ahead of now: it is next free
// when it does, rounded up to milliseconds, and never when it costs more than the burst. The use is
// max(tat, now) - now in intervals, rounded up. A clock set back lengthens the wait. What is taken
// back makes tat earlier by cost * interval, but not earlier than now: what had run off by then is
// given back as well.
struct Pacing {
    std::int64_t burst = 1;
    std::chrono::microseconds interval{};
};

using Rate = std::variant<Sliding, Calendar, Pacing>;

// What a limit does while its counter cannot be asked.
enum class WhenUnavailable { allow, defer, local };

// One limit asked of one message. `key` is what the counter is kept under, never empty:
// "<limit>:<scope>:<value>". `account` names the billing root, the same each time for one key: in
// Redis all keys of one account share a hash tag. The rate is not part of the key, so a raised
// limit keeps its count; a changed span starts it anew, because slices of another width cannot be
// compared, and so does another kind of rate. A value or account of more than 200 bytes is kept
// under its beginning and a hash (key_text.h): what a sender may write does not decide how much a
// count takes.
struct Charge {
    std::string limit;
    std::string key;
    std::string account;
    std::int64_t cost = 1;
    Rate rate;
    WhenUnavailable when_unavailable = WhenUnavailable::local;

    // Not empty when different things are counted (recipients): each costs 1 unless it is counted
    // within the window already, and then stays counted from now on. `cost` is not looked at. Goes
    // with Sliding and Calendar, without slices: what was last seen at t is counted before t +
    // span, or in its period, to the millisecond.
    //
    // Each is seen at max(now, the newest time anything was seen at), or a millisecond later when
    // one of the call's own members was seen at that very time: so a member still seen at the time
    // of a call was seen by no later one, and leaves when that call is taken back. It does not fit
    // for k = used + fresh - maximum too many; next free is when the k-th oldest of those that are
    // not the call's own leaves; never when the call's own are more than the maximum.
    std::vector<std::string> members{};
    // Which overrides (see Plan) may replace the rate's maximum: their names, the closest first.
    std::vector<std::string> plans{};
    // Percentages of the maximum whose crossing is told, ascending: crossed is the use of
    // ceil(level * maximum / 100). The product may be larger than most_countable.
    std::vector<int> levels{};
};

// A maximum set at run time for one customer, kept beside the counts and read in the same call that
// charges. `name` is "<limit>:<scope>:<value>", where the scope may be wider than the limit's: a
// plan of a domain is that of each user in it. Replaces the count of Sliding and of all periods of
// Calendar; of Pacing only `unlimited` has an effect.
struct Plan {
    std::string account;
    std::string name;
    std::int64_t max = unlimited;
    friend bool operator==(const Plan&, const Plan&) = default;
};

// There was room. `used` includes this message if the whole call was granted; if another limit of
// the same call was exceeded, nothing was charged and `used` is the use as it stands.
struct Granted {
    std::int64_t used = 0;
    std::int64_t max = unlimited;  // in force: the rate's or that of a plan
    std::string plan{};            // its name; "" is the rate's own
    // The levels this charge crossed, each told once in a window by whatever machine got there
    // first: once in each span, or once in each period. 100 counts as crossed as well when a charge
    // did not fit. Neither is told again within a span of the time it was told at, or in its
    // period; a count that starts anew has told nothing, and to tell of a refusal starts it anew.
    // Pacing crosses none, and no grant crosses a level of `unlimited` or of 0.
    std::vector<int> crossed{};
};

// There was none. `next_free` is when this cost would fit if nothing else is sent meanwhile;
// nullopt when the cost alone is more than the limit, which no waiting cures.
struct Exceeded {
    std::int64_t used = 0;
    std::optional<Time> next_free;
    std::int64_t max = 0;
    std::string plan{};
    std::vector<int> crossed{};
};

// The counters could not be asked in time; `why` is for the log.
struct Unavailable {
    std::string why;
};

// Nobody looked, because something else had already decided: the sender is suspended, or another
// limit was just found to be exceeded and cannot have room yet.
struct NotAsked {};

using Answer = std::variant<Granted, Exceeded, Unavailable, NotAsked>;
using Answers = std::vector<Answer>;  // one for each charge, in order

bool all_granted(const Answers& answers);

}  // namespace spillway::limits
