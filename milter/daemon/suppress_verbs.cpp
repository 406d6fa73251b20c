// suppress, unsuppress and suppressions: who is not to be written to any more.
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "language/values.h"

namespace spillway::daemon {

using limits::Reach;
using limits::Suppression;
using limits::SuppressionName;
using nlohmann::json;

namespace {

constexpr std::size_t longest_words = 400;  // of source and note
constexpr std::chrono::days longest_span{36525};

store::Suppressions& list_of(const session::Surroundings& around) {
    if (around.suppressions == nullptr) throw std::runtime_error("there is no suppression list");
    return *around.suppressions;
}

// A word of the table, as its number.
template <typename Words>
std::size_t number_of(const std::string& word, const Words& words, std::string_view what) {
    const auto found = std::ranges::find(words, word);
    if (found == words.end())
        throw std::runtime_error(
            fmt::format("unknown {} \"{}\" (known: {})", what, word, fmt::join(words, ", ")));
    return static_cast<std::size_t>(found - words.begin());
}

// Accounts and domains are compared in lower case.
std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return text;
}

SuppressionName name_in(const json& entry) {
    SuppressionName name;
    name.target = value_or_throw(limits::parse_target(entry.at("target").get<std::string>()));
    const auto scope = entry.value("scope", std::string(limits::reach_names.front()));
    name.reach = static_cast<Reach>(number_of(scope, limits::reach_names, "scope"));
    name.owner = lower(entry.value("owner", std::string()));
    if ((name.reach == Reach::everybody) != name.owner.empty())
        throw std::runtime_error(name.owner.empty() ? "whose account or domain is not said"
                                                    : "an entry for all has no owner");
    if (name.owner.size() > longest_words) throw std::runtime_error("the owner is too long");
    return name;
}

std::string words_in(const json& entry, const char* field) {
    auto words = entry.value(field, std::string());
    if (words.size() > longest_words)
        throw std::runtime_error(
            fmt::format("the {} is longer than {} bytes", field, longest_words));
    return words;
}

limits::Time time_in(const json& entry, const char* field) {
    return limits::Time{std::chrono::milliseconds{entry.at(field).get<std::int64_t>()}};
}

// When it ends: a time, or a span from now on.
std::optional<limits::Time> end_of(const json& entry, limits::Time now) {
    if (entry.contains("until_ms")) return time_in(entry, "until_ms");
    if (!entry.contains("for")) return std::nullopt;
    const auto span = value_or_throw(language::parse_duration(entry.at("for").get<std::string>()));
    if (span <= span.zero() || span > longest_span)
        throw std::runtime_error("an entry lasts up to 36525 days, such as 90d; or for good");
    return now + span;
}

Suppression entry_in(const json& entry, limits::Time now) {
    Suppression one;
    one.name = name_in(entry);
    one.cause = static_cast<limits::Cause>(
        number_of(entry.value("cause", std::string("manual")), limits::cause_names, "reason"));
    one.source = words_in(entry, "source");
    one.note = words_in(entry, "note");
    one.since = entry.contains("since_ms") ? time_in(entry, "since_ms") : now;
    one.until = end_of(entry, now);
    if (one.since < limits::Time{} || one.since > now + longest_span)
        throw std::runtime_error("an entry dates from 1970 or later");
    if (one.until && (*one.until <= limits::Time{} || *one.until > now + longest_span))
        throw std::runtime_error("an entry lasts up to 36525 days");
    return one;
}

std::string in_log(const SuppressionName& name) {
    if (name.reach == Reach::everybody) return name.target;
    return fmt::format("{} for {} {}", name.target,
                       limits::reach_names[static_cast<std::size_t>(name.reach)], name.owner);
}

json described(const Suppression& one) {
    json entry{{"target", one.name.target},
               {"scope", limits::reach_names[static_cast<std::size_t>(one.name.reach)]},
               {"owner", one.name.owner},
               {"cause", limits::cause_names[static_cast<std::size_t>(one.cause)]},
               {"source", one.source},
               {"note", one.note},
               {"since_ms", one.since.time_since_epoch().count()}};
    entry["until_ms"] = one.until ? json(one.until->time_since_epoch().count()) : json(nullptr);
    return entry;
}

}  // namespace

// All or none: a mistake in one entry is told with its number.
json suppress(const json& request, const session::Surroundings& around) {
    const limits::Time now = around.now();
    std::vector<Suppression> entries;
    std::size_t ended = 0;
    for (const json& entry : request.at("entries")) {
        try {
            Suppression one = entry_in(entry, now);
            if (one.until && *one.until <= now)
                ++ended;
            else
                entries.push_back(std::move(one));
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(
                fmt::format("entry {}: {}", entries.size() + ended + 1, error.what()));
        }
    }
    list_of(around).add(entries, now);
    if (entries.size() == 1)
        around.log.info(fmt::format(
            "{} is suppressed ({}), by {}", in_log(entries.front().name),
            limits::cause_names[static_cast<std::size_t>(entries.front().cause)], asker(request)));
    else
        around.log.info(
            fmt::format("{} recipients are suppressed, by {}", entries.size(), asker(request)));
    return {{"ok", true}, {"added", entries.size()}, {"ended", ended}};
}

json unsuppress(const json& request, const session::Surroundings& around) {
    const SuppressionName name = name_in(request);
    if (!list_of(around).remove(name))
        throw std::runtime_error(fmt::format("{} is not suppressed", in_log(name)));
    around.log.info(fmt::format("{} is suppressed no longer, by {}", in_log(name), asker(request)));
    return {{"ok", true}, {"target", name.target}};
}

json suppressions(const json& request, const session::Surroundings& around) {
    const store::SuppressionPage page =
        list_of(around).page(request.value("from", std::string()), around.now());
    json rows = json::array();
    for (const Suppression& one : page.entries) rows.push_back(described(one));
    return {{"ok", true}, {"entries", std::move(rows)}, {"next", page.next}};
}

}  // namespace spillway::daemon
