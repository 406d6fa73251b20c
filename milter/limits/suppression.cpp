#include "limits/suppression.h"

#include <algorithm>
#include <cctype>

#include <date/date.h>
#include <fmt/format.h>

#include "limits/text_line.h"
#include "mail/address.h"

namespace spillway::limits {

namespace {

// RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3: 64 octets, "@", 255 octets, but a path has 256 with its
// brackets.
constexpr std::size_t longest_target = 254;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char byte) {
        return static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    });
    return out;
}

constexpr std::array<std::string_view, 4> causes_in_words{"a bounce", "a complaint",
                                                          "an unsubscription", "a decision"};

}  // namespace

std::vector<SuppressionName> names_that_stop(std::string_view recipient, std::string_view account,
                                             std::string_view domain) {
    const std::string address = lower(recipient);
    std::vector<std::string> targets{address};
    if (const auto at = address.rfind('@'); at != std::string::npos)
        targets.push_back(address.substr(at + 1));
    std::vector<SuppressionName> names;
    for (const Reach reach : {Reach::domain, Reach::account, Reach::everybody}) {
        const std::string_view owner = reach == Reach::domain    ? domain
                                       : reach == Reach::account ? account
                                                                 : std::string_view{};
        if (reach != Reach::everybody && owner.empty()) continue;
        for (const std::string& target : targets) names.push_back({reach, lower(owner), target});
    }
    return names;
}

tl::expected<std::string, std::string> parse_target(std::string_view text) {
    if (text.size() > longest_target)
        return tl::unexpected(fmt::format("longer than {} characters", longest_target));
    const bool is_domain = text.find('@') == std::string_view::npos;
    if (is_domain) {
        std::string domain = mail::normal_domain(text);
        if (domain.find('.') == std::string::npos)
            return tl::unexpected(fmt::format("\"{}\" is neither an address nor a domain", text));
        return domain;
    }
    const mail::Address address = mail::envelope_address(text);
    if (address.domain.empty() || address.local.empty())
        return tl::unexpected(fmt::format("\"{}\" is no address", text));
    return lower(address.text());
}

std::string in_words(const Suppression& suppression) {
    return fmt::format("the recipient is suppressed after {} on {}",
                       causes_in_words[static_cast<std::size_t>(suppression.cause)],
                       date::format("%F", date::floor<date::days>(suppression.since)));
}

std::string words_of(const Suppression& suppression) {
    std::string words;
    LineWriter(words)
        .word(cause_names[static_cast<std::size_t>(suppression.cause)])
        .time(suppression.since)
        .time(suppression.until.value_or(Time{}))
        .text(suppression.source)
        .text(suppression.note);
    return words;
}

std::optional<Suppression> suppression_in(SuppressionName name, std::string_view words) {
    LineReader line(words);
    const auto cause = std::ranges::find(cause_names, line.word());
    if (cause == cause_names.end()) return std::nullopt;
    Suppression one{.name = std::move(name),
                    .cause = static_cast<Cause>(cause - cause_names.begin()),
                    .source = {},
                    .note = {}};
    one.since = line.time();
    if (const Time until = line.time(); until != Time{}) one.until = until;
    one.source = line.text();
    one.note = line.text();
    if (!line.done()) return std::nullopt;
    return one;
}

}  // namespace spillway::limits
