#include "policy/contents.h"

#include <algorithm>

#include "mail/file_name.h"
#include "mail/header.h"
#include "mail/links.h"
#include "match/folding.h"

namespace spillway::policy {
namespace {

constexpr std::size_t most_links = 10'000;
constexpr std::size_t most_bytes_of_links = 4 * 1024 * 1024;
const std::vector<AttachmentText> no_texts;
constexpr const char* more_text = "more text than is read";

// OpenPGP in the text itself (RFC 4880 section 6.2), as readers without PGP/MIME write it.
constexpr std::string_view armour = "-----BEGIN PGP MESSAGE-----";

void add_line(std::string& text, std::string_view line) {
    if (line.empty()) return;
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += line;
}

}  // namespace

bool is_in_text(const AttachmentText& each, const mail::Attachment& file,
                const mail::Parts& parts) {
    if (!each.path.empty() || !each.type.starts_with("text/")) return false;
    const bool html = each.type == "text/html";
    const auto kind = html ? mail::TextPart::Kind::html : mail::TextPart::Kind::plain;
    return std::ranges::any_of(parts.texts, [&](const mail::TextPart& text) {
        return text.path == file.path && text.kind == kind;
    });
}

// Times the making of something for as long as it lives.
class Contents::Making {
  public:
    explicit Making(Contents& of) : of_(of) { ++of_.making_; }
    ~Making() {
        if (--of_.making_ == 0) of_.spent_ += std::chrono::steady_clock::now() - began_;
    }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;

  private:
    Contents& of_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

const mail::Parts& Contents::parts() {
    if (parts_) return *parts_;
    const Making timed(*this);
    return parts_.emplace(mail::parts_of(message_.bytes, limits_, message_.give_back));
}

const mail::ReadText& Contents::text() {
    if (text_) return *text_;
    const Making timed(*this);
    return text_.emplace(mail::read_text(parts(), limits_, message_.give_back));
}

const mail::Attachments& Contents::attachments() {
    if (attachments_) return *attachments_;
    const Making timed(*this);
    return attachments_.emplace(mail::attachments_of(parts(), limits_, message_.give_back));
}

const std::vector<std::uint64_t>& Contents::attachment_sizes() {
    if (attachment_sizes_) return *attachment_sizes_;
    const Making timed(*this);
    std::vector<std::uint64_t> sizes;
    for (const mail::Attachment& file : attachments().files)
        sizes.push_back(mail::decoded_bytes(file.body, message_.give_back));
    return attachment_sizes_.emplace(std::move(sizes));
}

std::optional<std::string> Contents::attachments_incomplete() {
    return parts().incomplete ? parts().incomplete : attachments().unreadable;
}

std::optional<std::string> Contents::trouble_of_texts() const {
    if (!attachment_texts_) return std::nullopt;
    for (const AttachmentText& each : *attachment_texts_) {
        if (!each.trouble.empty()) return each.trouble;
        if (each.truncated) return more_text;
    }
    return std::nullopt;
}

const Contents::Values& Contents::values(Field field, bool folded) {
    const auto key = std::pair(field, folded);
    const auto known = values_.find(key);
    if (known != values_.end()) return known->second;
    const Making timed(*this);
    forget_large();
    Values result = folded ? values(field, false) : made(field);
    if (folded) {
        for (std::string_view& value : result.values)
            value = made_.emplace_back(match::folded_text(value));
    }
    lay_end_to_end(result);
    return values_.emplace(key, std::move(result)).first->second;
}

// To look through a text has a price of its own, whatever its size: hundreds of links are sooner
// looked through together.
void Contents::lay_end_to_end(Values& values) {
    constexpr std::size_t most_bytes = 256 * 1024;
    std::size_t bytes = values.values.size();
    for (const std::string_view value : values.values) bytes += value.size();
    if (values.values.size() < 2 || bytes > most_bytes) return;
    std::string& whole = made_.emplace_back();
    whole.reserve(bytes);  // views into it must stay
    for (std::string_view& value : values.values) {
        const std::size_t begin = whole.size();
        whole += value;
        value = std::string_view(whole).substr(begin);
        whole += '\n';
    }
    values.whole = whole;
}

// Rules that ask for many texts of a very large message have them made anew now and then, rather
// than all kept at once.
void Contents::forget_large() {
    constexpr std::size_t large = 2 * 1024 * 1024;
    std::size_t bytes = 0;
    for (const std::string& text : made_) bytes += text.size();
    if (message_.give_back) message_.give_back();
    if (bytes < large) return;
    forgetting_();
    values_.clear();
    made_.clear();
}

Contents::Values Contents::made(Field field) {
    switch (field) {
        case Field::text:
            return one(std::string_view(text().text).substr(0, text().shown_bytes),
                       text().incomplete);
        case Field::hidden: {
            std::string hidden = text().text.substr(text().shown_bytes);
            add_line(hidden, text().code);
            return kept(std::move(hidden), text().incomplete);
        }
        case Field::any_text:
            return any_text();
        case Field::html: {
            mail::HtmlSource source = mail::html_source(parts(), limits_, message_.give_back);
            const bool cut = source.cut;
            return kept(std::move(source.text),
                        cut ? std::optional<std::string>(more_text) : parts().incomplete);
        }
        case Field::raw: {
            const bool cut = message_.bytes.size() > limits_.text_bytes;
            return one(message_.bytes.substr(0, limits_.text_bytes),
                       cut ? std::optional<std::string>(more_text) : std::nullopt);
        }
        case Field::links:
            return links();
        case Field::attachment_name:
            return names_or_types(&mail::Attachment::names);
        case Field::attachment_type:
            return names_or_types(&mail::Attachment::types);
        case Field::attachment_text:
            return attachment_texts();
        case Field::inner_name:
        case Field::inner_type:
            return inner(field);
        default:
            return {};
    }
}

Contents::Values Contents::one(std::string_view text, std::optional<std::string> incomplete) {
    return {{text}, std::move(incomplete)};
}

Contents::Values Contents::kept(std::string text, std::optional<std::string> incomplete) {
    return one(made_.emplace_back(std::move(text)), std::move(incomplete));
}

// All that anyone could read anywhere in the message, in one text.
Contents::Values Contents::any_text() {
    std::string all;
    all.reserve(text().text.size() + text().code.size() + 1024);
    for (const mail::Header& header : message_.headers)
        if (mail::names_equal(header.name, "Subject"))
            add_line(all, mail::decoded_value(header.value));
    add_line(all, text().text);
    add_line(all, text().code);
    std::optional<std::string> incomplete = text().incomplete;
    for (const Field field : {Field::attachment_name, Field::links}) {
        const Values& more = values(field, false);
        for (const std::string_view value : more.values) add_line(all, value);
        if (!incomplete) incomplete = more.incomplete;
    }
    const auto unread = values(Field::attachment_text, false).incomplete;
    if (!incomplete) incomplete = unread;
    for (const AttachmentText& each : attachment_texts_ ? *attachment_texts_ : no_texts) {
        add_line(all, each.path);
        if (is_in_text(each, attachments().files.at(each.attachment), parts())) continue;
        if (all.size() + each.text.size() <= limits_.text_bytes)
            add_line(all, each.text);
        else if (!incomplete)
            incomplete = more_text;
    }
    return kept(std::move(all), std::move(incomplete));
}

Contents::Values Contents::links() {
    mail::Links links(most_links, most_bytes_of_links);
    links.add_html(values(Field::html, false).values.front());
    links.add_text(text().text);
    Values result;
    for (const std::string& link : links.spellings())
        result.values.push_back(made_.emplace_back(link));
    result.incomplete = values(Field::html, false).incomplete;
    if (!result.incomplete) result.incomplete = text().incomplete;
    if (links.cut()) result.incomplete = "more links than are read";
    return result;
}

Contents::Values Contents::names_or_types(std::vector<std::string> mail::Attachment::*which) {
    Values result;
    for (const mail::Attachment& file : attachments().files)
        for (const std::string& value : file.*which) result.values.push_back(value);
    result.incomplete = attachments_incomplete();
    return result;
}

std::optional<std::string> Contents::inner_incomplete() {
    if (attachment_texts_) {
        const auto outer = attachments_incomplete();
        return outer ? outer : trouble_of_texts();
    }
    if (attachments().files.empty()) return std::nullopt;
    return "attachments that were not read";
}

Contents::Values Contents::attachment_texts() {
    Values result;
    for (const AttachmentText& each : attachment_texts_ ? *attachment_texts_ : no_texts)
        result.values.push_back(each.text);
    result.incomplete = inner_incomplete();
    return result;
}

// Encrypted archives hide what is in them, but not how it is called.
Contents::Values Contents::inner(Field field) {
    Values result;
    for (const AttachmentText& each : attachment_texts_ ? *attachment_texts_ : no_texts) {
        if (each.path.empty()) continue;
        if (field == Field::inner_type) {
            result.values.push_back(each.type);
            continue;
        }
        for (std::string& name : mail::spellings_of_name(each.path))
            result.values.push_back(made_.emplace_back(std::move(name)));
    }
    result.incomplete = inner_incomplete();
    return result;
}

bool Contents::unreadable() {
    const auto has_trouble = [](const AttachmentText& each) { return !each.trouble.empty(); };
    return parts().unreadable || text().unreadable || attachments().unreadable ||
           (attachment_texts_ && std::ranges::any_of(*attachment_texts_, has_trouble));
}

bool Contents::encrypted() {
    if (parts().encrypted || text().text.find(armour) != std::string::npos) return true;
    if (std::ranges::any_of(attachments().files, &mail::Attachment::encrypted)) return true;
    return attachment_texts_ && std::ranges::any_of(*attachment_texts_, &AttachmentText::encrypted);
}

bool Contents::truncated() {
    return text().cut || (attachment_texts_ &&
                          std::ranges::any_of(*attachment_texts_, &AttachmentText::truncated));
}

}  // namespace spillway::policy
