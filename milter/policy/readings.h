// What the rules did with one message, and how long it waited for each of them: gathered while they
// are read, at all stages together, for `spillwayctl rules` and the metrics. Nothing is decided by
// it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::policy {

struct RuleReading {
    // On the wall: the clock of the processor costs thirty times as much to ask.
    std::chrono::nanoseconds took{};
    std::uint32_t hits = 0;  // the message, or recipients that were refused alone
    bool asked = false;
};

// Work that is done once for all rules, and charged to none: to read the message's texts, to have
// attachments read, and to scan a text for the patterns of all rules.
enum class SharedWork { texts, attachments, scans };
inline constexpr std::size_t shared_works = 3;
const char* name_of(SharedWork work);

// A value of one message, used by one thread at a time.
struct Readings {
    std::vector<RuleReading> rules;  // in the order of Policy::rules; empty when none was asked
    struct Unsure {
        std::size_t rule;
        std::string why;  // one of few phrases of ours, as in the log
    };
    std::vector<Unsure> unsure;
    std::array<std::chrono::nanoseconds, shared_works> shared{};  // by SharedWork

    std::chrono::nanoseconds& of(SharedWork work) { return shared[static_cast<std::size_t>(work)]; }
};

// Why a condition cannot tell whose search took longer than it may.
inline constexpr std::string_view costly_expression = "an expression used up its budget";
inline constexpr std::string_view costly_words = "looking for words and numbers took too long";
inline bool is_out_of_budget(std::string_view why) {
    return why == costly_expression || why == costly_words;
}

}  // namespace spillway::policy
