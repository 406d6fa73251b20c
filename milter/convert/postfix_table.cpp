#include "convert/postfix_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace spillway::convert {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::size_t longest_name = 30;

using ExpressionOrWhy = tl::expected<Expression, std::string>;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    const std::size_t end = text.find_last_not_of(blanks) + 1;
    return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

struct LogicalLine {
    std::size_t number = 0;
    std::string text;
};

// A line that begins with white space goes on with the one before it, over comments and empty
// lines (postconf(5)).
std::vector<LogicalLine> logical_lines(std::string_view text) {
    std::vector<LogicalLine> lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view bare = trimmed(line);
        if (bare.empty() || bare.front() == '#') continue;
        const bool goes_on = blanks.find(line.front()) != blanks.npos;
        if (!goes_on || lines.empty()) {
            lines.push_back({number, std::string(bare)});
        } else {
            lines.back().text += fmt::format(" {}", bare);
        }
    }
    return lines;
}

// Letters switch, so that "i", which is on from the beginning, makes case matter.
ExpressionOrWhy with_flags(std::string source, std::string_view letters, bool posix) {
    Expression expression{std::move(source), "is"};
    for (const char letter : letters) {
        if (posix && letter == 'x') {
            return tl::unexpected<std::string>("basic regular expressions are not known here");
        }
        if (std::string_view(posix ? "im" : "imsx").find(letter) == std::string_view::npos) {
            return tl::unexpected(fmt::format("the flag \"{}\" is not known here", letter));
        }
        const std::size_t at = expression.flags.find(letter);
        if (at == std::string::npos) {
            expression.flags += letter;
        } else {
            expression.flags.erase(at, 1);
        }
    }
    if (posix) expression.source = perl_of_posix(expression.source);
    return expression;
}

// /pattern/flags, which is taken off the text.
ExpressionOrWhy take_pattern(std::string_view& text, bool posix) {
    const char delimiter = text.empty() ? '\0' : text.front();
    if (std::ispunct(static_cast<unsigned char>(delimiter)) == 0) {
        return tl::unexpected<std::string>("expected a pattern between delimiters");
    }
    std::size_t end = 1;
    while (end < text.size() && text[end] != delimiter) end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) {
        return tl::unexpected<std::string>("a pattern without its closing delimiter");
    }
    std::string source(text.substr(1, end - 1));
    const std::size_t stop = std::min(text.find_first_of(blanks, end), text.size());
    const std::string_view letters = text.substr(end + 1, stop - end - 1);
    text = trimmed(text.substr(stop));
    return with_flags(std::move(source), letters, posix);
}

bool take_keyword(std::string_view& text, std::string_view keyword) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t!/"));
    if (!std::ranges::equal(word, keyword, {}, lower)) return false;
    text = trimmed(text.substr(word.size()));
    return true;
}

TableLine line_of(const LogicalLine& logical, bool posix) {
    TableLine line;
    line.number = logical.number;
    std::string_view text = logical.text;
    if (take_keyword(text, "endif")) {
        line.kind = TableLine::Kind::end_if;
        return line;
    }
    if (take_keyword(text, "if")) line.kind = TableLine::Kind::begin_if;
    if (text.starts_with('!')) {
        line.negated = true;
        text = trimmed(text.substr(1));
    }
    line.expression = take_pattern(text, posix);
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    line.action = text.substr(0, end);
    std::ranges::transform(line.action, line.action.begin(), upper);
    line.text = trimmed(text.substr(end));
    return line;
}

// ---- the name of a field ----

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name &&
           std::ranges::all_of(
               name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

// Names with "|" between them, which the expression begins with and which are taken off.
std::vector<std::string> take_names(std::string_view& left) {
    const std::size_t end = left.starts_with('(') ? left.find("):") : left.find(':');
    if (end == left.npos) return {};
    std::string list;
    for (const char c : left.substr(0, end))
        if (c != '\\') list += lower(c);
    std::string_view names = list;
    const bool group = names.starts_with('(');
    if (group) names.remove_prefix(names.starts_with("(?:") ? 3 : 1);
    left.remove_prefix(end + (group ? 2 : 1));
    std::vector<std::string> found;
    for (bool more = true; more;) {
        const std::size_t bar = names.find('|');
        more = group && bar != names.npos;
        const std::string_view name = more ? names.substr(0, bar) : names;
        if (!is_name(name)) return {};
        if (std::ranges::count(found, name) == 0) found.emplace_back(name);
        if (more) names.remove_prefix(bar + 1);
    }
    return found;
}

void skip_repeat(std::string_view& left) {
    if (left.empty()) return;
    if (left.front() == '{' && left.find('}') != left.npos) {
        left.remove_prefix(left.find('}') + 1);
    } else if (std::string_view("*+?").find(left.front()) != std::string_view::npos) {
        left.remove_prefix(1);
    }
    if (left.starts_with('?')) left.remove_prefix(1);
}

// White space between the name and the value is none of the value here.
void skip_blanks(std::string_view& left) {
    static constexpr std::array<std::string_view, 8> forms{
        " ", "\\ ", "\\s", "\\t", "[ \\t]", "[[:space:]]", "[[:blank:]]", "[\\s]"};
    for (bool more = true; more;) {
        const auto* form =
            std::ranges::find_if(forms, [&](auto one) { return left.starts_with(one); });
        more = form != forms.end();
        if (!more) return;
        left.remove_prefix(form->size());
        skip_repeat(left);
    }
}

// Whether a "|" stands outside of all parentheses: then only one side names the field.
bool has_open_alternatives(std::string_view expression) {
    int depth = 0;
    bool bracket = false;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const char c = expression[at];
        if (c == '\\') {
            ++at;
        } else if (bracket) {
            bracket = c != ']';
        } else if (c == '[') {
            bracket = true;
            if (expression.substr(at + 1).starts_with('^')) ++at;
            if (expression.substr(at + 1).starts_with(']')) ++at;
        } else if (c == '(' || c == ')') {
            depth += c == '(' ? 1 : -1;
        } else if (c == '|' && depth == 0) {
            return true;
        }
    }
    return false;
}

bool refers_back(std::string_view expression) {
    for (std::size_t at = 0; at + 1 < expression.size(); ++at) {
        if (expression[at] != '\\') continue;
        if (std::isdigit(static_cast<unsigned char>(expression[++at])) != 0) return true;
    }
    return false;
}

}  // namespace

std::vector<TableLine> read_table(const ChecksFile& file) {
    std::vector<TableLine> lines;
    for (const LogicalLine& line : logical_lines(file.source.text)) {
        lines.push_back(line_of(line, file.posix));
    }
    return lines;
}

tl::expected<OnFields, std::string> on_fields(const Expression& expression) {
    std::string_view left = expression.source;
    OnFields fields;
    if (left.starts_with('^')) {
        left.remove_prefix(1);
        fields.names = take_names(left);
    }
    if (fields.names.empty() || has_open_alternatives(expression.source)) {
        return tl::unexpected<std::string>(
            "the pattern does not begin with the name of a field, as in ^Subject:");
    }
    if (fields.names.size() > 1 && refers_back(left)) {
        return tl::unexpected<std::string>("the pattern refers back to its groups");
    }
    skip_blanks(left);
    const bool anywhere = left.starts_with(".*");
    if (anywhere) left.remove_prefix(left.starts_with(".*?") ? 3 : 2);
    fields.value = "exists";
    if (left.empty()) return fields;
    const auto literal = written({(anywhere ? "" : "^") + std::string(left), expression.flags});
    if (!literal) return tl::unexpected(literal.error());
    fields.value = "=~ " + *literal;
    return fields;
}

}  // namespace spillway::convert
