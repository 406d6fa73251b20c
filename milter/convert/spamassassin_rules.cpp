#include "convert/spamassassin_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace spillway::convert {
namespace {

constexpr std::array<std::string_view, 7> kinds{"body",   "rawbody", "full",      "uri",
                                                "header", "meta",    "mimeheader"};
// Of other rules, or of how SpamAssassin runs and tells of them: there is nothing to carry.
constexpr std::array<std::string_view, 5> silent{"priority", "reuse", "lang", "report",
                                                 "require_version"};
constexpr int version_here = 4'000'000;
constexpr int deepest_condition = 50;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    const std::size_t end = text.find_last_not_of(blanks) + 1;
    return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

// The first word, which is taken off.
std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text = trimmed(text.substr(end));
    return word;
}

// "#" begins a comment and "\#" is itself, in patterns too.
std::string without_comment(std::string_view line) {
    std::string out;
    for (const char c : line) {
        if (c == '#') {
            if (out.empty() || out.back() != '\\') break;
            out.pop_back();
        }
        out += c;
    }
    return out;
}

// "if" with version, plugin(), can(), has(), !, &&, || and parentheses.
class Condition {
  public:
    explicit Condition(std::string_view text) : left_(text) {}

    std::optional<bool> whole() {
        const bool value = any();
        skip();
        if (!left_.empty()) understood_ = false;
        return understood_ ? std::optional(value) : std::nullopt;
    }

  private:
    void skip() { left_ = trimmed(left_); }
    bool take(std::string_view what) {
        skip();
        if (!left_.starts_with(what)) return false;
        left_.remove_prefix(what.size());
        return true;
    }

    bool any() {
        bool value = all();
        while (understood_ && take("||")) value = all() || value;
        return value;
    }

    bool all() {
        bool value = single();
        while (understood_ && take("&&")) value = single() && value;
        return value;
    }

    bool single() {
        if (++depth_ > deepest_condition) understood_ = false;
        const bool value = understood_ && nested();
        --depth_;
        return value;
    }

    bool nested() {
        if (take("!")) return !single();
        if (take("(")) {
            const bool value = any();
            if (!take(")")) understood_ = false;
            return value;
        }
        if (take("version")) return version();
        for (const std::string_view question : {"plugin", "can", "has"}) {
            if (take(question)) return has_feature();
        }
        understood_ = false;
        return false;
    }

    bool has_feature() {
        const std::size_t end = left_.find(')');
        if (!take("(") || end == left_.npos) {
            understood_ = false;
            return false;
        }
        left_.remove_prefix(left_.find(')') + 1);
        return true;
    }

    bool version() {
        static constexpr std::array<std::string_view, 6> orders{"<=", ">=", "==", "!=", "<", ">"};
        const auto* order = std::ranges::find_if(orders, [&](auto one) { return take(one); });
        skip();
        double number = 0;
        const auto [end, error] =
            std::from_chars(left_.data(), left_.data() + left_.size(), number);
        if (order == orders.end() || error != std::errc() || !(number >= 0 && number < 1000)) {
            understood_ = false;
            return false;
        }
        left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
        const int asked = static_cast<int>(number * 1'000'000 + 0.5);
        if (*order == "<=") return version_here <= asked;
        if (*order == ">=") return version_here >= asked;
        if (*order == "<") return version_here < asked;
        if (*order == ">") return version_here > asked;
        return (version_here == asked) == (*order == "==");
    }

    std::string_view left_;
    int depth_ = 0;
    bool understood_ = true;
};

// The highest of up to four numbers; parentheses make one relative, which adds to nothing here.
std::optional<double> score_of(std::string_view text) {
    std::optional<double> highest;
    while (!text.empty()) {
        std::string_view word = take_word(text);
        if (word.starts_with('(')) word.remove_prefix(1);
        if (word.starts_with('+')) word.remove_prefix(1);
        double number = 0;
        const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
        if (read.ec == std::errc() && std::isfinite(number)) {
            highest = std::max(highest.value_or(number), number);
        }
    }
    return highest;
}

class FileReader {
  public:
    FileReader(const Source& source, ForeignRules& into) : source_(source), into_(into) {}

    void read() {
        for (std::string_view left = source_.text; !left.empty();) {
            const std::size_t end = std::min(left.find('\n'), left.size());
            ++line_;
            const std::string text = without_comment(left.substr(0, end));
            statement(trimmed(text));
            left.remove_prefix(std::min(end + 1, left.size()));
        }
        if (!branches_.empty()) tell("if", "is not closed by endif", true);
    }

  private:
    void tell(std::string_view about, std::string why, bool left_out) {
        into_.remarks.push_back(
            {source_.name, line_, std::string(about), std::move(why), left_out});
    }

    void statement(std::string_view text) {
        if (text.empty()) return;
        const std::string_view verb = take_word(text);
        if (branch(verb, text) || std::ranges::count(branches_, false) > 0) return;
        if (std::ranges::count(kinds, verb) > 0) return define(verb, text);
        if (std::ranges::count(silent, verb) > 0) return;
        if (verb == "test") return define_test(text);
        if (!property(verb, text)) tell(verb, "is a setting of SpamAssassin, not a rule", true);
    }

    // Statements that say which others are read.
    bool branch(std::string_view verb, std::string_view rest) {
        if (verb == "ifplugin" || verb == "if") {
            const std::optional<bool> holds = verb == "if" ? holds_here(rest) : true;
            if (!holds) tell(verb, "the condition is not understood; what follows is read", true);
            branches_.push_back(holds.value_or(true));
        } else if (verb == "else" || verb == "endif") {
            if (branches_.empty()) {
                tell(verb, "stands without if", true);
            } else if (verb == "endif") {
                branches_.pop_back();
            } else {
                branches_.back() = !branches_.back();
            }
        } else {
            return false;
        }
        return true;
    }

    ForeignRule& rule_named(std::string_view name) {
        ForeignRule& rule = into_.rules[std::string(name)];
        rule.name = name;
        return rule;
    }

    void define(std::string_view kind, std::string_view rest) {
        const std::string_view name = take_word(rest);
        if (name.empty() || rest.empty()) return tell(kind, "is not complete", true);
        ForeignRule& rule = rule_named(name);
        rule.kind = kind;
        rule.definition = rest;
        rule.file = source_.name;
        rule.line = line_;
    }

    void define_test(std::string_view rest) {
        const std::string_view name = take_word(rest);
        const std::string_view outcome = take_word(rest);
        if (outcome != "ok" && outcome != "fail") return tell("test", "is not complete", true);
        into_.tests.push_back(
            {std::string(name), outcome == "ok", std::string(rest), source_.name, line_});
    }

    bool property(std::string_view verb, std::string_view rest) {
        if (verb == "required_score" || verb == "required_hits") {
            into_.required_score = score_of(rest).value_or(into_.required_score);
            return true;
        }
        if (verb == "replace_rules") {
            while (!rest.empty()) rule_named(take_word(rest)).replaces_tags = true;
            return true;
        }
        if (verb != "describe" && verb != "score" && verb != "tflags") return false;
        ForeignRule& rule = rule_named(take_word(rest));
        if (verb == "describe") rule.about = rest;
        if (verb == "score") rule.score = score_of(rest);
        if (verb == "tflags") {
            rule.counts_matches = rest.find("multiple") != rest.npos;
            rule.not_in_subject = rest.find("nosubject") != rest.npos;
        }
        return true;
    }

    const Source& source_;
    ForeignRules& into_;
    std::size_t line_ = 0;
    std::vector<bool> branches_;  // of each open "if", whether its present part is read
};

}  // namespace

std::optional<bool> holds_here(std::string_view expression) {
    return Condition(expression).whole();
}

ForeignRules read_spamassassin(const std::vector<Source>& sources) {
    ForeignRules rules;
    for (const Source& source : sources) FileReader(source, rules).read();
    // What is only described or scored is a rule of a plugin or of a file that was not given.
    std::erase_if(rules.rules, [](const auto& entry) { return entry.second.kind.empty(); });
    return rules;
}

}  // namespace spillway::convert
