#include "policy/words.h"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "policy/variants.h"

namespace spillway::policy {
namespace {

std::string span_text(std::chrono::microseconds span) {
    struct Step {
        std::int64_t us;
        const char* unit;
    };
    constexpr Step steps[] = {{86'400'000'000, "d"},
                              {3'600'000'000, "h"},
                              {60'000'000, "m"},
                              {1'000'000, "s"},
                              {1000, "ms"}};
    for (const auto& [us, unit] : steps)
        if (span.count() % us == 0) return fmt::format("{}{}", span.count() / us, unit);
    return fmt::format("{}us", span.count());
}

std::string steps_in_words(const Ladder& ladder) {
    std::string words = "ladder";
    for (const std::int64_t step : ladder.steps) words += " " + in_words(step);
    return words + " per day from " + date::format("%F", ladder.from);
}

}  // namespace

const char* name_of(limits::Whom whom) {
    constexpr std::array names{"user", "domain", "account"};
    return names[static_cast<std::size_t>(whom)];
}

const char* name_of(Scope scope) {
    constexpr std::array names{"account", "domain",      "user",      "client-ip",
                               "user-ip", "rcpt-domain", "everything"};
    return names[static_cast<std::size_t>(scope)];
}

const char* name_of(Unit unit) {
    constexpr std::array names{"messages", "recipients",  "unique-recipients",
                               "bytes",    "connections", "logins"};
    return names[static_cast<std::size_t>(unit)];
}

const char* name_of(Period period) {
    constexpr std::array names{"hour", "day", "week", "month"};
    return names[static_cast<std::size_t>(period)];
}

std::string in_words(std::int64_t max) {
    return max == limits::unlimited ? "unlimited" : std::to_string(max);
}

std::string window_of(const LimitRate& rate) {
    return std::visit(Overloaded{
                          [](const limits::Sliding& sliding) { return span_text(sliding.span); },
                          [](const PerPeriod& per) { return std::string(name_of(per.period)); },
                          [](const Ladder&) { return std::string(name_of(Period::day)); },
                          [](const limits::Pacing& pacing) { return span_text(pacing.interval); },
                          [](const AtOnce&) { return std::string("at once"); },
                      },
                      rate);
}

std::string rate_in_words(const LimitRate& rate) {
    const std::string window = window_of(rate);
    return std::visit(
        Overloaded{
            [&](const limits::Sliding& sliding) {
                return fmt::format("{} / {}", in_words(sliding.count), window);
            },
            [&](const PerPeriod& per) {
                return fmt::format("{} / {}", in_words(per.count), window);
            },
            [](const Ladder& ladder) { return steps_in_words(ladder); },
            [&](const limits::Pacing& pacing) {
                return fmt::format("1 / {} burst {}", window, pacing.burst);
            },
            [](const AtOnce& held) { return fmt::format("{} at once", in_words(held.count)); },
        },
        rate);
}

std::string in_words(const FaultyFolder& folder) {
    return fmt::format("the rules of {} have mistakes; {}", folder.name,
                       folder.has_former_rules
                           ? "its former rules stay in force"
                           : fmt::format("its mail is deferred by rule {}/broken", folder.name));
}

std::string limit_in_words(const Limit& limit) {
    return fmt::format("{} {} by {}", name_of(limit.unit), rate_in_words(limit.rate),
                       name_of(limit.scope));
}

}  // namespace spillway::policy
