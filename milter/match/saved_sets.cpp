#include "match/saved_sets.h"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "match/mix.h"

namespace spillway::match {
namespace {

constexpr std::string_view title = "spillway patterns 2\n";
constexpr std::size_t checksum_digits = 16;

std::string checksum(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return fmt::format("{:016x}", mixed(hash ^ bytes.size()));
}

// A text behind its length.
void append(std::string& bytes, const std::string& text) {
    bytes += fmt::format("{}\n{}", text.size(), text);
}

std::optional<std::string> take(std::string_view& bytes) {
    std::size_t size = 0;
    const auto number = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
    const auto digits = static_cast<std::size_t>(number.ptr - bytes.data());
    if (number.ec != std::errc() || digits == bytes.size() || *number.ptr != '\n')
        return std::nullopt;
    bytes.remove_prefix(digits + 1);
    if (bytes.size() < size) return std::nullopt;
    std::string text(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return text;
}

}  // namespace

std::string bytes_of(const std::vector<SavedSet>& sets) {
    std::string body;
    for (const SavedSet& set : sets) {
        append(body, set.recipe);
        append(body, set.database);
    }
    return fmt::format("{}{}\n{}", title, checksum(body), body);
}

std::optional<std::vector<SavedSet>> saved_sets(std::string_view bytes) {
    if (!bytes.starts_with(title)) return std::nullopt;
    bytes.remove_prefix(title.size());
    if (bytes.size() <= checksum_digits) return std::nullopt;
    const std::string_view wanted = bytes.substr(0, checksum_digits);
    bytes.remove_prefix(checksum_digits + 1);
    if (checksum(bytes) != wanted) return std::nullopt;

    std::vector<SavedSet> sets;
    while (!bytes.empty()) {
        auto recipe = take(bytes);
        auto database = recipe ? take(bytes) : std::nullopt;
        if (!database) return std::nullopt;
        sets.push_back({*std::move(recipe), *std::move(database)});
    }
    return sets;
}

}  // namespace spillway::match
