// A subject, display names and a text: there are always features, in order and each once, and more
// white space changes none.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "mail/text.h"
#include "match/fingerprint.h"

using namespace spillway;

namespace {

std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string with_more_white_space(std::string_view text) {
    std::string wide = "\n\n";
    for (const char c : text) wide += c == ' ' ? " \t " : c == '\n' ? "\n\n" : std::string(1, c);
    return wide + "\n\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string subject = mail::readable(next_line(rest));
    match::Names names;
    names.add_display_name(next_line(rest));
    names.add_address(mail::envelope_address(next_line(rest)));
    match::text_features(subject, rest, names);

    const std::string text = mail::readable(rest);
    const auto features = match::text_features(subject, text, names);
    if (features.empty() || features.size() > match::features_of_text) std::abort();
    if (std::ranges::adjacent_find(features, std::greater_equal{}) != features.end()) std::abort();
    if (match::text_features(subject, with_more_white_space(text), names) != features) std::abort();
    if (!match::one_mailing(features, features)) std::abort();
    return 0;
}
