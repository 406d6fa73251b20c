#include "convert/postfix_checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "convert/postfix_table.h"

namespace spillway::convert {
namespace {

constexpr std::size_t longest_text = 400;
constexpr std::size_t longest_reason = 200;

// What an action becomes. A rule that does not end the reading marks its field as done, because
// Postfix asks no further pattern about a line for which one has matched.
enum class Effect { ends, holds, goes_on };

struct Deed {
    Effect effect = Effect::goes_on;
    std::vector<std::string> actions;
    std::string difference;  // or ""
};
using DeedOrWhy = tl::expected<Deed, std::string>;

tl::unexpected<std::string> because(std::string why) {
    return tl::unexpected<std::string>(std::move(why));
}

bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

bool is_ours(std::string_view name) {
    constexpr std::string_view prefix = "x-spillway-";
    return std::ranges::equal(name.substr(0, prefix.size()), prefix, {},
                              [](unsigned char c) { return std::tolower(c); });
}

// An enhanced status code of class 5 (RFC 3463) at the beginning of a text.
std::string_view status_in(std::string_view text) {
    const std::string_view word = text.substr(0, text.find(' '));
    const auto dots = std::ranges::count(word, '.');
    const bool digits = word.find_first_not_of("0123456789.") == word.npos;
    const bool apart = word.find("..") == word.npos && !word.ends_with('.');
    return dots == 2 && digits && apart && word.starts_with("5.") && word.size() <= 9
               ? word
               : std::string_view();
}

// "$$" is a dollar; "$1" is what a group of the pattern has found, which nothing here repeats.
std::string without_dollars(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        if (text.substr(at).starts_with("$$")) ++at;
    }
    return out;
}

std::string difference_of(std::string_view text) {
    const std::size_t at = text.find('$');
    const bool repeats = at != text.npos && text.find_first_of("0123456789({", at + 1) == at + 1;
    return repeats ? "what a group of the pattern found is not repeated in the text" : "";
}

Deed rejection(const std::string& text) {
    const std::string_view status = status_in(text);
    std::string_view rest = std::string_view(text).substr(status.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) rest = "Message content rejected";
    return {Effect::ends,
            {fmt::format("reject 550 {} {}", status.empty() ? "5.7.1" : status,
                         quoted(without_dollars(rest), longest_text))},
            difference_of(rest)};
}

DeedOrWhy addition(const std::string& text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string name = text.substr(0, colon);
    if (colon == text.size() || !is_field_name(name) || is_ours(name)) {
        return because("the field that is put before it is not understood");
    }
    std::string_view value = std::string_view(text).substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return Deed{
        Effect::goes_on,
        {fmt::format("add-header {} {}", name, quoted(without_dollars(value), longest_text))},
        difference_of(value)};
}

DeedOrWhy removal(const std::string& field, bool whole) {
    if (is_ours(field)) return because("the field is always removed");
    return Deed{Effect::goes_on,
                {"remove-header " + field},
                whole ? "" : "all fields of this name are removed, not only those that match"};
}

DeedOrWhy only_for_header(const TableLine& line, const std::string& field, bool whole) {
    if (line.action == "PREPEND") return addition(line.text);
    if (line.action == "IGNORE" || line.action == "STRIP") return removal(field, whole);
    if (line.action == "DUNNO" || line.action == "OK") return Deed{};
    return because(fmt::format("the action {} has no counterpart", line.action));
}

// `field` is empty for the body; `whole` when the pattern asks for nothing but the field's name.
DeedOrWhy deed_of(const TableLine& line, const std::string& field, bool whole) {
    if (line.action.empty()) return because("there is no action");
    if (line.action == "REJECT") return rejection(line.text);
    if (line.action == "DISCARD") return Deed{Effect::ends, {"discard"}, ""};
    if (line.action == "HOLD") {
        return Deed{
            Effect::holds,
            {"quarantine " + quoted(line.text.empty() ? "held" : line.text, longest_reason)},
            ""};
    }
    if (line.action == "WARN" || line.action == "INFO") return Deed{};
    if (!field.empty()) return only_for_header(line, field, whole);
    static constexpr std::array<std::string_view, 4> known{"IGNORE", "STRIP", "DUNNO", "OK"};
    return because(std::ranges::count(known, line.action) > 0
                       ? fmt::format("{} is about single lines of a body", line.action)
                       : fmt::format("the action {} has no counterpart", line.action));
}

std::string field_called(const std::string& name) {
    return name == "subject" ? name : "header " + name;
}

class Conversion {
  public:
    explicit Conversion(Part part) : part_(part) {}

    void add(const ChecksFile& file, std::size_t number) {
        file_ = file.source.name;
        prefix_ = part_ == Part::header ? "header-checks-" : "body-checks-";
        if (number > 0) prefix_ += fmt::format("{}-", number + 1);
        ifs_.clear();
        for (const TableLine& line : read_table(file)) add(line);
        if (!ifs_.empty()) tell(ifs_.back().line, "if", "is not closed by endif", true);
    }

    // Edits and marks first, then what ends the reading, at last what holds: of a message that one
    // line holds and another refuses, the refusal goes first in Postfix too.
    Converted take() {
        Converted out;
        out.head = {
            fmt::format("Imported from Postfix's {}: {} of {} lines.",
                        part_ == Part::header ? "header_checks" : "body_checks", carried_, found_),
            "",
            part_ == Part::header
                ? "Fields are compared decoded, with white space folded."
                : "Lines are compared as they were sent; \"text\" would be what people "
                  "read.",
            "Warnings are tags, which the log shows."};
        for (std::vector<Rule>* rules : {&marks_, &ends_, &holds_}) {
            for (Rule& rule : *rules) out.rules.push_back(std::move(rule));
        }
        out.remarks = std::move(remarks_);
        out.found = found_;
        out.carried = carried_;
        return out;
    }

  private:
    struct OpenIf {
        std::size_t line = 0;
        bool negated = false;
        tl::expected<OnFields, std::string> fields;
    };

    void tell(std::size_t line, std::string about, std::string why, bool left_out) {
        remarks_.push_back({file_, line, std::move(about), std::move(why), left_out});
    }

    void add(const TableLine& line) {
        switch (line.kind) {
            case TableLine::Kind::end_if:
                if (ifs_.empty()) return tell(line.number, "endif", "stands without if", true);
                ifs_.pop_back();
                return;
            case TableLine::Kind::begin_if:
                return open_if(line);
            case TableLine::Kind::pattern:
                break;
        }
        ++found_;
        const std::size_t left_out = left_out_;
        add_pattern(line);
        if (left_out_ == left_out) ++carried_;
    }

    void open_if(const TableLine& line) {
        OpenIf open{line.number, line.negated, tl::unexpected<std::string>("")};
        if (part_ == Part::body) {
            open.fields = because("both patterns would have to match one line of a body");
        } else if (!line.expression) {
            open.fields = tl::unexpected(line.expression.error());
        } else {
            open.fields = on_fields(*line.expression);
        }
        if (!open.fields) tell(line.number, "if", open.fields.error(), true);
        ifs_.push_back(std::move(open));
    }

    void leave_out(const TableLine& line, std::string why) {
        ++left_out_;
        tell(line.number, line.action.empty() ? "pattern" : line.action, std::move(why), true);
    }

    void add_pattern(const TableLine& line) {
        if (!line.expression) return leave_out(line, line.expression.error());
        if (line.negated) {
            return leave_out(line, "every line that does not match: lines are not looked at here");
        }
        const auto broken =
            std::ranges::find_if(ifs_, [](const OpenIf& open) { return !open.fields.has_value(); });
        if (broken != ifs_.end()) {
            return leave_out(line, fmt::format("the if of line {} is not carried", broken->line));
        }
        if (part_ == Part::body) return add_body(line);
        auto fields = on_fields(*line.expression);
        if (!fields) return leave_out(line, fields.error());
        for (const std::string& field : fields->names) add_field(line, *fields, field);
    }

    void add_body(const TableLine& line) {
        // Lines end with CR LF in a message as it was sent.
        Expression expression{with_replaced(line.expression->source, "$", "\\r?$"),
                              line.expression->flags};
        std::erase(expression.flags, 's');
        if (expression.flags.find('m') == std::string::npos) expression.flags += 'm';
        const auto literal = written(expression);
        if (!literal) return leave_out(line, literal.error());
        auto deed = deed_of(line, "", false);
        if (!deed) return leave_out(line, deed.error());
        add_rule(line, *deed, prefix_ + std::to_string(line.number), "raw =~ " + *literal, "");
    }

    void add_field(const TableLine& line, const OnFields& fields, const std::string& field) {
        std::string condition = fmt::format("{} {}", field_called(field), fields.value);
        for (const OpenIf& open : ifs_) {
            const bool about_it = std::ranges::count(open.fields->names, field) > 0;
            const bool all = open.fields->value == "exists";
            // Lines of other fields are outside of an "if" on this one, whatever they hold.
            if (about_it == open.negated && (all || !about_it)) return;
            if (!about_it || all) continue;
            condition += fmt::format(" and {}{} {}", open.negated ? "not " : "",
                                     field_called(field), open.fields->value);
        }
        auto deed = deed_of(line, field, fields.value == "exists");
        if (!deed) return leave_out(line, deed.error());
        std::string name = prefix_ + std::to_string(line.number);
        if (fields.names.size() > 1) name += "-" + field;
        add_rule(line, *deed, name, std::move(condition), field);
    }

    void add_rule(const TableLine& line, Deed& deed, const std::string& name, std::string condition,
                  const std::string& field) {
        if (!deed.difference.empty()) tell(line.number, line.action, deed.difference, false);
        const std::string done = "done-" + field;
        Rule rule{name,
                  fmt::format("{} {}", line.action, line.text),
                  std::move(condition),
                  done_.contains(field) ? "tag " + done : "",
                  {}};
        if (deed.effect == Effect::ends) {
            rule.actions = std::move(deed.actions);
            ends_.push_back(std::move(rule));
            return;
        }
        if (deed.effect == Effect::holds) {
            holds_.push_back({"hold-" + name, "", "tag " + name, "", std::move(deed.actions)});
        } else {
            rule.actions = std::move(deed.actions);
        }
        rule.actions.push_back("tag " + name);
        if (!field.empty()) {
            rule.actions.push_back("tag " + done);
            done_.insert(field);
        }
        marks_.push_back(std::move(rule));
    }

    Part part_;
    std::string file_;
    std::string prefix_;
    std::vector<OpenIf> ifs_;
    std::set<std::string> done_;  // fields of which a rule before has marked some
    std::vector<Rule> marks_;
    std::vector<Rule> ends_;
    std::vector<Rule> holds_;
    std::vector<Remark> remarks_;
    std::size_t found_ = 0;
    std::size_t carried_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace

Converted from_postfix_checks(const std::vector<ChecksFile>& files, Part part) {
    Conversion conversion(part);
    for (std::size_t i = 0; i < files.size(); ++i) conversion.add(files[i], i);
    return conversion.take();
}

}  // namespace spillway::convert
