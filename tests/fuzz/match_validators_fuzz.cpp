// Any bytes as a text that is searched for numbers of every kind, and as a value of each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/text.h"
#include "match/masked.h"
#include "match/validators.h"

using namespace spillway;

namespace {

// In order and without overlaps; what was found is valid as a whole, with the same value.
void check(match::Identifier identifier, std::string_view text) {
    std::size_t last_end = 0;
    match::find_identifiers(identifier, text, [&](const match::Occurrence& one) {
        if (one.begin < last_end || one.end <= one.begin || one.end > text.size()) std::abort();
        last_end = one.end;
        const auto value =
            match::valid_value(identifier, text.substr(one.begin, one.end - one.begin));
        if (!value || match::value_hash(*value) != one.value) std::abort();
        return true;
    });
    // A value says the same of itself.
    if (const auto value = match::valid_value(identifier, text)) {
        if (match::valid_value(identifier, *value) != value) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string text = mail::readable(bytes);
    for (const auto name : match::identifier_names) {
        check(*match::identifier_of(name), text);
        check(*match::identifier_of(name), bytes);
    }
    // "…" and four characters, of one to four bytes each.
    if (match::masked(bytes).size() > 3 + 4 * 4) std::abort();
    return 0;
}
