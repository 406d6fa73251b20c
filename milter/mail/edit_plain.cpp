#include "mail/edit_plain.h"

#include <algorithm>
#include <vector>

#include "mail/entity.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_flowed = 72;
constexpr std::size_t longest_introduction = 4;  // lines: "On ... at ...,\nAnn <...> wrote:"

std::string_view trimmed(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos) return {};
    return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

struct PlacedLine {
    std::size_t begin;
    std::string_view text;  // without blanks around it
    bool quoted;
};

// "-----Original Message-----" in any language, and Outlook's line of underscores before "From:".
bool is_separator(std::string_view line, std::string_view next) {
    constexpr std::size_t some = 4;
    const std::size_t dashes = std::min(line.find_first_not_of('-'), line.size());
    const std::size_t end = line.find_last_not_of('-');
    const bool framed = dashes >= some && end != line.npos && end > dashes &&
                        line.size() - 1 - end >= some && line.size() < 80;
    const bool ruled = line.size() >= 20 && line.find_first_not_of('_') == line.npos;
    const std::size_t colon = next.find(':');
    const bool field_follows = colon != next.npos && colon > 0 && colon < 12;
    return (framed || ruled) && field_follows;
}

std::vector<PlacedLine> lines_of(std::string_view text) {
    std::vector<PlacedLine> lines;
    for (std::size_t at = 0; at < text.size();) {
        const Line line = line_at(text, at);
        lines.push_back({at, trimmed(line.text), line.text.starts_with('>')});
        at = line.next;
    }
    return lines;
}

std::optional<std::size_t> separated_quote(const std::vector<PlacedLine>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::size_t next = i + 1;
        while (next < lines.size() && lines[next].text.empty()) ++next;
        if (next < lines.size() && is_separator(lines[i].text, lines[next].text))
            return lines[i].begin;
    }
    return std::nullopt;
}

// Up to the line that introduces it, where there is one that ends with a colon.
std::size_t with_introduction(const std::vector<PlacedLine>& lines, std::size_t quote) {
    std::size_t last = quote;
    while (last > 0 && lines[last - 1].text.empty()) --last;
    if (last == 0 || !lines[last - 1].text.ends_with(':')) return quote;
    std::size_t first = last - 1;
    while (first > 0 && last - first < longest_introduction && !lines[first - 1].text.empty())
        --first;
    // More lines than an introduction has: only the last one surely is.
    if (first > 0 && !lines[first - 1].text.empty()) first = last - 1;
    return first;
}

std::optional<std::size_t> marked_quote(const std::vector<PlacedLine>& lines) {
    std::size_t begin = lines.size();
    bool any = false;
    while (begin > 0 && (lines[begin - 1].quoted || lines[begin - 1].text.empty())) {
        any |= lines[begin - 1].quoted;
        --begin;
    }
    if (!any) return std::nullopt;
    while (!lines[begin].quoted) ++begin;
    return lines[with_introduction(lines, begin)].begin;
}

std::string_view line_end_of(std::string_view text) {
    const std::size_t end = text.find('\n');
    return end == text.npos || (end > 0 && text[end - 1] == '\r') ? "\r\n" : "\n";
}

// A line that means something else in flowed text is stuffed with a blank (RFC 3676 section 4.4).
void append_flowed(std::string& out, std::string_view line, const PlainForm& form,
                   std::string_view line_end) {
    if (line != "-- ") line = line.substr(0, line.find_last_not_of(' ') + 1);
    const auto begin_line = [&](std::string_view rest) {
        if (rest.starts_with(' ') || rest.starts_with('>') || rest.starts_with("From ")) out += ' ';
    };
    while (line.size() > longest_flowed) {
        std::size_t blank = line.rfind(' ', longest_flowed - 1);
        if (blank == line.npos || blank == 0) blank = line.find(' ', longest_flowed);
        if (blank == line.npos || blank + 1 >= line.size()) break;
        begin_line(line);
        out.append(line, 0, blank + 1);
        if (form.deletes_blanks) out += ' ';
        out += line_end;
        line.remove_prefix(blank + 1);
    }
    begin_line(line);
    out.append(line).append(line_end);
}

bool ends_with_empty_line(std::string_view text) {
    if (!text.ends_with('\n')) return false;
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    return text.empty() || text.ends_with('\n');
}

}  // namespace

std::optional<std::size_t> quote_begin(std::string_view text) {
    const std::vector<PlacedLine> lines = lines_of(text);
    const auto separated = separated_quote(lines);
    const auto marked = marked_quote(lines);
    if (separated && marked) return std::min(*separated, *marked);
    return separated ? separated : marked;
}

Insertion plain_insertion(std::string_view text, std::size_t at, std::string_view footer,
                          const PlainForm& form) {
    const std::string_view line_end = line_end_of(text);
    const std::string_view before = text.substr(0, at);
    const std::string_view after = text.substr(at);
    Insertion insertion{at, {}};
    std::string& out = insertion.text;
    if (!before.empty() && !before.ends_with('\n')) out += line_end;
    if (!before.empty() && !ends_with_empty_line(before)) out += line_end;
    for (std::size_t next = 0; next < footer.size();) {
        const Line line = line_at(footer, next);
        next = line.next;
        if (form.flowed)
            append_flowed(out, line.text, form, line_end);
        else
            out.append(line.text).append(line_end);
    }
    if (!after.empty() && !line_at(after, 0).text.empty()) out += line_end;
    // Where no line end closes the text, none is added: it would be another empty line.
    const bool open_end = after.empty() && !before.empty() && !before.ends_with('\n');
    if (open_end) out.resize(out.size() - line_end.size());
    return insertion;
}

bool holds_pgp_armor(std::string_view text) {
    constexpr std::string_view armor = "-----BEGIN PGP ";
    for (std::size_t at = text.find(armor); at != text.npos; at = text.find(armor, at + 1)) {
        const std::string_view kind = text.substr(at + armor.size());
        const bool begins_line = at == 0 || text[at - 1] == '\n';
        if (begins_line && (kind.starts_with("MESSAGE") || kind.starts_with("SIGNED ")))
            return true;
    }
    return false;
}

}  // namespace spillway::mail
