#include "ctl/extracted_message.h"

#include <algorithm>

#include <fmt/format.h>

#include "ctl/console.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

constexpr std::size_t lines_shown = 20;

using Rows = std::vector<std::vector<std::string>>;

std::string joined(const std::vector<std::string>& values, std::string_view between = ", ") {
    std::string text;
    for (const std::string& value : values) {
        if (!text.empty()) text += between;
        text += shown(value);
    }
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    return counted(static_cast<std::int64_t>(bytes), "byte");
}

std::string section(std::string_view title, const std::string& text) {
    return text.empty() ? "" : fmt::format("\n{}\n{}", title, text);
}

std::string header_text(const ExtractedMessage& message) {
    std::string text;
    for (const mail::Header& field : message.header)
        text += fmt::format("  {}: {}\n", shown(field.name), shown(field.value));
    return text;
}

// "text/plain, application/x-dosexec by content"
std::string types_text(const ExtractedPart& part) {
    std::string text = joined(part.label.types, " or ");
    if (text.empty()) text = "no type";
    const bool differs = std::ranges::find(part.label.types, part.found) == part.label.types.end();
    return part.found.empty() || !differs ? text : text + ", " + part.found + " by content";
}

std::string parts_text(const ExtractedMessage& message) {
    Rows rows;
    for (const ExtractedPart& part : message.parts) {
        const std::size_t depth =
            part.label.path.empty()
                ? 0
                : 1 + static_cast<std::size_t>(std::ranges::count(part.label.path, '.'));
        std::string labels = joined(part.label.charsets);
        for (const auto* more :
             {&part.label.encodings, &part.label.dispositions, &part.label.names}) {
            if (!labels.empty() && !more->empty()) labels += "; ";
            labels += joined(*more);
        }
        rows.push_back({std::string(2 * depth, ' ') +
                            (part.label.path.empty() ? "message" : shown(part.label.path)),
                        types_text(part), part.is_container ? "" : bytes_text(part.size), labels});
    }
    return columns(rows, "  ");
}

std::string state_of(const policy::AttachmentText& text) {
    if (!text.trouble.empty()) return text.trouble;
    std::string state = text.encrypted ? "encrypted" : bytes_text(text.text.size()) + " of text";
    return text.truncated ? state + ", and more than is read" : state;
}

std::string attachments_text(const ExtractedMessage& message) {
    Rows rows;
    for (std::size_t i = 0; i < message.attachments.size(); ++i) {
        const mail::Attachment& file = message.attachments[i];
        rows.push_back(
            {shown(file.path), joined(file.names), joined(file.types),
             bytes_text(mail::decoded_bytes(file.body)) + (file.encrypted ? ", encrypted" : "")});
        for (const policy::AttachmentText& text : message.attachment_texts)
            if (text.attachment == i)
                rows.push_back({"", "  " + shown(text.path), shown(text.type), state_of(text)});
    }
    return columns(rows, "  ");
}

std::string place_of(const policy::PlacedText& text) {
    std::string place = text.part.empty() ? "" : "part " + text.part;
    if (text.file.empty()) return shown(place);
    return shown(place) + (place.empty() ? "" : ", ") + shown(text.file);
}

// Indented, so that no text can look like a heading.
std::string beginning_of(const std::string& text) {
    const std::string safe = visible(text);
    std::string lines;
    std::size_t at = 0, count = 0;
    for (; at < safe.size() && count < lines_shown; ++count) {
        const std::size_t end = safe.find('\n', at);
        lines += "  | " + safe.substr(at, end + 1 - at);
        at = end + 1;
    }
    const auto more = std::ranges::count(std::string_view(safe).substr(at), '\n');
    return more == 0 ? lines : lines + fmt::format("  and {} more\n", counted(more, "line"));
}

std::string texts_text(const ExtractedMessage& message) {
    std::string result;
    for (const ExtractedText& text : message.texts) {
        if (!text.incomplete.empty())
            result += fmt::format("\n{} is not complete: {}\n", text.name, text.incomplete);
        for (const policy::PlacedText& placed : text.placed) {
            const std::string place = place_of(placed);
            const std::string title = place.empty() ? text.name : text.name + ", " + place;
            result += section(title, beginning_of(placed.text));
        }
    }
    return result;
}

json json_of(const ExtractedPart& part) {
    return {{"path", part.label.path},
            {"types", part.label.types},
            {"found", part.found},
            {"encodings", part.label.encodings},
            {"charsets", part.label.charsets},
            {"dispositions", part.label.dispositions},
            {"names", part.label.names},
            {"sent_bytes", part.label.body.size()},
            {"bytes", part.size}};
}

json json_of(const policy::AttachmentText& text) {
    return {{"path", text.path},           {"type", text.type},
            {"text", text.text},           {"encrypted", text.encrypted},
            {"truncated", text.truncated}, {"trouble", text.trouble}};
}

json attachments_json(const ExtractedMessage& message) {
    json all = json::array();
    for (std::size_t i = 0; i < message.attachments.size(); ++i) {
        const mail::Attachment& file = message.attachments[i];
        json texts = json::array();
        for (const policy::AttachmentText& text : message.attachment_texts)
            if (text.attachment == i) texts.push_back(json_of(text));
        all.push_back({{"path", file.path},
                       {"names", file.names},
                       {"types", file.types},
                       {"bytes", mail::decoded_bytes(file.body)},
                       {"encrypted", file.encrypted},
                       {"texts", std::move(texts)}});
    }
    return all;
}

json texts_json(const ExtractedMessage& message) {
    json all = json::array();
    for (const ExtractedText& text : message.texts) {
        json places = json::array();
        for (const policy::PlacedText& placed : text.placed)
            places.push_back({{"part", placed.part}, {"file", placed.file}, {"text", placed.text}});
        all.push_back({{"name", text.name},
                       {"read", text.texts},
                       {"incomplete", text.incomplete},
                       {"places", std::move(places)}});
    }
    return all;
}

}  // namespace

std::string text_of(const ExtractedMessage& message) {
    std::string text = fmt::format("{}, {}\n", shown(message.file), bytes_text(message.bytes));
    for (const auto& [is, word] :
         {std::pair(message.unreadable, "unreadable"), std::pair(message.encrypted, "encrypted"),
          std::pair(message.truncated, "truncated")})
        if (is) text += fmt::format("{}\n", word);
    text += section("header", header_text(message));
    text += section("parts", parts_text(message));
    text += section("attachments", attachments_text(message));
    return text + texts_text(message);
}

std::string texts_alone(const ExtractedMessage& message) {
    std::string all;
    for (const ExtractedText& text : message.texts)
        for (const std::string& each : text.texts) all += visible(each);
    return all;
}

json json_of(const ExtractedMessage& message) {
    json header = json::array();
    for (const mail::Header& field : message.header)
        header.push_back({{"name", field.name}, {"value", field.value}});
    json parts = json::array();
    for (const ExtractedPart& part : message.parts) parts.push_back(json_of(part));
    return {{"file", message.file},
            {"bytes", message.bytes},
            {"header", std::move(header)},
            {"parts", std::move(parts)},
            {"attachments", attachments_json(message)},
            {"texts", texts_json(message)},
            {"unreadable", message.unreadable},
            {"encrypted", message.encrypted},
            {"truncated", message.truncated}};
}

}  // namespace spillway::ctl
