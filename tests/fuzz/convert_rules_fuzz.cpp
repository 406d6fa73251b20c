// The input as a file of SpamAssassin's and as tables of Postfix's: whatever stands in it, each
// rule that is written is one block, and what is counted adds up.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "convert/postfix_checks.h"
#include "convert/spamassassin.h"

using namespace spillway::convert;

namespace {

void hold_against(const Converted& converted) {
    if (converted.carried > converted.found) std::abort();
    const bool all = converted.carried == converted.found;
    if (!all && converted.complete()) std::abort();
    const std::string text = policy_text(converted);
    std::size_t blocks = 0;
    for (std::size_t at = text.find("\nrule "); at != text.npos;
         at = text.find("\nrule ", at + 1)) {
        ++blocks;
    }
    if (blocks != converted.rules.size()) std::abort();
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t'); };
    if (std::ranges::any_of(text, is_control)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Source source{"input", std::string(reinterpret_cast<const char*>(data), size)};
    hold_against(from_spamassassin({source}));
    hold_against(from_postfix_checks({{source, false}, {source, true}}, Part::header));
    hold_against(from_postfix_checks({{source, true}}, Part::body));
    return 0;
}
