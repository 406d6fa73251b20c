// suspend, unsuspend and suspended: who is not to send for a while.
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "language/values.h"

namespace spillway::daemon {

using limits::Suspect;
using limits::Suspension;
using nlohmann::json;

namespace {

// Part of one SMTP reply line (RFC 5321 section 4.5.3.1.5), with whom and until when before it.
constexpr std::size_t longest_reason = 200;
constexpr std::chrono::days longest_suspension{366};

Suspect suspect_in(const json& request, const session::Surroundings& around) {
    return value_or_throw(policy::suspect_of(*around.current_policy(), who_in(request)));
}

std::chrono::milliseconds span_in(const json& request) {
    const auto span =
        value_or_throw(language::parse_duration(request.at("for").get<std::string>()));
    if (span <= span.zero() || span > longest_suspension)
        throw std::runtime_error("a suspension lasts up to 366 days, such as 30m, 2h or 7d");
    return span;
}

std::string reason_in(const json& request) {
    auto reason = request.value("reason", std::string());
    if (reason.size() > longest_reason)
        throw std::runtime_error(fmt::format("the reason is longer than {} bytes", longest_reason));
    const auto is_said = [](char byte) { return byte >= ' ' && byte <= '~'; };
    if (!std::ranges::all_of(reason, is_said))
        throw std::runtime_error("the sender is told the reason by SMTP: printable ASCII only");
    return reason.empty() ? "stopped by hand" : reason;
}

json described(const Suspension& suspension) {
    return {{"who", policy::in_words(suspension.suspect)},
            {"account", suspension.suspect.account},
            {"until", written(suspension.until)},
            {"reason", suspension.reason}};
}

}  // namespace

json suspend(const json& request, const session::Surroundings& around) {
    const Suspension suspension{suspect_in(request, around), around.now() + span_in(request),
                                reason_in(request)};
    around.counters.suspend(suspension, around.now());
    around.log.info(fmt::format("{} is suspended until {}, by {}: {}",
                                policy::in_words(suspension.suspect), written(suspension.until),
                                asker(request), suspension.reason));
    json reply = described(suspension);
    reply["ok"] = true;
    reply["zone"] = around.current_policy()->zone->name();
    return reply;
}

json unsuspend(const json& request, const session::Surroundings& around) {
    const Suspect suspect = suspect_in(request, around);
    const std::string who = policy::in_words(suspect);
    if (!around.counters.unsuspend(suspect))
        throw std::runtime_error(fmt::format("{} is not suspended", who));
    around.log.info(fmt::format("{} is suspended no longer, by {}", who, asker(request)));
    return {{"ok", true}, {"who", who}};
}

json suspended(const json&, const session::Surroundings& around) {
    std::vector<Suspension> all = around.counters.suspensions(around.now());
    std::ranges::sort(all, {}, &Suspension::until);
    json rows = json::array();
    for (const Suspension& suspension : all) rows.push_back(described(suspension));
    return {{"ok", true},
            {"suspended", std::move(rows)},
            {"zone", around.current_policy()->zone->name()}};
}

}  // namespace spillway::daemon
