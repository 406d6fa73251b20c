#include "convert/meta.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace spillway::convert {
namespace {

// Sums are written out: more ways than this are more than a reader of the rule bears.
constexpr std::size_t most_terms = 1000;
// Each parenthesis and each "!" nests the condition, which may go 200 deep in the language.
constexpr int deepest_nesting = 60;
constexpr std::int64_t largest_number = 1'000'000;

constexpr std::string_view always = "size >= 0";
constexpr std::string_view never = "size < 0";

struct NotCarried : std::runtime_error {
    using std::runtime_error::runtime_error;
};

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

struct Token {
    enum class Kind { end, name, number, symbol } kind = Kind::end;
    std::string_view text;
};

class Tokens {
  public:
    explicit Tokens(std::string_view text) : left_(text) { advance(); }

    const Token& now() const { return now_; }
    bool take(std::string_view symbol) {
        if (now_.kind != Token::Kind::symbol || now_.text != symbol) return false;
        advance();
        return true;
    }
    void advance() {
        left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r"), left_.size()));
        now_ = {};
        if (left_.empty()) return;
        std::size_t size = 0;
        while (size < left_.size() && in_name(left_[size])) ++size;
        using enum Token::Kind;
        if (size == 0) {
            now_ = {symbol, left_.substr(0, symbol_size())};
        } else {
            const bool digits = std::isdigit(static_cast<unsigned char>(left_[0])) != 0;
            now_ = {digits ? number : name, left_.substr(0, size)};
        }
        left_.remove_prefix(now_.text.size());
    }

  private:
    std::size_t symbol_size() const {
        static constexpr std::array<std::string_view, 6> pairs{"&&", "||", "<=", ">=", "==", "!="};
        return std::ranges::count(pairs, left_.substr(0, 2)) > 0 ? 2 : 1;
    }

    std::string_view left_;
    Token now_;
};

// What a part is worth: a number, and 1 more for each of the conditions that holds.
struct Worth {
    std::int64_t number = 0;
    std::vector<std::string> conditions;
};

std::string joined(const std::vector<std::string>& parts, std::string_view word) {
    if (parts.size() == 1) return parts.front();
    return fmt::format("({})", fmt::join(parts, fmt::format(" {} ", word)));
}

std::string truth(const Worth& worth) {
    if (worth.number > 0) return std::string(always);
    if (worth.conditions.empty()) return std::string(never);
    return joined(worth.conditions, "or");
}

Worth worth_of(std::string condition) {
    if (condition == always) return {1, {}};
    if (condition == never) return {0, {}};
    return {0, {std::move(condition)}};
}

std::string inverse(const std::string& condition) {
    if (condition == always) return std::string(never);
    if (condition == never) return std::string(always);
    return fmt::format("(not {})", condition);
}

// How many ways there are to choose `chosen` of `all`, as far as it matters.
std::size_t ways(std::size_t all, std::size_t chosen) {
    std::size_t count = 1;
    for (std::size_t i = 1; i <= std::min(chosen, all - chosen); ++i) {
        count = count * (all - i + 1) / i;
        if (count > most_terms) break;
    }
    return count;
}

// The next choice in order, or false after the last.
bool step(std::vector<std::size_t>& chosen, std::size_t all) {
    for (std::size_t i = chosen.size(); i-- > 0;) {
        if (chosen[i] + (chosen.size() - i) >= all) continue;
        ++chosen[i];
        for (std::size_t j = i + 1; j < chosen.size(); ++j) chosen[j] = chosen[j - 1] + 1;
        return true;
    }
    return false;
}

std::string at_least(std::int64_t wanted, const Worth& worth) {
    const std::int64_t missing = wanted - worth.number;
    if (missing <= 0) return std::string(always);
    const std::size_t all = worth.conditions.size();
    if (static_cast<std::uint64_t>(missing) > all) return std::string(never);
    const auto needed = static_cast<std::size_t>(missing);
    if (needed == 1) return joined(worth.conditions, "or");
    if (ways(all, needed) * needed > most_terms) {
        throw NotCarried(fmt::format("{} of {} rules can match in too many ways", needed, all));
    }
    std::vector<std::size_t> chosen(needed);
    for (std::size_t i = 0; i < needed; ++i) chosen[i] = i;
    std::vector<std::string> choices;
    do {
        std::vector<std::string> parts;
        for (const std::size_t one : chosen) parts.push_back(worth.conditions[one]);
        choices.push_back(joined(parts, "and"));
    } while (step(chosen, all));
    return joined(choices, "or");
}

std::string both(const std::string& left, const std::string& right) {
    if (left == never || right == never) return std::string(never);
    if (left == always) return right;
    if (right == always) return left;
    return joined({left, right}, "and");
}

std::string compared(const Worth& worth, std::string_view order, std::int64_t number) {
    if (order == ">=") return at_least(number, worth);
    if (order == ">") return at_least(number + 1, worth);
    if (order == "<") return inverse(at_least(number, worth));
    if (order == "<=") return inverse(at_least(number + 1, worth));
    std::string same = both(at_least(number, worth), inverse(at_least(number + 1, worth)));
    return order == "==" ? same : inverse(same);
}

std::string_view mirrored(std::string_view order) {
    if (order == "<") return ">";
    if (order == "<=") return ">=";
    if (order == ">") return "<";
    if (order == ">=") return "<=";
    return order;
}

// Perl's precedence: ! binds closest, then +, comparisons, && and ||.
class Reader {
  public:
    Reader(std::string_view text, const std::function<bool(const std::string&)>& counts)
        : tokens_(text), counts_(counts) {}

    std::string whole() {
        std::string condition = truth(any());
        if (tokens_.now().kind != Token::Kind::end) {
            throw NotCarried(fmt::format("\"{}\" is not understood in an expression of rules",
                                         tokens_.now().text));
        }
        return condition;
    }

    std::set<std::string> take_names() { return std::move(names_); }

  private:
    Worth any() {
        Worth left = all();
        if (tokens_.now().text != "||") return left;
        std::vector<std::string> parts{truth(left)};
        while (tokens_.take("||")) parts.push_back(truth(all()));
        if (std::ranges::count(parts, always) > 0) return {1, {}};
        std::erase(parts, never);
        return parts.empty() ? Worth{} : worth_of(joined(parts, "or"));
    }

    Worth all() {
        Worth left = comparison();
        if (tokens_.now().text != "&&") return left;
        std::vector<std::string> parts{truth(left)};
        while (tokens_.take("&&")) parts.push_back(truth(comparison()));
        if (std::ranges::count(parts, never) > 0) return {};
        std::erase(parts, always);
        return parts.empty() ? Worth{1, {}} : worth_of(joined(parts, "and"));
    }

    Worth comparison() {
        const bool had_counted = std::exchange(counted_, false);
        Worth left = sum();
        static constexpr std::array<std::string_view, 6> orders{"<", "<=", ">", ">=", "==", "!="};
        const auto* order = std::ranges::find(orders, tokens_.now().text);
        if (order == orders.end()) {
            counted_ = counted_ || had_counted;
            return left;
        }
        tokens_.advance();
        const Worth right = sum();
        const bool turned = left.conditions.empty();
        if (!turned && !right.conditions.empty()) {
            throw NotCarried("it compares how many of two groups of rules match");
        }
        const Worth& rules = turned ? right : left;
        const std::int64_t number = (turned ? left : right).number;
        const std::string_view way = turned ? mirrored(*order) : *order;
        refuse_counted(way, number);
        counted_ = had_counted;
        return worth_of(compared(rules, way, number));
    }

    // Whether a rule matches at all can be asked of those that count as well.
    void refuse_counted(std::string_view order, std::int64_t number) const {
        const bool at_all = (order == ">" && number == 0) || (order == ">=" && number == 1) ||
                            (order == "<" && number == 1) || (order == "<=" && number == 0) ||
                            (number == 0 && (order == "==" || order == "!="));
        if (counted_ && !at_all) throw NotCarried("it asks how often a rule matches");
    }

    Worth sum() {
        Worth left = single();
        while (tokens_.take("+")) {
            Worth right = single();
            left.number += right.number;
            for (std::string& one : right.conditions) left.conditions.push_back(std::move(one));
            if (left.conditions.size() > most_terms || left.number > largest_number) {
                throw NotCarried("a sum of too many rules");
            }
        }
        const std::string_view next = tokens_.now().text;
        if (next == "-" || next == "*" || next == "/" || next == "%") {
            throw NotCarried(fmt::format("it calculates with \"{}\"", next));
        }
        return left;
    }

    Worth single() {
        if (++depth_ > deepest_nesting) throw NotCarried("nested too deeply");
        Worth worth = nested();
        --depth_;
        return worth;
    }

    Worth nested() {
        if (tokens_.take("!")) return worth_of(inverse(truth(single())));
        if (tokens_.take("(")) {
            Worth inner = any();
            if (!tokens_.take(")")) throw NotCarried("a parenthesis that is not closed");
            return inner;
        }
        const Token token = tokens_.now();
        tokens_.advance();
        if (token.kind == Token::Kind::number) return {number_in(token.text), {}};
        if (token.kind == Token::Kind::name) return rule(std::string(token.text));
        throw NotCarried(
            token.kind == Token::Kind::end
                ? "the expression ends too early"
                : fmt::format("\"{}\" is not understood in an expression of rules", token.text));
    }

    Worth rule(const std::string& name) {
        if (tokens_.now().text == "(") {
            throw NotCarried(fmt::format("the function {} has no counterpart", name));
        }
        names_.insert(name);
        counted_ = counted_ || counts_(name);
        return {0, {"tag " + name}};
    }

    static std::int64_t number_in(std::string_view text) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
        if (error != std::errc() || end != text.end() || number > largest_number) {
            throw NotCarried(fmt::format("\"{}\" is no number", text));
        }
        return number;
    }

    Tokens tokens_;
    const std::function<bool(const std::string&)>& counts_;
    std::set<std::string> names_;
    int depth_ = 0;
    bool counted_ = false;  // the sum being read has a rule that counts its matches
};

}  // namespace

tl::expected<Meta, std::string> meta_condition(
    std::string_view expression, const std::function<bool(const std::string& rule)>& counts) {
    try {
        Reader reader(expression, counts);
        std::string condition = reader.whole();
        return Meta{std::move(condition), reader.take_names()};
    } catch (const NotCarried& why) {
        return tl::unexpected<std::string>(why.what());
    }
}

}  // namespace spillway::convert
