#include "store/keys.h"

#include <array>

#include <fmt/format.h>

#include "limits/key_text.h"

namespace spillway::store {

namespace {

using limits::Whom;

constexpr std::string_view counter_prefix = "spillway:";
constexpr std::array<std::pair<Whom, std::string_view>, 3> whom_words{
    {{Whom::user, "user"}, {Whom::domain, "domain"}, {Whom::account, "account"}}};

}  // namespace

std::string hash_tag(std::string_view account) { return "{" + limits::encoded(account) + "}"; }

std::string counter_key(const limits::Charge& charge) {
    return fmt::format("spillway:{}:{}", hash_tag(charge.account), limits::encoded_key(charge.key));
}

std::string members_key(std::string_view counter_key) {
    return fmt::format("spillway-members:{}", counter_key.substr(counter_prefix.size()));
}

std::string receipt_key(std::string_view account, std::string_view message) {
    return fmt::format("spillway-receipt:{}:{}", hash_tag(account), limits::encoded(message));
}

std::string plan_key(std::string_view account) { return "spillway-plan:" + hash_tag(account); }

std::string suspended_key(std::string_view account) {
    return "spillway-suspended:" + hash_tag(account);
}

std::string places_key(const limits::Place& place) {
    return fmt::format("spillway-places:{}:{}", hash_tag(limits::bounded(place.account)),
                       limits::encoded_key(limits::bounded_key(place.key)));
}

std::string texts_key(std::string_view account) { return "spillway-texts:" + hash_tag(account); }

std::string map_key(std::string_view name, std::string_view key) {
    return fmt::format("spillway-map:{}{}{}", name, key.empty() ? "" : ":", key);
}

std::string suspect_field(const limits::Suspect& suspect) {
    for (const auto& [whom, word] : whom_words)
        if (whom == suspect.whom) return fmt::format("{}:{}", word, limits::encoded(suspect.who));
    return {};
}

std::optional<limits::Suspect> suspect_of(std::string_view account, std::string_view field) {
    const std::size_t colon = field.find(':');
    if (colon == field.npos) return std::nullopt;
    const auto who = limits::decoded(field.substr(colon + 1));
    for (const auto& [whom, word] : whom_words)
        if (who && field.substr(0, colon) == word)
            return limits::Suspect{.account = std::string(account), .whom = whom, .who = *who};
    return std::nullopt;
}

std::string pattern_of(std::string_view key) {
    // The encoding leaves no wildcard in the key, and no brace that the account's * could run over.
    return fmt::format("spillway:{{*}}:{}", limits::encoded_key(key));
}

std::string pattern_of_prefix(std::string_view prefix) { return pattern_of(prefix) + "*"; }

std::optional<std::string> account_of(std::string_view redis_key) {
    const std::size_t open = redis_key.find('{');
    const std::size_t close = redis_key.find('}');
    if (open == redis_key.npos || close == redis_key.npos || close < open) return std::nullopt;
    return limits::decoded(redis_key.substr(open + 1, close - open - 1));
}

std::optional<std::string> charge_key(std::string_view counter_key) {
    constexpr std::string_view between = "}:";
    if (!counter_key.starts_with(counter_prefix) ||
        !counter_key.substr(counter_prefix.size()).starts_with('{'))
        return std::nullopt;
    const std::size_t at = counter_key.find(between);
    if (at == counter_key.npos) return std::nullopt;
    return limits::decoded(counter_key.substr(at + between.size()));
}

}  // namespace spillway::store
