#include <idn2.h>

#include <algorithm>
#include <memory>

#include "mail/address.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::size_t max_domain = 253;  // RFC 1035 section 2.3.4, as text without the last dot
constexpr std::size_t max_label = 63;

struct FreeIdn {
    void operator()(char* text) const { idn2_free(text); }
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
    return result;
}

// Host names have underscores in practice, though RFC 952 does not know them.
bool is_label_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// RFC 1035 section 2.3.1 by size and characters; where hyphens stand is left to the DNS.
bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > max_domain) return false;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        const std::string_view label = text.substr(begin, end - begin);
        if (label.empty() || label.size() > max_label) return false;
        if (!std::ranges::all_of(label, is_label_character)) return false;
        begin = end + 1;
    }
    return true;
}

// RFC 5321 section 4.1.3; what the brackets hold is compared as text.
bool is_literal(std::string_view text) {
    const auto printable = [](char c) {
        return c > ' ' && c < 0x7f && c != '[' && c != '\\' && c != ']';
    };
    return text.size() > 2 && text.size() <= max_domain && text.front() == '[' &&
           text.back() == ']' && std::ranges::all_of(text.substr(1, text.size() - 2), printable);
}

// The UTS 46 mapping accepts what a reader would type: capitals, full-width letters, ideographic
// dots.
std::string a_labels(std::string_view text) {
    char* result = nullptr;
    const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
    const int status = idn2_to_ascii_8z(std::string(text).c_str(), &result, flags);
    const std::unique_ptr<char, FreeIdn> owned(result);
    return status == IDN2_OK ? std::string(result) : std::string();
}

}  // namespace

// Text this long is refused before IDNA, whose time is not linear in the length of a label.
std::string normal_domain(std::string_view text) {
    if (text.size() > 4 * max_domain || text.find('\0') != text.npos) return {};
    if (is_literal(text)) return lower(text);
    std::string domain = is_ascii(text) ? lower(text) : lower(a_labels(text));
    if (domain.ends_with('.')) domain.pop_back();
    return is_domain(domain) ? domain : std::string();
}

}  // namespace spillway::mail
