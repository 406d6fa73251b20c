// Times of the week in a time zone, such as "sat-sun, mon-fri 01:00-08:00".
#pragma once

#include <bitset>
#include <chrono>
#include <string>
#include <vector>

#include <date/tz.h>

#include "limits/limits.h"

namespace spillway::policy {

// Days are numbered as std::chrono does (0 = Sunday). `to` may lie before `from`: then the span
// goes on past midnight and belongs to the day it began on. from == to is the whole day.
struct Span {
    std::bitset<7> days;
    std::chrono::minutes from{0};
    std::chrono::minutes to{24 * 60};
};

struct Window {
    std::string name;
    std::vector<Span> spans;
    const date::time_zone* zone = nullptr;  // lives as long as the process

    // Local wall-clock time decides, so a window keeps its hours through daylight saving changes.
    bool holds(limits::Time time) const;
};

// A time for people: "2026-11-23 14:07 NZDT".
std::string local_time(limits::Time time, const date::time_zone& zone);

// The same of something to wait for: to the second, and not too early, when that is soon.
std::string awaited_time(limits::Time time, limits::Time now, const date::time_zone& zone);

}  // namespace spillway::policy
