// Each change of the counters as one line of text, so that a process that is killed has lost none.
//
//   <number> <what> … <checksum>
//
// Lines are numbered in the order of their effects. Each tells its effect, not what was asked: done
// again it does the same. The checksum (8 hex digits of FNV-1a) covers the line before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "limits/counters.h"
#include "limits/deed.h"
#include "limits/mailings.h"
#include "limits/text_line.h"

namespace spillway::limits {

// A granted call, or what a refused one told (then without token).
struct Charged {
    Time at{};
    std::uint64_t token = 0;  // of the receipt; 0 when none is open
    std::string account{};
    std::string message{};
    std::vector<Deed> deeds{};
    std::optional<Posted> posted{};
};
struct Settled {
    Time at{};
    std::uint64_t token = 0;
    bool left = true;
};
struct PlanSet {
    Plan plan;
};
struct PlanUnset {
    Plan plan;  // its maximum says nothing
};
struct Suspended {
    Suspension suspension;
};
struct Unsuspended {
    Suspect suspect;
};
struct Forgotten {
    std::string key;
};
using Change =
    std::variant<Charged, Settled, PlanSet, PlanUnset, Suspended, Unsuspended, Forgotten>;

struct JournalLine {
    std::uint64_t number = 0;
    Change change;
};

// With its line end.
std::string journal_text(std::uint64_t number, const Change& change);

// Without its line end. The error says what is wrong.
tl::expected<JournalLine, std::string> parse_journal_line(std::string_view line);

// The words that suspensions are written in, in saved counts as well.
void write_suspect(LineWriter& line, const Suspect& suspect);
Suspect read_suspect(LineReader& line);
void write_suspension(LineWriter& line, const Suspension& suspension);
Suspension read_suspension(LineReader& line);
void write_plan(LineWriter& line, const Plan& plan);
Plan read_plan(LineReader& line);

}  // namespace spillway::limits
