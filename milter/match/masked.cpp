#include "match/masked.h"

#include <vector>

#include <unicode/uchar.h>

#include "mail/utf8.h"

namespace spillway::match {
namespace {

void append_shown(std::string& out, std::int32_t c) {
    const bool plain = c >= 0 && u_isgraph(c);
    mail::append_utf8(out, plain ? static_cast<std::uint32_t>(c) : std::uint32_t{'_'});
}

// How many characters are shown at either end of so many.
std::size_t shown_of(std::size_t characters) {
    if (characters >= 12) return 2;
    return characters >= 6 ? 1 : 0;
}

}  // namespace

std::string masked(std::string_view text) {
    std::vector<std::int32_t> first, last;  // two of each
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        const std::int32_t c = mail::next_code_point(text, at);
        if (first.size() < 2) first.push_back(c);
        last.push_back(c);
        if (last.size() > 2) last.erase(last.begin());
    }
    const std::size_t shown = shown_of(characters);
    std::string out;
    for (std::size_t i = 0; i < shown; ++i) append_shown(out, first[i]);
    out += "…";
    for (std::size_t i = last.size() - shown; i < last.size(); ++i) append_shown(out, last[i]);
    return out;
}

}  // namespace spillway::match
