#include "mail/inner.h"

#include <algorithm>

#include "mail/header.h"
#include "mail/inline_files.h"
#include "mail/tnef.h"

namespace spillway::mail {
namespace {

// Longer lines hold no header of a file, and their offsets are told all the same.
constexpr std::size_t longest_line = 1024;
constexpr std::size_t most_files = 10'000;

// Cuts decoded pieces into lines and hands them on with their places.
class LineScan {
  public:
    explicit LineScan(const Body& text) : text_(text) {}

    bool take(std::string_view piece) {
        while (!piece.empty()) {
            const std::size_t end = piece.find('\n');
            const std::string_view part = piece.substr(0, end);
            const bool whole = end != piece.npos;
            length_ += part.size() + (whole ? 1 : 0);
            if (!whole || !waiting_.empty())
                waiting_ += part.substr(0, longest_line - std::min(longest_line, waiting_.size()));
            if (!whole) return true;
            line(waiting_.empty() ? part : std::string_view(waiting_));
            waiting_.clear();
            piece.remove_prefix(end + 1);
        }
        return files_.size() < most_files;
    }

    std::vector<InnerFile> finish() && {
        if (length_ > 0) line(waiting_);
        keep(scan_.end());
        return std::move(files_);
    }

  private:
    void line(std::string_view text) {
        keep(scan_.line(text.substr(0, longest_line), begin_, begin_ + length_));
        begin_ += length_;
        length_ = 0;
    }

    void keep(std::optional<InlineFile> found) {
        if (!found) return;
        Body body = text_;
        body.begin = found->begin;
        body.end = found->end;
        body.inner = found->encoding;
        files_.push_back({{to_utf8(found->name, "")}, "", body});
    }

    const Body& text_;
    InlineFiles scan_;
    std::string waiting_;     // the beginning of a line
    std::size_t begin_ = 0;   // of the line, in the text
    std::size_t length_ = 0;  // of the line so far
    std::vector<InnerFile> files_;
};

bool has_header_of_file(std::string_view text) {
    return text.find("begin") != text.npos || text.find("=ybegin") != text.npos;
}

struct PendingTnef {
    Body body;
    int depth;
};

// One stream; messages embedded in it are left for later.
void read_tnef(const PendingTnef& next, const TnefLimits& limits, Inner& inner,
               std::vector<PendingTnef>& pending, const std::function<void()>& rest) {
    TnefReader reader(limits);
    read_in_pieces(
        next.body, [&](std::string_view piece) { return reader.read(piece); }, rest);
    TnefContents contents = std::move(reader).finish();
    if (contents.damaged) inner.unreadable = "a damaged winmail.dat";
    if (contents.cut) inner.unreadable = "a winmail.dat larger than is read";
    if (!contents.subject.empty())
        inner.texts.push_back({false, std::move(contents.subject), "utf-8"});
    for (TnefText& text : contents.texts) {
        if (text.kind == TnefText::Kind::rtf)
            inner.rich_texts.push_back(std::move(text.bytes));
        else
            inner.texts.push_back({text.kind == TnefText::Kind::html, std::move(text.bytes),
                                   std::move(text.charset)});
    }
    for (TnefFile& file : contents.files) {
        Body body = next.body;
        body.begin = next.body.begin + file.begin;
        body.end = std::min(next.body.begin + file.end, next.body.end);
        if (file.is_message) pending.push_back({body, next.depth + 1});
        inner.files.push_back({std::move(file.names), std::move(file.type), body});
    }
}

}  // namespace

std::vector<InnerFile> files_in_text(const Body& text, const std::function<void()>& rest) {
    if (text.encoding == Encoding::none && text.sent.size() < 1'000'000 &&
        !has_header_of_file(text.sent))
        return {};
    LineScan scan(text);
    read_in_pieces(
        text, [&](std::string_view piece) { return scan.take(piece); }, rest);
    return std::move(scan).finish();
}

bool is_tnef(const FilePart& part) {
    const auto is_label = [](const std::string& type) {
        return type == "application/ms-tnef" || type == "application/vnd.ms-tnef";
    };
    const auto is_name = [](const std::string& name) {
        return names_equal(name, "winmail.dat") || names_equal(name, "win.dat");
    };
    if (std::ranges::any_of(part.types, is_label) || std::ranges::any_of(part.names, is_name))
        return true;
    return std::ranges::any_of(bodies_of(part.body, part.encodings), [](const Body& body) {
        return beginning_of({.sent = body.sent.substr(0, 1024), .encoding = body.encoding},
                            tnef_signature.size()) == tnef_signature;
    });
}

// Each embedded message reads its own part of the bytes again: what is nested deep ends early.
Inner tnef_contents(const Body& tnef, const ReadingLimits& limits,
                    const std::function<void()>& rest) {
    constexpr int deepest = 10;
    Inner inner;
    std::vector<PendingTnef> pending{{tnef, 0}};
    TnefLimits left{.texts = limits.text_bytes,
                    .files = static_cast<std::size_t>(std::max(limits.parts, 0))};
    while (!pending.empty()) {
        const PendingTnef next = pending.back();
        pending.pop_back();
        if (next.depth > deepest || inner.files.size() > left.files) {
            inner.unreadable = "a winmail.dat nested deeper than is read";
            break;
        }
        read_tnef(next, left, inner, pending, rest);
        std::size_t used = 0;
        for (const InnerText& text : inner.texts) used += text.bytes.size();
        for (const std::string& text : inner.rich_texts) used += text.size();
        left.texts = limits.text_bytes - std::min(used, limits.text_bytes);
    }
    return inner;
}

}  // namespace spillway::mail
