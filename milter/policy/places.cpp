#include "policy/places.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mail/inner.h"

namespace spillway::policy {
namespace {

enum class Sight { shown, hidden, both };

// As many as the limit on text allows, as in what rules see.
struct Texts {
    std::vector<PlacedText> all;
    mail::ReadingLimits limits;  // on what is still to be read
};

void add(Texts& texts, PlacedText one) {
    if (one.text.empty()) return;
    const bool fits = one.text.size() <= texts.limits.text_bytes;
    texts.limits.text_bytes = fits ? texts.limits.text_bytes - one.text.size() : 0;
    if (fits) texts.all.push_back(std::move(one));
}

std::string part_of(const std::string& path) { return path.substr(0, path.find('/')); }

std::string_view first_of(const std::vector<std::string>& values) {
    return values.empty() ? std::string_view() : std::string_view(values.front());
}

std::string file_of(const mail::Attachment& file, std::string_view within) {
    std::string name(first_of(file.names));
    if (within.empty()) return name;
    if (!name.empty()) name += '/';
    return name.append(within);
}

std::string text_in_sight(mail::ReadText read, Sight sight) {
    if (sight == Sight::shown) {
        read.text.resize(read.shown_bytes);
        return std::move(read.text);
    }
    if (sight == Sight::hidden) read.text.erase(0, read.shown_bytes);
    if (!read.text.empty() && !read.code.empty() && !read.text.ends_with('\n')) read.text += '\n';
    return std::move(read.text) + read.code;
}

// One part alone, as mail/ reads all of them.
std::string text_of(mail::Parts part, Sight sight, const Texts& texts) {
    return text_in_sight(mail::read_text(part, texts.limits), sight);
}

void add_parts(Texts& texts, Sight sight, Facts& facts) {
    const mail::Parts& parts = facts.contents.parts();
    for (const mail::TextPart& one : parts.texts) {
        mail::Parts alone;
        alone.texts.push_back(one);
        add(texts, {one.path, "", text_of(std::move(alone), sight, texts)});
    }
    for (const mail::FilePart& one : parts.files) {
        if (!mail::is_tnef(one)) continue;
        mail::Parts alone;
        alone.files.push_back(one);
        add(texts,
            {one.path, std::string(first_of(one.names)), text_of(std::move(alone), sight, texts)});
    }
}

void add_html(Texts& texts, Facts& facts) {
    for (const mail::TextPart& one : facts.contents.parts().texts) {
        mail::Parts alone;
        alone.texts.push_back(one);
        add(texts, {one.path, "", mail::html_source(alone, texts.limits).text});
    }
}

void add_attachments(Texts& texts, std::vector<std::string> mail::Attachment::*which,
                     Facts& facts) {
    for (const mail::Attachment& file : facts.contents.attachments().files)
        for (const std::string& value : file.*which)
            add(texts, {part_of(file.path), file_of(file, ""), value});
}

void add_attachment_texts(Texts& texts, Facts& facts) {
    const auto& known = facts.contents.known_texts();
    if (!known) return;
    const auto& files = facts.contents.attachments().files;
    for (const AttachmentText& each : *known) {
        const mail::Attachment& file = files.at(each.attachment);
        add(texts, {part_of(file.path), file_of(file, each.path), each.text});
    }
}

// What has no place of its own: links, and the message as it was sent.
void add_values(Texts& texts, Field field, Facts& facts) {
    for (const std::string_view value : facts.contents.values(field, false).values)
        add(texts, {"", "", std::string(value)});
}

// Beside the texts of parts: the names of what is in containers, and what is no part's text.
void add_other_attachment_texts(Texts& texts, Facts& facts) {
    const auto& known = facts.contents.known_texts();
    if (!known) return;
    const auto& files = facts.contents.attachments().files;
    for (const AttachmentText& each : *known) {
        const mail::Attachment& file = files.at(each.attachment);
        const PlacedText place{part_of(file.path), file_of(file, each.path), ""};
        add(texts, {place.part, place.file, each.path});
        if (!is_in_text(each, file, facts.contents.parts()))
            add(texts, {place.part, place.file, each.text});
    }
}

void add_all(Texts& texts, Facts& facts) {
    for (const std::string& subject : facts.header_values("Subject")) add(texts, {"", "", subject});
    add_parts(texts, Sight::both, facts);
    add_attachments(texts, &mail::Attachment::names, facts);
    add_values(texts, Field::links, facts);
    add_other_attachment_texts(texts, facts);
}

}  // namespace

std::vector<PlacedText> texts_by_place(Field field, Facts& facts) {
    Texts texts{{}, facts.policy().reading};
    switch (field) {
        case Field::text:
            add_parts(texts, Sight::shown, facts);
            break;
        case Field::hidden:
            add_parts(texts, Sight::hidden, facts);
            break;
        case Field::any_text:
            add_all(texts, facts);
            break;
        case Field::html:
            add_html(texts, facts);
            break;
        case Field::raw:
        case Field::links:
            add_values(texts, field, facts);
            break;
        case Field::attachment_name:
            add_attachments(texts, &mail::Attachment::names, facts);
            break;
        case Field::attachment_type:
            add_attachments(texts, &mail::Attachment::types, facts);
            break;
        case Field::attachment_text:
            add_attachment_texts(texts, facts);
            break;
        default:
            break;
    }
    return std::move(texts.all);
}

}  // namespace spillway::policy
