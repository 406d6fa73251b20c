// spillwayctl extract: what is read in a message, as rules get to see it.
#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/attachment_reader.h"
#include "ctl/console.h"
#include "ctl/extracted_message.h"
#include "ctl/message_file.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "mail/file_type.h"
#include "mail/split.h"
#include "policy/hits.h"

namespace spillway::ctl {

namespace {

using policy::Field;

// Shown where none is asked for by name; html and raw are the message once more.
constexpr std::array shown_fields{Field::text, Field::hidden, Field::links, Field::attachment_text};
constexpr std::array json_fields{Field::subject,        Field::text, Field::hidden,
                                 Field::any_text,       Field::html, Field::links,
                                 Field::attachment_text};
constexpr std::array part_fields{Field::text, Field::hidden, Field::html, Field::attachment_name,
                                 Field::attachment_text};
constexpr std::array all_fields{Field::subject,
                                Field::text,
                                Field::hidden,
                                Field::any_text,
                                Field::html,
                                Field::raw,
                                Field::links,
                                Field::attachment_name,
                                Field::attachment_type,
                                Field::attachment_text};

// A machine without Spillway's configuration reads with the usual limits.
mail::ReadingLimits limits_of(const Common& common) {
    std::error_code error;
    if (common.config == Common{}.config && !std::filesystem::exists(common.config, error))
        return {};
    const language::Generation generation = loaded(common.config);
    if (!generation.policy) throw Stopped(bad_configuration, common.config + " has mistakes");
    return generation.policy->reading;
}

std::vector<Field> wanted_fields(const Common& common, const ExtractOptions& options) {
    const auto all = [](const auto& fields) { return std::vector(fields.begin(), fields.end()); };
    if (options.texts.empty() && !options.part.empty()) return all(part_fields);
    if (options.texts.empty()) return common.json ? all(json_fields) : all(shown_fields);
    std::vector<Field> fields;
    for (const std::string& name : options.texts)
        for (const Field field : all_fields)
            if (name == policy::name_of(field)) fields.push_back(field);
    return fields;
}

ExtractedPart extracted(const mail::LabelledPart& label) {
    ExtractedPart part{.label = label, .found = "", .size = 0, .is_container = false};
    part.is_container =
        !label.types.empty() && std::ranges::all_of(label.types, [](std::string_view type) {
            return type.starts_with("multipart/");
        });
    const mail::Body body = mail::bodies_of(label.body, label.encodings).front();
    if (!part.is_container)
        part.found = mail::file_type(mail::beginning_of(body, mail::file_type_bytes));
    mail::read_in_pieces(body, [&](std::string_view piece) {
        part.size += piece.size();
        return true;
    });
    return part;
}

bool stands_in(const std::string& part, const std::string& wanted) {
    return part == wanted || part.starts_with(wanted + ".");
}

// With a part: only the texts that stand in it, each by itself.
ExtractedText text_of(Field field, const std::string& part, policy::Facts& facts) {
    ExtractedText text{.name = policy::name_of(field), .texts = {}, .incomplete = "", .placed = {}};
    if (field == Field::subject) {
        for (const std::string& value : facts.header_values("Subject"))
            text.placed.push_back({"", "", value});
    } else {
        text.placed = policy::texts_by_place(field, facts);
        text.incomplete = facts.contents.values(field, false).incomplete.value_or("");
    }
    if (!part.empty())
        std::erase_if(text.placed, [&](const auto& one) { return !stands_in(one.part, part); });
    if (part.empty() && field != Field::subject) {
        for (const std::string_view value : facts.contents.values(field, false).values)
            text.texts.emplace_back(value);
    } else {
        for (const policy::PlacedText& one : text.placed) text.texts.push_back(one.text);
    }
    return text;
}

std::vector<mail::Header> decoded(const std::vector<mail::Header>& header) {
    std::vector<mail::Header> fields;
    for (const mail::Header& field : header)
        fields.push_back({field.name, mail::decoded_value(field.value)});
    return fields;
}

}  // namespace

int extract(const Common& common, const ExtractOptions& options) {
    policy::Policy policy;
    policy.reading = limits_of(common);
    policy.needs_attachments = true;
    Letter letter;
    write_letter(message_in(options.file), {}, letter);
    policy::Facts facts(policy, letter.message);
    if (const auto* attachments = policy::attachments_to_read(facts))
        facts.contents.know(attachment_reader(policy.reading)(*attachments));

    const mail::PartTree tree = mail::part_tree_of(letter.bytes, policy.reading);
    ExtractedMessage message;
    message.file = options.file;
    message.bytes = letter.bytes.size();
    message.header = decoded(letter.message.headers);
    for (const mail::LabelledPart& label : tree.labels) {
        if (options.part.empty() || stands_in(label.path, options.part))
            message.parts.push_back(extracted(label));
    }
    if (message.parts.empty())
        throw Stopped(refused, fmt::format("the message has no part {}", shown(options.part)));
    message.attachments = facts.contents.attachments().files;
    if (facts.contents.known_texts()) message.attachment_texts = *facts.contents.known_texts();
    for (const Field field : wanted_fields(common, options))
        message.texts.push_back(text_of(field, options.part, facts));
    message.unreadable = facts.contents.unreadable();
    message.encrypted = facts.contents.encrypted();
    message.truncated = facts.contents.truncated();

    if (common.json)
        print(ascii_json_text(json_of(message), Lines::many));
    else
        print(options.texts.empty() ? text_of(message) : texts_alone(message));
    return succeeded;
}

}  // namespace spillway::ctl
