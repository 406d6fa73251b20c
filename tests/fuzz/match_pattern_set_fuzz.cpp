// Lines of flags and an expression ("i:a+b"), an empty line, then a text: whatever PCRE2 finds in
// the text, a set of these expressions must call a candidate.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "match/pattern_set.h"
#include "match/saved_sets.h"

using namespace spillway::match;

namespace {

constexpr std::size_t most_patterns = 8;
constexpr std::size_t longest_expression = 200;

std::optional<Pattern> pattern_of(std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view expression = line.substr(std::min(colon + 1, line.size()));
    auto pattern =
        Pattern::compile(expression.substr(0, longest_expression), line.substr(0, colon));
    if (!pattern) return std::nullopt;
    return *std::move(pattern);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    saved_sets(text);
    PatternDraft draft;
    // A set of a few would not be made.
    for (const char* filler : {"zero0", "one1", "two2", "three3"})
        draft.add("text", Pattern::compile(filler, "").value());
    std::vector<Pattern> patterns;
    std::vector<Seat> seats;
    while (!text.empty() && patterns.size() < most_patterns) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) break;
        auto pattern = pattern_of(line);
        if (!pattern) continue;
        seats.push_back(draft.add("text", *pattern));
        patterns.push_back(*std::move(pattern));
    }
    const PatternSets sets(draft);
    Scans scans(&sets);
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (patterns[i].search(text, scans.where(seats[i], text)) == Match::no &&
            patterns[i].search(text) == Match::yes)
            std::abort();
    return 0;
}
