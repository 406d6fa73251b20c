// Text, HTML and messages, which mail/ knows how to read.
#include <algorithm>

#include "documents/formats.h"
#include "documents/kind.h"
#include "mail/content_type.h"
#include "mail/text.h"

namespace spillway::documents {

namespace {

// The parameter as it may stand in a field of our own making.
std::string charset_in(const std::string& label) {
    const auto named = mail::parse_content_type(label).all("charset");
    if (named.empty()) return {};
    std::string charset = named.front();
    std::erase_if(charset, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; });
    return charset;
}

// What a message with this as its only part would be read as.
void read_as_part(Reading& reading, const Document& document, std::string_view part_type,
                  std::string_view type) {
    std::string charset = charset_in(document.label);
    if (charset.empty() && looks_wide(document.bytes)) charset = "utf-16";
    // Texts with line ends of old are recognised by having no others.
    const bool old_ends = document.bytes.find('\n') == std::string_view::npos;
    const std::string end = old_ends ? "\r" : "\r\n";
    std::string message = "Content-Type: ";
    message.append(part_type);
    if (!charset.empty()) message.append("; charset=\"").append(charset).append("\"");
    message.append(end).append(end).append(document.bytes);
    mail::ReadText read = mail::read_text(message, {.text_bytes = reading.text_left()});
    if (read.incomplete) reading.truncated();
    reading.tell_readable(document, type, std::move(read.text));
}

}  // namespace

void read_text(Reading& reading, const Document& document, std::string_view type) {
    read_as_part(reading, document, "text/plain", type);
}

void read_html(Reading& reading, const Document& document, std::string_view type) {
    read_as_part(reading, document, "text/html", type);
}

// Only the texts of a message are read: where it has attachments of its own, not all is known.
void read_message(Reading& reading, const Document& document, std::string_view type) {
    mail::ReadText read = mail::read_text(document.bytes, {.text_bytes = reading.text_left()});
    if (read.incomplete) reading.truncated();
    reading.tell_readable(document, type, std::move(read.text));
    std::string lower(document.bytes);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool attachments = lower.find("name=") != lower.npos || lower.find("name*") != lower.npos;
    if (attachments) reading.trouble(document, Trouble::unsupported);
}

}  // namespace spillway::documents
