#include "limits/saved_counts.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "limits/hash.h"
#include "limits/key_text.h"

namespace spillway::limits {

namespace {

constexpr std::string_view first_line = "spillway-counts 1\n";
constexpr std::size_t checksum_digits = 16;

std::string checksum(std::string_view text) {
    return fmt::format("{:016x}", fnv1a(text.begin(), text.end()));
}

// What lies before `end`, which is removed together with it; everything when `end` is missing.
std::string_view take(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

std::optional<SavedCount> parse_count(std::string_view line) {
    const auto key = decoded(take(line, ' '));
    // Bounds keep slice number times width within the milliseconds that a Time can hold.
    const auto slice_ms = number(take(line, ' '), 1, std::int64_t{1} << 40);
    const auto head = number(take(line, ' '), 0, (std::int64_t{1} << 60) / slice_ms.value_or(1));
    if (!key || key->empty() || !slice_ms || !head) return std::nullopt;

    SavedCount saved{*key, {*slice_ms, *head, {}}};
    while (!line.empty()) {
        std::string_view pair = take(line, ' ');
        const auto slot = number(take(pair, ':'), 0, slices);
        const auto count = number(pair, 1, most_countable);
        if (!slot || !count) return std::nullopt;
        saved.state.counts[static_cast<std::size_t>(*slot)] = *count;
    }
    return saved;
}

}  // namespace

std::string saved_text(SavedCounts counts) {
    std::ranges::sort(counts, {}, &SavedCount::key);
    std::string text(first_line);
    for (const auto& [key, state] : counts) {
        text += fmt::format("{} {} {}", encoded_key(key), state.slice_ms, state.head);
        for (std::size_t slot = 0; slot < state.counts.size(); ++slot)
            if (state.counts[slot] != 0) text += fmt::format(" {}:{}", slot, state.counts[slot]);
        text += '\n';
    }
    text += fmt::format("end {} ", counts.size());
    return text + checksum(text) + '\n';
}

tl::expected<SavedCounts, std::string> parse_saved(std::string_view text) {
    if (!text.starts_with(first_line))
        return tl::make_unexpected("line 1: not counts saved by this version");
    if (text.size() < first_line.size() + checksum_digits + 1 || text.back() != '\n')
        return tl::make_unexpected("the text is cut short");
    const std::string_view sum = text.substr(text.size() - checksum_digits - 1, checksum_digits);
    text.remove_suffix(checksum_digits + 1);
    if (sum != checksum(text))
        return tl::make_unexpected("the checksum is wrong: the text is damaged");

    // From here on the text is what somebody wrote on purpose, which may still not be us.
    text.remove_prefix(first_line.size());
    SavedCounts counts;
    for (std::size_t line = 2; !text.starts_with("end "); ++line) {
        auto count = parse_count(take(text, '\n'));
        if (!count) return tl::make_unexpected(fmt::format("line {}: not a count", line));
        counts.push_back(*std::move(count));
    }
    if (text != fmt::format("end {} ", counts.size()))
        return tl::make_unexpected("the number of counts is wrong");
    return counts;
}

}  // namespace spillway::limits
