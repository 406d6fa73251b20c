#include "documents/reading.h"

#include <algorithm>

#include "documents/formats.h"
#include "documents/kind.h"
#include "extract/wire.h"
#include "mail/content_type.h"
#include "mail/direction.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::documents {

namespace {

using Read = void (*)(Reading&, const Document&, std::string_view type);

Read reader_of(Kind kind) {
    switch (kind) {
        case Kind::archive:
            return read_archive;
        case Kind::pdf:
            return read_pdf;
        case Kind::rtf:
            return read_rtf;
        case Kind::compound:
            return read_compound;
        case Kind::html:
            return read_html;
        case Kind::xml:
            return read_xml;
        case Kind::message:
            return read_message;
        case Kind::text:
            break;
    }
    return read_text;
}

// A name as part of a path: UTF-8 on one line.
std::string shown_name(std::string_view name) {
    std::string shown = mail::readable(
        mail::without_overrides(mail::to_utf8(name.substr(0, extract::longest_name), "")));
    std::ranges::replace(shown, '\n', ' ');
    return std::string(mail::utf8_prefix(shown, extract::longest_name));
}

// Both names if there is room for them, else as much of the inner one as fits: it says more.
std::string joined(const std::string& outer, const std::string& inner) {
    const std::string path = outer.empty() ? inner : outer + "/" + inner;
    return path.size() <= extract::longest_name ? path : inner;
}

}  // namespace

Reading::Reading(const Limits& limits, Sink sink)
    : limits_(limits), sink_(std::move(sink)), text_left_(limits.text_bytes) {}

void Reading::read(const Document& document) {
    if (document.depth == 0) packed_ = document.bytes.size();
    if (document.depth > limits_.depth) return trouble(document, Trouble::too_deep);
    const std::string label = mail::parse_content_type(document.label).type;
    const auto kinds = recognised(document.bytes, document.name, label);
    if (kinds.empty()) return tell(document, other_type(document.bytes), {});
    for (const auto& [kind, type] : kinds) reader_of(kind)(*this, document, type);
}

void Reading::tell(const Document& document, std::string_view type, std::string_view text) {
    // Making text readable shortens it rather than not; much more than may be told is not worth it.
    const std::string_view enough = mail::utf8_prefix(text, 2 * text_left_ + 4096);
    if (enough.size() < text.size()) truncated();
    tell_readable(document, type, mail::readable(enough));
}

void Reading::tell_readable(const Document& document, std::string_view type, std::string text) {
    const std::string_view kept = mail::utf8_prefix(text, text_left_);
    if (kept.size() < text.size()) {
        truncated();
        text.resize(kept.size());
    }
    text_left_ -= text.size();
    sink_({.path = document.path, .type = std::string(type), .text = std::move(text)});
}

void Reading::trouble(const Document& document, Trouble trouble) {
    if (findings_.trouble != Trouble::none) return;
    findings_.trouble = trouble;
    findings_.trouble_at = document.path;
}

bool Reading::count_entry(const Document& container) {
    if (++entries_ <= limits_.entries) return true;
    trouble(container, Trouble::too_large);
    return false;
}

bool Reading::count_unpacked(const Document& container, std::size_t bytes) {
    constexpr std::uint64_t free_of_judgement = 16 << 20;
    unpacked_ += bytes;
    const bool many = unpacked_ > limits_.unpacked_bytes;
    const bool bomb = unpacked_ > free_of_judgement &&
                      unpacked_ / limits_.ratio > std::max<std::uint64_t>(packed_, 1);
    if (!many && !bomb) return true;
    trouble(container, Trouble::too_large);
    return false;
}

std::size_t Reading::unpacked_left() const {
    return limits_.unpacked_bytes - std::min(unpacked_, limits_.unpacked_bytes);
}

Document Reading::inner(const Document& container, std::string_view name) const {
    return {.path = joined(container.path, shown_name(name)),
            .name = std::string(name),
            .label = {},
            .bytes = {},
            .depth = container.depth + 1};
}

void Reading::read_inner(const Document& container, std::string_view name, std::string_view bytes,
                         std::string_view label) {
    Document document = inner(container, name);
    document.bytes = bytes;
    document.label = label;
    read(document);
}

}  // namespace spillway::documents
