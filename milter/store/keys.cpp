#include "store/keys.h"

#include <fmt/format.h>

#include "limits/key_text.h"

namespace spillway::store {

std::string counter_key(const limits::Charge& charge) {
    return fmt::format("spillway:{{{}}}:{}", limits::encoded(charge.account),
                       limits::encoded_key(charge.key));
}

std::string receipt_key(std::string_view account, std::string_view token) {
    return fmt::format("spillway-receipt:{{{}}}:{}", limits::encoded(account),
                       limits::encoded(token));
}

std::string pattern_of(std::string_view key) {
    // The encoding leaves no wildcard in the key, and no brace that the account's * could run over.
    return fmt::format("spillway:{{*}}:{}", limits::encoded_key(key));
}

std::string pattern_of_prefix(std::string_view prefix) { return pattern_of(prefix) + "*"; }

std::optional<std::string> charge_key(std::string_view counter_key) {
    constexpr std::string_view before = "spillway:{";
    constexpr std::string_view between = "}:";
    if (!counter_key.starts_with(before)) return std::nullopt;
    const std::size_t at = counter_key.find(between);
    if (at == counter_key.npos) return std::nullopt;
    return limits::decoded(counter_key.substr(at + between.size()));
}

}  // namespace spillway::store
