#include "convert/converted.h"

#include <algorithm>

#include <fmt/format.h>

#include "mail/utf8.h"
#include "policy/template.h"

namespace spillway::convert {
namespace {

std::string rule_text(const Rule& rule) {
    std::string text = "\n";
    if (!rule.comment.empty()) text += fmt::format("# {}\n", policy::harmless(rule.comment));
    text += fmt::format("rule {} {{\n    when     {}\n", rule.name, rule.when);
    if (!rule.unless.empty()) text += fmt::format("    unless   {}\n", rule.unless);
    text += "    on-error no-match\n";
    for (const std::string& action : rule.actions) text += fmt::format("    {}\n", action);
    return text + "}\n";
}

std::string test_text(const TestBlock& test) {
    std::string text = fmt::format("\ntest {} {{\n", quoted(test.name, test.name.size()));
    for (const std::string& line : test.lines) text += fmt::format("    {}\n", line);
    return text + "}\n";
}

std::string between_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

bool Converted::complete() const { return std::ranges::none_of(remarks, &Remark::left_out); }

std::string policy_text(const Converted& converted) {
    std::string text;
    for (const std::string& line : converted.head) {
        text += fmt::format("# {}\n", policy::harmless(line));
    }
    for (const Rule& rule : converted.rules) text += rule_text(rule);
    for (const TestBlock& test : converted.tests) text += test_text(test);
    return text;
}

std::string quoted(std::string_view text, std::size_t most) {
    std::string plain;
    for (const char c : policy::harmless(text.substr(0, most))) {
        // "%{" begins a variable; the brace is worth less than the refusal of the whole file.
        const bool begins_variable = c == '{' && !plain.empty() && plain.back() == '%';
        plain += begins_variable ? '(' : c;
    }
    return between_quotes(plain);
}

std::optional<std::string> quoted_exactly(std::string_view text) {
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
    if (std::ranges::any_of(text, is_control) || !mail::is_utf8(text)) return std::nullopt;
    return between_quotes(text);
}

void sort_remarks(Converted& converted, const std::vector<Source>& sources) {
    const auto place_of = [&](const Remark& remark) {
        return std::pair(std::ranges::find(sources, remark.file, &Source::name) - sources.begin(),
                         remark.line);
    };
    std::ranges::stable_sort(converted.remarks, {}, place_of);
}

}  // namespace spillway::convert
