#include "ctl/body_change.h"

#include <algorithm>

#include <fmt/format.h>

#include "ctl/console.h"
#include "mail/entity.h"

namespace spillway::ctl {
namespace {

constexpr std::size_t most_lines = 20;

void add_lines(std::vector<std::string>& rows, char mark, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        const mail::Line line = mail::line_at(text, at);
        at = line.next;
        if (count < most_lines)
            rows.push_back(line.text.empty() ? std::string(1, mark)
                                             : fmt::format("{} {}", mark, shown(line.text)));
    }
    if (count > most_lines) rows.push_back(fmt::format("{} ... {} lines", mark, count));
}

}  // namespace

std::vector<std::string> body_change(std::string_view message, const mail::BodyEdit& edit) {
    std::vector<std::string> rows;
    std::size_t line = 1;
    std::size_t counted_to = edit.body;
    for (const mail::Replacement& change : edit.changes) {
        const std::string_view before = message.substr(counted_to, change.begin - counted_to);
        line += static_cast<std::size_t>(std::ranges::count(before, '\n'));
        counted_to = change.begin;
        rows.push_back(fmt::format("@@ line {}", line));
        add_lines(rows, '-', message.substr(change.begin, change.end - change.begin));
        add_lines(rows, '+', change.bytes);
    }
    return rows;
}

}  // namespace spillway::ctl
