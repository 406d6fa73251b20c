#include "mail/edit_footer.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "mail/edit_choose.h"
#include "mail/edit_encode.h"
#include "mail/edit_fields.h"
#include "mail/edit_html.h"
#include "mail/edit_text.h"
#include "mail/header.h"
#include "mail/text.h"

namespace spillway::mail {
namespace {

using Reason = std::string;
using Insertions = tl::expected<std::vector<Insertion>, Reason>;

std::string text_of(const Footer& footer) {
    std::string text = footer.text.empty() ? render_html(footer.html).visible : footer.text;
    text.erase(text.find_last_not_of(" \r\n") + 1);
    return text + '\n';
}

std::string html_of(const Footer& footer) {
    if (!footer.html.empty()) return footer.html;
    std::string text = footer.text;
    text.erase(text.find_last_not_of(" \r\n") + 1);
    return "<p>" + html_of_plain(text) + "</p>";
}

// Those for one place, one below the other.
std::string joined(const std::vector<const Footer*>& footers, bool html) {
    std::string all;
    for (const Footer* footer : footers) {
        if (!all.empty()) all += '\n';
        all += html ? html_of(*footer) : text_of(*footer);
    }
    return all;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string out;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n')
            out += line_end;
        else
            out += c;
    }
    return out;
}

// Who goes before the quoted text, where there is some, and who to the end.
struct Placed {
    std::vector<const Footer*> before_quote, at_end;

    Placed(const std::vector<const Footer*>& footers, bool has_quote) {
        for (const Footer* footer : footers)
            (footer->before_quote && has_quote ? before_quote : at_end).push_back(footer);
    }
};

bool any_before_quote(const std::vector<const Footer*>& footers) {
    return std::ranges::any_of(footers, &Footer::before_quote);
}

Insertions insertions_in_html(const PartText& text, const std::vector<const Footer*>& footers) {
    const auto places = html_places(text.bytes());
    if (!places) return tl::unexpected<Reason>("HTML that hides what follows it");
    const Placed placed(footers, places->before_quote.has_value());
    const std::string_view line_end = text.line_end();
    std::vector<Insertion> insertions;
    const auto add = [&](std::size_t at, const std::vector<const Footer*>& those) {
        if (those.empty()) return;
        std::string html(line_end);
        html += with_line_ends(joined(those, true), line_end);
        if (!html.ends_with('\n')) html += line_end;
        insertions.push_back({at, std::move(html)});
    };
    add(places->before_quote.value_or(0), placed.before_quote);
    add(places->end, placed.at_end);
    return insertions;
}

Insertions insertions_in_plain(const PartText& text, const std::vector<const Footer*>& footers) {
    const std::string_view bytes = text.bytes();
    if (holds_pgp_armor(bytes)) return tl::unexpected<Reason>("it is signed or encrypted");
    const bool looks = any_before_quote(footers) && bytes.size() <= most_decoded_text;
    const auto quote = looks ? quote_begin(bytes) : std::nullopt;
    const Placed placed(footers, quote.has_value());
    std::vector<Insertion> insertions;
    const auto add = [&](std::size_t at, const std::vector<const Footer*>& those) {
        if (!those.empty())
            insertions.push_back(plain_insertion(bytes, at, joined(those, false), text.form()));
    };
    add(quote.value_or(0), placed.before_quote);
    add(bytes.size(), placed.at_end);
    return insertions;
}

tl::expected<EditPart, Reason> readable_tree(std::string_view message, std::size_t field_count) {
    EditPart top = edit_tree(message);
    if (top.field_count != field_count || !top.empty_line)
        return tl::unexpected<Reason>("a header that ends differently for other readers");
    return top;
}

bool says(const std::vector<std::string>& shown, const std::string& words) {
    if (words.empty()) return false;
    const std::string sought = without_quoting(words);
    return std::ranges::any_of(
        shown, [&](const std::string& text) { return text.find(sought) != text.npos; });
}

// Which footers the message does not have yet.
std::vector<bool> wanted_of(const std::vector<Footer>& footers,
                            const std::vector<PartText>& texts) {
    std::vector<std::string> shown;
    const bool asked =
        std::ranges::any_of(footers, [](const Footer& footer) { return !footer.once.empty(); });
    if (asked)
        for (const PartText& text : texts) shown.push_back(without_quoting(text.shown()));
    std::vector<bool> wanted;
    for (const Footer& footer : footers) wanted.push_back(!says(shown, footer.once));
    return wanted;
}

// A string that the message does not hold; "=_" is in no encoded text (RFC 2045 section 6.7).
std::string free_boundary(std::string_view message) {
    std::uint64_t number = 0xcbf29ce484222325;
    for (const char c : message.substr(0, 65536))
        number = (number ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    for (;; ++number) {
        std::string boundary = fmt::format("=_footer_{:016x}", number);
        if (message.find(boundary) == message.npos) return boundary;
    }
}

// A message that had no part of MIME before is one of MIME now (RFC 2045 section 4).
void name_version(const EditPart& top, MessageEdit& edit) {
    const bool labels = std::ranges::any_of(
        edit.fields, [](const FieldChange& change) { return change.value.has_value(); });
    if (labels && !top.mime_version) edit.fields.push_back({"MIME-Version", "1.0"});
}

std::string fields_of(const EditPart& part) {
    std::string lines;
    for (const PartField& field : part.fields) lines += field.whole;
    return lines;
}

std::string part_of(const std::vector<Footer>& footers, std::string_view boundary) {
    std::string text;
    for (const Footer& footer : footers) {
        if (!text.empty()) text += '\n';
        text += text_of(footer);
    }
    return fmt::format(
        "\r\n--{0}\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "Content-Disposition: inline\r\n"
        "\r\n"
        "{1}\r\n"
        "--{0}--\r\n",
        boundary, as_quoted_printable(text, "\r\n"));
}

}  // namespace

tl::expected<InsertedFooters, std::string> insert_footers(std::string_view message,
                                                          const std::vector<Footer>& footers,
                                                          std::size_t field_count) {
    const auto top = readable_tree(message, field_count);
    if (!top) return tl::unexpected(top.error());
    const auto chosen = texts_to_edit(*top);
    if (!chosen) return tl::unexpected(chosen.error());
    std::vector<PartText> texts;
    for (const TextToEdit& one : *chosen) {
        auto text = PartText::read(message, one);
        if (!text) return tl::unexpected(text.error());
        texts.push_back(*std::move(text));
    }

    InsertedFooters result;
    result.inserted = wanted_of(footers, texts);
    result.edit.body.body = top->body;
    std::vector<const Footer*> wanted;
    for (std::size_t i = 0; i < footers.size(); ++i)
        if (result.inserted[i]) wanted.push_back(&footers[i]);
    if (wanted.empty()) return result;
    for (const PartText& text : texts) {
        const auto insertions =
            text.is_html() ? insertions_in_html(text, wanted) : insertions_in_plain(text, wanted);
        if (!insertions) return tl::unexpected(insertions.error());
        if (const auto done = text.insert(*insertions, result.edit); !done)
            return tl::unexpected(done.error());
        result.parts.push_back(text.part().is_top() ? "1" : text.part().path);
    }
    name_version(*top, result.edit);
    std::ranges::stable_sort(result.edit.body.changes, {}, &Replacement::begin);
    return result;
}

tl::expected<MessageEdit, std::string> attach_footers(std::string_view message,
                                                      const std::vector<Footer>& footers,
                                                      std::size_t field_count) {
    const auto top = readable_tree(message, field_count);
    if (!top) return tl::unexpected(top.error());
    const std::string boundary = free_boundary(message);
    MessageEdit edit;
    edit.body.body = top->body;
    edit.body.changes = {
        {top->body, top->body, fmt::format("--{}\r\n{}\r\n", boundary, fields_of(*top))},
        {message.size(), message.size(), part_of(footers, boundary)}};
    for (const PartField& field : top->fields) {
        const bool known = std::ranges::any_of(edit.fields, [&](const FieldChange& change) {
            return names_equal(change.name, field.name);
        });
        if (!known && !names_equal(field.name, "Content-Type"))
            edit.fields.push_back({std::string(field.name), std::nullopt});
    }
    edit.fields.push_back(
        {"Content-Type", fmt::format("multipart/mixed; boundary=\"{}\"", boundary)});
    // RFC 2045 section 6.4: a multipart is labelled with the widest encoding of its parts.
    if (top->encoding == "8bit" || top->encoding == "binary")
        for (FieldChange& change : edit.fields)
            if (names_equal(change.name, "Content-Transfer-Encoding")) change.value = top->encoding;
    name_version(*top, edit);
    return edit;
}

}  // namespace spillway::mail
