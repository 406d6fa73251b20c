#include "mail/mailbox.h"

#include <algorithm>

#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::string_view specials = "()<>[]:;@\\,\"";

bool is_blank_or_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
}

// A character of a dot-atom; dots are taken wherever they stand, as some hosts hand out "a..b@".
bool is_atom(char c) { return !is_blank_or_control(c) && specials.find(c) == specials.npos; }

// The local part without its quotes, and how much of the text it took; obs-local-part allows quoted
// words between dots.
struct LocalPart {
    std::string value;
    std::size_t length = 0;
};

// Appends what the quotes hold; the place beyond them, or nullopt when they do not close.
std::optional<std::size_t> read_quoted(std::string_view text, std::size_t at, std::string& value) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] == '\\' && ++at == text.size()) break;
        if (text[at] == '\0' || text[at] == '\r' || text[at] == '\n') break;
        value += text[at];
    }
    return std::nullopt;
}

std::optional<LocalPart> read_local_part(std::string_view text) {
    LocalPart local;
    std::size_t& at = local.length;
    while (at < text.size() && text[at] != '@') {
        if (is_atom(text[at])) {
            local.value += text[at++];
            continue;
        }
        // A quote within a word means one thing to a strict reader and another to the rest.
        const bool word_begins = at == 0 || text[at - 1] == '.';
        if (text[at] != '"' || !word_begins) return std::nullopt;
        const auto end = read_quoted(text, at, local.value);
        if (!end || (*end < text.size() && text[*end] != '@' && text[*end] != '.'))
            return std::nullopt;
        at = *end;
    }
    if (at == text.size() || local.value.empty()) return std::nullopt;
    return local;
}

// Compatibility forms, invisible characters and invalid UTF-8 look like something else to somebody;
// so does the ideographic full stop, which only IDNA takes for a dot.
bool has_one_form(std::string_view text) {
    if (is_ascii(text)) return true;
    return readable(text) == text && text.find("\xEF\xBF\xBD") == text.npos &&
           text.find("\u3002") == text.npos;
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) {
    const auto local = read_local_part(text);
    if (!local) return std::nullopt;
    const std::string_view domain = text.substr(local->length + 1);
    Mailbox mailbox{{local->value, normal_domain(domain)}, false};
    if (mailbox.address.domain.empty()) return std::nullopt;
    mailbox.plain = std::ranges::all_of(local->value, is_atom) &&
                    local->value.find("=?") == std::string::npos && has_one_form(text);
    return mailbox;
}

}  // namespace spillway::mail
