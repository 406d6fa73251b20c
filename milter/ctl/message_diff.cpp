#include "ctl/message_diff.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "ctl/console.h"
#include "mail/edit.h"
#include "mail/header.h"
#include "policy/variants.h"

namespace spillway::ctl {

namespace {

using Lines = std::vector<std::string_view>;

// Each with its line end.
Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

bool is_empty_line(std::string_view line) { return line == "\r\n" || line == "\n"; }

std::string_view name_in(std::string_view field) {
    std::string_view name = field.substr(0, field.find(':'));
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    return name;
}

using Fields = std::vector<std::string>;

// Header fields with their folded lines, and all from the empty line on.
struct Parts {
    Fields fields;
    std::string_view rest;
};

Parts parts_of(std::string_view message) {
    Parts parts{{}, message};
    for (const std::string_view line : lines_of(message)) {
        if (is_empty_line(line)) break;
        const bool folded = line.front() == ' ' || line.front() == '\t';
        if (folded && !parts.fields.empty())
            parts.fields.back() += line;
        else
            parts.fields.emplace_back(line);
        parts.rest.remove_prefix(line.size());
    }
    return parts;
}

Fields::iterator field(Fields& fields, std::string_view name, int nth) {
    return std::ranges::find_if(fields, [&](const std::string& one) {
        return mail::names_equal(name_in(one), name) && --nth == 0;
    });
}

// Lines that are folded by LF alone in the decision end as all others do.
std::string written(std::string_view name, std::string_view value) {
    std::string text = fmt::format("{}: ", name);
    for (const char c : value) {
        if (c == '\n') text += '\r';
        text += c;
    }
    return text + "\r\n";
}

void edit(Fields& fields, const policy::Edit& edit) {
    std::visit(Overloaded{
                   [&](const policy::AddHeader& added) {
                       fields.push_back(written(added.name, added.value));
                   },
                   [&](const policy::ReplaceHeader& replaced) {
                       const auto found = field(fields, replaced.name, 1);
                       if (found != fields.end()) *found = written(replaced.name, replaced.value);
                   },
                   [&](const policy::RemoveHeader& removed) {
                       const auto found = field(fields, removed.name, removed.nth);
                       if (found != fields.end()) fields.erase(found);
                   },
                   [](const policy::AddRecipient&) {},
                   [](const policy::RemoveRecipient&) {},
               },
               edit);
}

// ---- what differs ----

enum class Side { both, before, after };
struct Step {
    Side side;
    std::string_view line;
};
using Steps = std::vector<Step>;

// How far each diagonal was reached with so many differences: Myers, "An O(ND) Difference Algorithm
// and Its Variations", Algorithmica 1 (1986).
class Comparison {
  public:
    Comparison(const Lines& before, const Lines& after) : before_(before), after_(after) {}

    // False when more than `most` lines differ; else steps() tells them.
    bool run(std::size_t most) {
        std::vector<std::ptrdiff_t> reached(2 * most + 3, 0);
        const auto at = [most](std::ptrdiff_t diagonal) {
            return static_cast<std::size_t>(diagonal + static_cast<std::ptrdiff_t>(most) + 1);
        };
        for (std::ptrdiff_t d = 0; d <= static_cast<std::ptrdiff_t>(most); ++d) {
            history_.push_back(reached);
            for (std::ptrdiff_t k = -d; k <= d; k += 2) {
                const bool down = k == -d || (k != d && reached[at(k - 1)] < reached[at(k + 1)]);
                reached[at(k)] = along(down ? reached[at(k + 1)] : reached[at(k - 1)] + 1, k);
                if (reached[at(k)] >= std::ssize(before_) &&
                    reached[at(k)] - k >= std::ssize(after_))
                    return true;
            }
        }
        return false;
    }

    Steps steps(std::size_t most) const {
        Steps backwards;
        std::ptrdiff_t x = std::ssize(before_), y = std::ssize(after_);
        for (auto d = std::ssize(history_) - 1; d >= 0; --d) {
            const auto& reached = history_[static_cast<std::size_t>(d)];
            const auto at = [&](std::ptrdiff_t k) {
                return reached[static_cast<std::size_t>(k + static_cast<std::ptrdiff_t>(most) + 1)];
            };
            const std::ptrdiff_t k = x - y;
            const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
            const std::ptrdiff_t from_x = d == 0 ? 0 : down ? at(k + 1) : at(k - 1);
            const std::ptrdiff_t from_y = d == 0 ? 0 : from_x - (down ? k + 1 : k - 1);
            while (x > from_x && y > from_y) {
                backwards.push_back({Side::both, line(before_, --x)});
                --y;
            }
            if (d == 0) break;
            if (down)
                backwards.push_back({Side::after, line(after_, --y)});
            else
                backwards.push_back({Side::before, line(before_, --x)});
        }
        return {backwards.rbegin(), backwards.rend()};
    }

  private:
    static std::string_view line(const Lines& lines, std::ptrdiff_t number) {
        return lines[static_cast<std::size_t>(number)];
    }
    std::ptrdiff_t along(std::ptrdiff_t x, std::ptrdiff_t k) const {
        while (x < std::ssize(before_) && x - k < std::ssize(after_) &&
               line(before_, x) == line(after_, x - k))
            ++x;
        return x;
    }

    const Lines& before_;
    const Lines& after_;
    std::vector<std::vector<std::ptrdiff_t>> history_;
};

// Beyond so many differing lines all that lies between the first and the last is told as replaced:
// the exact answer would take their square in memory.
constexpr std::size_t most_differences = 1000;

Steps differing(const Lines& before, const Lines& after) {
    Comparison comparison(before, after);
    const std::size_t most = std::min(before.size() + after.size(), most_differences);
    if (comparison.run(most)) return comparison.steps(most);
    Steps steps;
    for (const std::string_view line : before) steps.push_back({Side::before, line});
    for (const std::string_view line : after) steps.push_back({Side::after, line});
    return steps;
}

// What both have at their beginning and end is found by looking at it once.
Steps steps_between(Lines before, Lines after) {
    const auto [a, b] = std::ranges::mismatch(before, after);
    Steps steps;
    for (auto line = before.begin(); line != a; ++line) steps.push_back({Side::both, *line});
    Lines tail;
    const Lines::iterator begin_before = a, begin_after = b;
    auto end_before = before.end(), end_after = after.end();
    while (end_before != begin_before && end_after != begin_after &&
           *std::prev(end_before) == *std::prev(end_after)) {
        tail.push_back(*--end_before);
        --end_after;
    }
    const Steps middle = differing(Lines(begin_before, end_before), Lines(begin_after, end_after));
    steps.insert(steps.end(), middle.begin(), middle.end());
    for (auto line = tail.rbegin(); line != tail.rend(); ++line)
        steps.push_back({Side::both, *line});
    return steps;
}

// ---- how it is written ----

constexpr std::size_t lines_around = 3;

std::string text_of(const Step& step) {
    std::string_view line = step.line;
    const bool has_end = line.ends_with('\n');
    if (has_end) line.remove_suffix(1);
    // Every line of a message ends in CRLF; one that does not has its end shown by what is missing.
    if (has_end && line.ends_with('\r')) line.remove_suffix(1);
    const char sign = step.side == Side::both ? ' ' : step.side == Side::before ? '-' : '+';
    const std::string text = line.empty() ? "\n" : visible(line);
    return fmt::format("{}{}{}", sign, text, has_end ? "" : "\\ No newline at end\n");
}

struct Position {
    std::size_t before = 0;
    std::size_t after = 0;
};

Position counted_in(const Steps& steps, std::size_t begin, std::size_t end) {
    Position count;
    for (std::size_t i = begin; i < end; ++i) {
        count.before += steps[i].side != Side::after ? 1 : 0;
        count.after += steps[i].side != Side::before ? 1 : 0;
    }
    return count;
}

// "12,3"; a range without lines is named by the line before it.
std::string range(std::size_t before_it, std::size_t lines) {
    return fmt::format("{},{}", lines == 0 ? before_it : before_it + 1, lines);
}

// The end of the hunk that begins with this change: where more lines than it shows stay the same.
std::size_t end_of_hunk(const Steps& steps, std::size_t change) {
    std::size_t last = change;
    for (std::size_t i = change; i < steps.size() && i <= last + 2 * lines_around + 1; ++i)
        if (steps[i].side != Side::both) last = i;
    return std::min(last + lines_around + 1, steps.size());
}

}  // namespace

std::string edited(std::string_view message, const policy::Decision& decision) {
    Parts parts = parts_of(message);
    for (const policy::Edit& one : decision.edits) edit(parts.fields, one);
    std::string text = fmt::format("{}", fmt::join(parts.fields, ""));
    if (!decision.body) return text += parts.rest;
    text += "\r\n";
    mail::edited_body(message, *decision.body, [&](std::string_view piece) { text += piece; });
    return text;
}

std::string unified_diff(std::string_view before, std::string_view after) {
    const Steps steps = steps_between(lines_of(before), lines_of(after));
    std::string text;
    Position at;
    std::size_t done = 0;
    while (true) {
        const auto change =
            std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(done), steps.end(),
                         [](const Step& s) { return s.side != Side::both; });
        if (change == steps.end()) return text;
        const auto first = static_cast<std::size_t>(change - steps.begin());
        const std::size_t begin = std::max(done, first - std::min(first, lines_around));
        const std::size_t end = end_of_hunk(steps, first);
        const Position skipped = counted_in(steps, done, begin);
        const Position lines = counted_in(steps, begin, end);
        at = {at.before + skipped.before, at.after + skipped.after};
        if (text.empty()) text = "--- before\n+++ after\n";
        text += fmt::format("@@ -{} +{} @@\n", range(at.before, lines.before),
                            range(at.after, lines.after));
        for (std::size_t i = begin; i < end; ++i) text += text_of(steps[i]);
        at = {at.before + lines.before, at.after + lines.after};
        done = end;
    }
}

}  // namespace spillway::ctl
