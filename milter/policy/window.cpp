#include "policy/window.h"

#include <fmt/format.h>

namespace spillway::policy {
namespace {

bool span_holds(const Span& span, unsigned weekday, std::chrono::minutes of_day) {
    const unsigned yesterday = (weekday + 6) % 7;
    if (span.from == span.to) return span.days[weekday];
    if (span.from < span.to) {
        return span.days[weekday] && of_day >= span.from && of_day < span.to;
    }
    return (span.days[weekday] && of_day >= span.from) ||
           (span.days[yesterday] && of_day < span.to);
}

}  // namespace

bool Window::holds(limits::Time time) const {
    const auto local = zone->to_local(time);
    const auto day = date::floor<date::days>(local);
    const auto of_day = date::floor<std::chrono::minutes>(local - day);
    const unsigned weekday = date::weekday{day}.c_encoding();
    for (const Span& span : spans) {
        if (span_holds(span, weekday, of_day)) return true;
    }
    return false;
}

std::string local_time(limits::Time time, const date::time_zone& zone) {
    return date::format("%F %H:%M %Z", date::make_zoned(&zone, time));
}

std::string awaited_time(limits::Time time, limits::Time now, const date::time_zone& zone) {
    constexpr std::chrono::minutes soon{10};
    if (time - now >= soon) return local_time(time, zone);
    return date::format("%F %T %Z",
                        date::make_zoned(&zone, date::ceil<std::chrono::seconds>(time)));
}

}  // namespace spillway::policy
