#include "mail/split.h"

#include <algorithm>

namespace spillway::mail {

namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

// Takes the next line off `rest`, without its line end.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// The length of the field's name, or 0 when the line is no field: printable ASCII without blanks,
// then perhaps blanks, then the colon (RFC 5322 sections 3.6.8 and 4.5).
std::size_t name_length(std::string_view line) {
    const auto* const end = std::ranges::find_if(
        line, [](char byte) { return byte <= ' ' || byte > '~' || byte == ':'; });
    const auto length = static_cast<std::size_t>(end - line.begin());
    const std::size_t colon = line.find_first_not_of(" \t", length);
    return colon != std::string_view::npos && line[colon] == ':' ? length : 0;
}

// Blanks before the colon belong to nothing: Postfix drops them before a milter sees the name.
Header field_of(std::string_view line) {
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    return {std::string(line.substr(0, name_length(line))), std::string(value)};
}

bool is_separator(std::string_view line) {
    return line.starts_with("From ") || line.starts_with(">From ");
}

void skip_separators(std::string_view& rest) {
    while (!rest.empty()) {
        std::string_view after = rest;
        const std::string_view line = take_line(after);
        if (!is_separator(line) || name_length(line) > 0) return;
        rest = after;
    }
}

void append_line(std::string& bytes, std::string_view line) { bytes.append(line).append("\r\n"); }

void read_headers(std::string_view& rest, SplitMessage& message) {
    while (!rest.empty()) {
        std::string_view after = rest;
        const std::string_view line = take_line(after);
        if (line.empty()) {
            rest = after;
            return;
        }
        if (is_blank(line.front()) && !message.headers.empty()) {
            message.headers.back().value.append("\n").append(line);
        } else if (name_length(line) > 0) {
            message.headers.push_back(field_of(line));
        } else {
            return;
        }
        append_line(message.bytes, line);
        rest = after;
    }
}

}  // namespace

SplitMessage split_message(std::string_view raw) {
    SplitMessage message;
    message.bytes.reserve(raw.size() + raw.size() / 32);
    skip_separators(raw);
    read_headers(raw, message);
    message.bytes.append("\r\n");
    while (!raw.empty()) append_line(message.bytes, take_line(raw));
    return message;
}

}  // namespace spillway::mail
