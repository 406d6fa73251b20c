#include "mail/entity.h"

#include <algorithm>

#include "mail/header.h"

namespace spillway::mail {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string_view field_name(std::string_view line) {
    std::string_view name = line.substr(0, line.find(':'));
    if (name.size() == line.size()) return {};
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    return std::ranges::any_of(name, is_blank) ? std::string_view() : name;
}

std::size_t field_end(std::string_view text, std::size_t begin) {
    std::size_t end = line_at(text, begin).next;
    while (end < text.size() && is_blank(text[end])) end = line_at(text, end).next;
    return end;
}

Line line_at(std::string_view text, std::size_t begin) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return {line, std::min(end + 1, text.size())};
}

bool begins_with_field(std::string_view text) { return !field_name(line_at(text, 0).text).empty(); }

// Only the fields that say how to read the body are kept: a flood of others costs no memory.
Entity parse_entity(std::string_view text) {
    Entity entity;
    std::size_t at = 0;
    while (at < text.size()) {
        const Line line = line_at(text, at);
        if (line.text.empty()) {
            at = line.next;
            break;
        }
        const std::string_view name = field_name(line.text);
        // Mailboxes on disk begin a message so.
        const bool separator = at == 0 && line.text.starts_with("From ");
        if (name.empty() && !separator) break;

        const std::size_t end = field_end(text, at);
        const std::size_t value = std::min(text.find(':', at), end - 1) + 1;
        if (names_equal(name, "Content-Type"))
            entity.content_types.push_back(text.substr(value, end - value));
        if (names_equal(name, "Content-Transfer-Encoding"))
            entity.transfer_encodings.push_back(text.substr(value, end - value));
        if (names_equal(name, "Content-Disposition"))
            entity.dispositions.push_back(text.substr(value, end - value));
        at = end;
    }
    entity.body = text.substr(at);
    return entity;
}

Delimiter delimiter(std::string_view line, std::string_view boundary) {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return Delimiter::none;
    std::string_view rest = line.substr(2 + boundary.size());
    const bool closes = rest.starts_with("--");
    if (closes) rest.remove_prefix(2);
    if (rest.find_first_not_of(" \t\r") != rest.npos) return Delimiter::none;
    return closes ? Delimiter::end : Delimiter::part;
}

}  // namespace spillway::mail
