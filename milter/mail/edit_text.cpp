#include "mail/edit_text.h"

#include <algorithm>
#include <numeric>

#include "mail/edit_encode.h"
#include "mail/edit_fields.h"
#include "mail/edit_html.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

using Done = tl::expected<void, std::string>;
using Insertions = std::vector<Insertion>;

// RFC 5322 section 2.1.1 allows 998 characters.
constexpr std::size_t longest_line = 990;

bool has_long_line(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (end - at > longest_line) return true;
        at = end + 1;
    }
    return false;
}

std::string spliced(std::string_view text, const Insertions& insertions, std::size_t from = 0) {
    std::string all;
    for (const Insertion& insertion : insertions) {
        all.append(text.substr(from, insertion.at - from)).append(insertion.text);
        from = insertion.at;
    }
    return all.append(text.substr(from));
}

// Base64 is shorter for what is mostly not ASCII; for the rest quoted-printable is readable.
bool is_mostly_other(std::string_view text) {
    const auto others =
        std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return static_cast<std::size_t>(others) > text.size() / 4;
}

// Readers believe such marks before any label: bytes that follow are not what the label says.
bool is_marked_otherwise(std::string_view bytes) {
    using namespace std::string_view_literals;
    return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
           bytes.starts_with("\x00\x00\xFE\xFF"sv);
}

}  // namespace

tl::expected<PartText, std::string> PartText::read(std::string_view message,
                                                   const TextToEdit& text) {
    PartText read;
    read.part_ = text.part;
    read.html_ = text.html;
    const EditPart& part = *text.part;
    if (!part.empty_line) return tl::unexpected<std::string>("a part without an empty line");
    const auto charsets = part.content.all("charset");
    if (charsets.size() > 1) return tl::unexpected<std::string>("a text in two charsets");
    if (!charsets.empty()) read.label_ = charsets[0];
    read.kind_ = charset_kind(read.label_);
    if (read.kind_ == CharsetKind::unknown)
        return tl::unexpected<std::string>("a text in an unknown charset");
    read.sent_ = message.substr(part.body, part.end - part.body);
    read.encoding_ = part.encoding.empty() ? Encoding::none : encoding_named(part.encoding);
    const bool kept = read.encoding_ == Encoding::none && read.kind_ != CharsetKind::other;
    if (!kept && read.sent_.size() > most_decoded_text)
        return tl::unexpected<std::string>("an encoded text that is too large");
    if (read.encoding_ == Encoding::base64) {
        if (!is_plain_base64(read.sent_)) return tl::unexpected<std::string>("damaged base64");
        read.decoded_ = from_base64(read.sent_);
    } else if (read.encoding_ == Encoding::quoted_printable) {
        read.decoded_ = from_quoted_printable(read.sent_);
    } else if (read.encoding_ != Encoding::none) {
        return tl::unexpected<std::string>("a transfer encoding that is not written");
    }
    if (read.kind_ != CharsetKind::other) {
        if (!is_marked_otherwise(read.bytes())) return read;
        return tl::unexpected<std::string>("a text in another charset than it names");
    }
    auto utf8 = exact_utf8(read.bytes(), read.label_);
    if (!utf8) return tl::unexpected<std::string>("a text that is not in the charset it names");
    read.decoded_ = *std::move(utf8);
    return read;
}

PlainForm PartText::form() const {
    return {.flowed = part_->content.has("format", "flowed"),
            .deletes_blanks = part_->content.has("delsp", "yes")};
}

std::string_view PartText::line_end() const {
    const std::size_t end = bytes().find('\n');
    return end == bytes().npos || (end > 0 && bytes()[end - 1] == '\r') ? "\r\n" : "\n";
}

std::string PartText::shown() const {
    const std::string text = to_utf8(bytes(), kind_ == CharsetKind::other ? "utf-8" : label_);
    return html_ ? render_html(text).visible : text;
}

// The transfer encoding says 8-bit bytes are there, or they are there in spite of it.
bool PartText::takes_8bit() const {
    return part_->encoding == "8bit" || part_->encoding == "binary" || !is_ascii(sent_);
}

// In the charset of the part; HTML can say in ASCII what the charset cannot.
std::optional<Insertion> PartText::encoded(const Insertion& insertion) const {
    auto bytes = kind_ == CharsetKind::other ? std::nullopt : from_utf8(insertion.text, label_);
    const bool needs_8bit = bytes && encoding_ == Encoding::none && !is_ascii(*bytes);
    if (bytes && (!needs_8bit || takes_8bit())) return Insertion{insertion.at, *std::move(bytes)};
    if (html_ && kind_ != CharsetKind::other)
        return Insertion{insertion.at, with_references(insertion.text)};
    return std::nullopt;
}

bool PartText::fits_as_sent(const Insertions& insertions) const {
    return encoding_ != Encoding::none ||
           std::ranges::none_of(insertions, [](const Insertion& insertion) {
               return has_long_line(insertion.text);
           });
}

Done PartText::insert(const Insertions& insertions, MessageEdit& edit) const {
    Insertions ready;
    for (const Insertion& insertion : insertions)
        if (auto one = encoded(insertion)) ready.push_back(*std::move(one));
    remove_field(*part_, message(), "Content-MD5", edit);
    if (ready.size() < insertions.size() || !fits_as_sent(ready)) return rewrite(insertions, edit);
    splice(ready, edit);
    return {};
}

void PartText::splice(const Insertions& insertions, MessageEdit& edit) const {
    if (encoding_ == Encoding::base64) return splice_base64(insertions, edit);
    if (encoding_ == Encoding::quoted_printable) return splice_quoted_printable(insertions, edit);
    for (const Insertion& insertion : insertions) {
        const std::size_t at = part_->body + insertion.at;
        edit.body.changes.push_back({at, at, insertion.text});
    }
}

// A place within an encoded line is set off by soft line breaks.
void PartText::splice_quoted_printable(const Insertions& insertions, MessageEdit& edit) const {
    constexpr std::string_view line_end = "\r\n";
    const std::string soft_break = "=\r\n";
    for (const Insertion& insertion : insertions) {
        const std::size_t at = quoted_printable_place(sent_, insertion.at);
        std::string lines = as_quoted_printable(insertion.text, line_end);
        const std::string_view rest = sent_.substr(at);
        const bool line_begins = at == 0 || sent_[at - 1] == '\n';
        const bool line_ends = rest.empty() || rest == "=" || rest.starts_with('\n') ||
                               rest.starts_with("\r\n") || rest.starts_with(soft_break);
        if (!line_begins && !lines.starts_with(line_end)) lines.insert(0, soft_break);
        if (!line_ends && !lines.ends_with(line_end)) lines += soft_break;
        edit.body.changes.push_back({part_->body + at, part_->body + at, std::move(lines)});
    }
}

void PartText::splice_base64(const Insertions& insertions, MessageEdit& edit) const {
    const std::size_t end = sent_.find_last_not_of(" \t\r\n") + 1;
    const Base64Lines kept = base64_lines_before(sent_.substr(0, end), insertions.front().at);
    edit.body.changes.push_back(
        {part_->body + kept.characters, part_->body + end,
         as_base64(spliced(bytes(), insertions, kept.bytes), "\r\n", kept.width)});
}

// The whole text with what is inserted, in UTF-8.
tl::expected<std::string, std::string> PartText::in_utf8(const Insertions& insertions) const {
    if (kind_ == CharsetKind::other) return spliced(bytes(), insertions);
    if (bytes().size() > most_decoded_text)
        return tl::unexpected<std::string>("a text that is too large to be written anew");
    std::string all;
    std::size_t from = 0;
    Insertions pieces = insertions;
    pieces.push_back({bytes().size(), ""});
    for (const Insertion& piece : pieces) {
        const auto before = exact_utf8(bytes().substr(from, piece.at - from), label_);
        if (!before)
            return tl::unexpected<std::string>("a text that is not in the charset it names");
        all.append(*before).append(piece.text);
        from = piece.at;
    }
    return all;
}

// In its charset where that has all characters, else in UTF-8.
Done PartText::rewrite(const Insertions& insertions, MessageEdit& edit) const {
    if (kind_ == CharsetKind::other) {
        Insertions ascii = insertions;
        if (html_)
            for (Insertion& insertion : ascii) insertion.text = with_references(insertion.text);
        const std::string all = spliced(bytes(), ascii);
        const auto same = from_utf8(all, label_);
        // Text of 16 or 32 bits has no lines to anybody but who decodes it.
        const bool has_lines = same && same->find('\0') == same->npos;
        if (same && (has_lines || encoding_ == Encoding::base64) &&
            exact_utf8(*same, label_) == all)
            return write(*same, false, edit);
        return write(all, true, edit);
    }
    Insertions ready;
    for (const Insertion& insertion : insertions)
        if (auto text = from_utf8(insertion.text, label_))
            ready.push_back({insertion.at, *std::move(text)});
    if (ready.size() == insertions.size() && bytes().size() <= most_decoded_text)
        return write(spliced(bytes(), ready), false, edit);
    const auto all = in_utf8(insertions);
    if (!all) return tl::unexpected(all.error());
    return write(*all, true, edit);
}

Done PartText::write(std::string_view text, bool as_utf8, MessageEdit& edit) const {
    if (as_utf8) {
        const PartField* const type = part_->field("Content-Type");
        const auto value =
            type ? with_charset(type->value, "UTF-8") : std::string("text/plain; charset=UTF-8");
        if (!value) return tl::unexpected<std::string>("a charset that cannot be replaced");
        set_field(*part_, message(), "Content-Type", *value, edit);
    }
    const bool stays =
        encoding_ == Encoding::none && (is_ascii(text) || takes_8bit()) && !has_long_line(text);
    const bool base64 =
        encoding_ == Encoding::base64 || (encoding_ == Encoding::none && is_mostly_other(text));
    std::string body(stays    ? std::string(text)
                     : base64 ? as_base64(text, "\r\n")
                              : as_quoted_printable(text, "\r\n"));
    if (base64 && !stays && sent_.ends_with('\n')) body += "\r\n";
    if (encoding_ == Encoding::none && !stays)
        set_field(*part_, message(), "Content-Transfer-Encoding",
                  base64 ? "base64" : "quoted-printable", edit);
    edit.body.changes.push_back({part_->body, part_->end, std::move(body)});
    return {};
}

}  // namespace spillway::mail
