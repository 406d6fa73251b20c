#include "mail/edit_fields.h"

#include <algorithm>

#include "mail/byte_set.h"
#include "mail/header.h"

namespace spillway::mail {
namespace {

constexpr ByteSet blanks{" \t\r\n"};
constexpr ByteSet ends_name{" \t\r\n=;("};
constexpr ByteSet ends_value{" \t\r\n;("};

struct Range {
    std::size_t begin, end;
};

// Behind a quoted string or a comment that begins here (RFC 5322 section 3.2.1 to 3.2.4).
std::size_t quoted_end(std::string_view value, std::size_t at) {
    for (++at; at < value.size() && value[at] != '"'; ++at)
        if (value[at] == '\\') ++at;
    return std::min(at + 1, value.size());
}

std::size_t comment_end(std::string_view value, std::size_t at) {
    int depth = 0;
    for (; at < value.size(); ++at) {
        if (value[at] == '\\') {
            ++at;
            continue;
        }
        depth += value[at] == '(' ? 1 : value[at] == ')' ? -1 : 0;
        if (depth == 0) return at + 1;
    }
    return value.size();
}

std::size_t skip_blanks_and_comments(std::string_view value, std::size_t at) {
    for (;;) {
        at = std::min(blanks.first_not_in(value, at), value.size());
        if (at == value.size() || value[at] != '(') return at;
        at = comment_end(value, at);
    }
}

// Where the next parameter begins, behind its semicolon; npos when there is none.
std::size_t next_parameter(std::string_view value, std::size_t at) {
    while (at < value.size()) {
        if (value[at] == ';') return at + 1;
        if (value[at] == '"')
            at = quoted_end(value, at);
        else if (value[at] == '(')
            at = comment_end(value, at);
        else
            ++at;
    }
    return value.npos;
}

std::optional<Range> place_of_parameter(std::string_view value, std::string_view name) {
    for (std::size_t at = next_parameter(value, 0); at != value.npos;
         at = next_parameter(value, at)) {
        at = skip_blanks_and_comments(value, at);
        const std::size_t end = std::min(ends_name.first_in(value, at), value.size());
        const bool found = names_equal(value.substr(at, end - at), name);
        at = skip_blanks_and_comments(value, end);
        if (!found || at == value.size() || value[at] != '=') continue;
        at = skip_blanks_and_comments(value, at + 1);
        if (at < value.size() && value[at] == '"') return Range{at, quoted_end(value, at)};
        return Range{at, std::min(ends_value.first_in(value, at), value.size())};
    }
    return std::nullopt;
}

std::string_view trimmed(std::string_view value) {
    const std::size_t begin = value.find_first_not_of(" \t\r\n");
    if (begin == value.npos) return {};
    return value.substr(begin, value.find_last_not_of(" \t\r\n") + 1 - begin);
}

// As milters have it: folds without CR.
std::string in_milter_form(std::string_view value) {
    std::string text(trimmed(value));
    std::erase(text, '\r');
    return text;
}

std::size_t place(std::string_view within, std::string_view message) {
    return static_cast<std::size_t>(within.data() - message.data());
}

}  // namespace

std::optional<std::string> with_charset(std::string_view value, std::string_view charset) {
    const std::string_view shown = trimmed(value);
    std::string changed(shown);
    const bool has_charset = !parse_content_type(value).all("charset").empty();
    const auto range = place_of_parameter(shown, "charset");
    if (has_charset != range.has_value()) return std::nullopt;
    if (range)
        changed.replace(range->begin, range->end - range->begin, charset);
    else
        changed.append(changed.ends_with(';') ? " charset=" : "; charset=").append(charset);
    if (!parse_content_type(changed).has("charset", charset)) return std::nullopt;
    return changed;
}

void set_field(const EditPart& part, std::string_view message, std::string_view name,
               std::string_view value, MessageEdit& edit) {
    if (part.is_top()) {
        edit.fields.push_back({std::string(name), in_milter_form(value)});
        return;
    }
    if (const PartField* field = part.field(name)) {
        const std::string_view old = trimmed(field->value);
        const std::size_t begin = old.empty() ? place(field->value, message) : place(old, message);
        edit.body.changes.push_back({begin, begin + old.size(), std::string(value)});
        return;
    }
    std::size_t empty_line = part.body - 1;
    if (empty_line > part.header && message[empty_line - 1] == '\r') --empty_line;
    std::string line(name);
    line.append(": ").append(value).append("\r\n");
    edit.body.changes.push_back({empty_line, empty_line, std::move(line)});
}

void remove_field(const EditPart& part, std::string_view message, std::string_view name,
                  MessageEdit& edit) {
    const PartField* const field = part.field(name);
    if (field == nullptr) return;
    if (part.is_top()) {
        edit.fields.push_back({std::string(name), std::nullopt});
        return;
    }
    const std::size_t begin = place(field->whole, message);
    edit.body.changes.push_back({begin, begin + field->whole.size(), ""});
}

}  // namespace spillway::mail
