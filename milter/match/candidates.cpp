#include "match/candidates.h"

#include <algorithm>

#include "match/shadow.h"

namespace spillway::match {
std::uint32_t Candidates::most_finds(std::size_t text_bytes) {
    constexpr std::size_t bytes_a_find = 32;
    constexpr std::size_t least = 16;
    constexpr std::size_t most = 10'000;
    return static_cast<std::uint32_t>(std::clamp(text_bytes / bytes_a_find, least, most));
}

std::uint32_t Candidates::few_finds(std::size_t text_bytes) {
    constexpr std::size_t bytes_a_find = 256;
    constexpr std::uint32_t least = 4;
    return std::min(least + static_cast<std::uint32_t>(text_bytes / bytes_a_find),
                    most_finds(text_bytes));
}

void Candidates::add(std::size_t number, Beginnings beginnings) {
    if (is_anywhere(number)) return;
    if (++finds_[number] > most_finds_) return add(number);
    found_.push_back({static_cast<std::uint32_t>(number), beginnings});
}

// Those of one pattern behind those of another, each in the order they were found in.
void Candidates::gather() {
    std::uint32_t end = 0;
    for (std::size_t number = 0; number < finds_.size(); ++number) {
        if (is_anywhere(number)) finds_[number] = 0;
        ends_[number] = end;  // where the next one goes
        end += finds_[number];
    }
    all_.resize(end);
    for (const Find& find : found_)
        if (finds_[find.number] > 0) all_[ends_[find.number]++] = find.beginnings;
    found_.clear();
}

void Candidates::merge(std::size_t number) {
    const auto of_pattern = std::span(all_).subspan(ends_[number] - finds_[number], finds_[number]);
    if (!std::ranges::is_sorted(of_pattern, {}, &Beginnings::first))
        std::ranges::sort(of_pattern, {}, &Beginnings::first);
    std::size_t last = 0;
    for (std::size_t i = 1; i < of_pattern.size(); ++i) {
        if (of_pattern[i].first <= of_pattern[last].last + 1)
            of_pattern[last].last = std::max(of_pattern[last].last, of_pattern[i].last);
        else
            of_pattern[++last] = of_pattern[i];
    }
    const auto gone = of_pattern.empty() ? 0 : of_pattern.size() - last - 1;
    ends_[number] -= static_cast<std::uint32_t>(gone);
    finds_[number] -= static_cast<std::uint32_t>(gone);
}

void Candidates::settle(const PlacesInText* places) {
    gather();
    for (std::size_t number = 0; number < finds_.size(); ++number) {
        if (finds_[number] == 0) continue;
        merge(number);
        if (!places) continue;
        PlacesInText::Walk walk(*places);
        for (Beginnings& one :
             std::span(all_).subspan(ends_[number] - finds_[number], finds_[number])) {
            const std::size_t first = walk.to(one.first);
            one = {first, walk.to(one.last)};
        }
    }
}

Where Candidates::where(std::size_t number) const {
    if (is_anywhere(number)) return {};
    const std::uint32_t count = finds_[number];
    return {false, std::span(all_).subspan(ends_[number] - count, count)};
}

}  // namespace spillway::match
