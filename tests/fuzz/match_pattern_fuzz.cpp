// The first line as flags and an expression ("i:a+b"), the rest as the subject.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "match/pattern.h"

using namespace spillway::match;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = std::min(text.find('\n'), size);
    const std::size_t colon = std::min(text.find(':'), line);
    const std::string_view flags = text.substr(0, colon);
    const std::string_view expression = text.substr(std::min(colon + 1, line), line - colon);
    const std::string_view subject = text.substr(std::min(line + 1, size));

    const Pattern phrase = Pattern::phrase(expression.substr(0, 200));
    phrase.count(subject, 100);

    const auto pattern = Pattern::compile(expression.substr(0, 200), flags);
    if (!pattern) return pattern.error().offset <= size ? 0 : (std::abort(), 0);
    const Match found = pattern->search(subject);
    const Count count = pattern->count(subject, 100);
    if (found == Match::yes && count.found == 0 && !count.gave_up) std::abort();
    if (found == Match::no && count.found != 0) std::abort();
    return 0;
}
