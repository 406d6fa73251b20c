#include "language/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

namespace spillway::language {
namespace {

// Levenshtein distance.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string Diagnostic::text() const {
    return fmt::format("{}:{}:{}: {}: {}", place.file, place.line, place.column,
                       severity == Severity::error ? "error" : "warning", message);
}

void Diagnostics::error(Place place, std::string message) {
    all_.push_back({std::move(place), Severity::error, std::move(message)});
}

void Diagnostics::warning(Place place, std::string message) {
    all_.push_back({std::move(place), Severity::warning, std::move(message)});
}

bool Diagnostics::has_errors() const {
    return std::ranges::any_of(all_,
                               [](const auto& one) { return one.severity == Severity::error; });
}

void Diagnostics::sort() {
    std::ranges::stable_sort(all_, {}, [](const Diagnostic& one) {
        return std::tie(one.place.file, one.place.line, one.place.column);
    });
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t how_far = distance(word, candidate);
        if (how_far >= least) continue;
        least = how_far;
        nearest = candidate;
    }
    return nearest.empty() ? "" : fmt::format(", did you mean \"{}\"?", nearest);
}

}  // namespace spillway::language
