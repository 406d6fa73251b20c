#include "language/rates.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

namespace spillway::language {
namespace {

using policy::Period;

struct CountAndPeriod {
    std::string_view count;
    std::string_view period;
};

Parsed<CountAndPeriod> split(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return mistake("COUNT / PERIOD, such as 500 / 1h", text);
    return CountAndPeriod{text.substr(0, slash), text.substr(slash + 1)};
}

std::optional<Period> calendar_period(std::string_view text) {
    for (const Period period : {Period::hour, Period::day, Period::week, Period::month})
        if (text == policy::name_of(period)) return period;
    return std::nullopt;
}

Parsed<std::chrono::milliseconds> parse_span(std::string_view text) {
    auto span = parse_duration(text);
    if (!span)
        return mistake("a duration such as 8s, 15m, 1h or 7d, or hour, day, week or month", text);
    if (span->count() < limits::slices) return mistake("a period of at least 60ms", text);
    return span;
}

}  // namespace

Parsed<std::int64_t> parse_maximum(std::string_view text, Amounts amounts) {
    if (text == "unlimited") return limits::unlimited;
    if (amounts == Amounts::sizes) return parse_size(text);
    auto number = parse_number(text);
    if (!number && parse_size(text))
        return tl::unexpected(fmt::format("\"{}\" is a size, which goes with count bytes", text));
    return number;
}

Parsed<policy::LimitRate> parse_rate(std::string_view text, Amounts amounts) {
    const auto parts = split(text);
    if (!parts) return tl::unexpected(parts.error());
    const auto count = parse_maximum(parts->count, amounts);
    if (!count) return tl::unexpected(count.error());
    if (const auto period = calendar_period(parts->period))
        return policy::PerPeriod{*count, *period};
    const auto span = parse_span(parts->period);
    if (!span) return tl::unexpected(span.error());
    return limits::Sliding{*count, *span};
}

Parsed<limits::Pacing> parse_pacing(std::string_view rate, std::string_view burst,
                                    Amounts amounts) {
    constexpr std::chrono::microseconds longest = std::chrono::hours{24 * 3660};
    const auto parts = split(rate);
    if (!parts) return tl::unexpected(parts.error());
    const auto count = parse_maximum(parts->count, amounts);
    if (!count) return tl::unexpected(count.error());
    if (*count < 1 || *count == limits::unlimited)
        return mistake("a number from 1 on before \"/\" of a rate with a burst", parts->count);
    if (calendar_period(parts->period))
        return mistake("a duration such as 8s with a burst: a calendar has no pace", parts->period);
    const auto period = parse_duration(parts->period);
    if (!period) return tl::unexpected(period.error());
    const auto most = parse_maximum(burst, amounts);
    if (!most) return tl::unexpected(most.error());
    if (*most < 1 || *most == limits::unlimited) return mistake("a burst from 1 on", burst);
    const auto span = std::chrono::duration_cast<std::chrono::microseconds>(*period).count();
    if (*count > span)
        return mistake("at most one a microsecond with a burst; leave the burst out for more",
                       rate);
    const limits::Pacing pacing{*most, std::chrono::microseconds{(span + *count - 1) / *count}};
    if (pacing.burst > longest / pacing.interval)
        return mistake("a burst that runs off within ten years", burst);
    return pacing;
}

Parsed<date::local_days> parse_day(std::string_view text) {
    std::istringstream in{std::string{text}};
    date::local_days day;
    in >> date::parse("%F", day);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof() || text.size() != 10)
        return mistake("a day such as 2026-11-23", text);
    return day;
}

Parsed<int> parse_percent(std::string_view text) {
    const auto number = parse_number(text.substr(0, text.empty() ? 0 : text.size() - 1));
    if (!text.ends_with('%') || !number || *number < 1 || *number > 100)
        return mistake("a percentage from 1% to 100%", text);
    return static_cast<int>(*number);
}

}  // namespace spillway::language
