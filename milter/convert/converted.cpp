#include "convert/converted.h"

#include <algorithm>

#include <fmt/format.h>

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

}  // namespace

bool Converted::complete() const { return std::ranges::none_of(remarks, &Remark::left_out); }

std::string policy_text(const Converted& converted) {
    std::string text;
    for (const std::string& line : converted.head) {
        text += fmt::format("# {}\n", policy::harmless(line));
    }
    for (const Rule& rule : converted.rules) text += rule_text(rule);
    return text;
}

std::string quoted(std::string_view text, std::size_t most) {
    std::string plain;
    for (const char c : policy::harmless(text.substr(0, most))) {
        // "%{" begins a variable; the brace is worth less than the refusal of the whole file.
        const bool begins_variable = c == '{' && !plain.empty() && plain.back() == '%';
        plain += begins_variable ? '(' : c;
    }
    std::string out = "\"";
    for (const char c : plain) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

void sort_remarks(Converted& converted, const std::vector<Source>& sources) {
    const auto place_of = [&](const Remark& remark) {
        return std::pair(std::ranges::find(sources, remark.file, &Source::name) - sources.begin(),
                         remark.line);
    };
    std::ranges::stable_sort(converted.remarks, {}, place_of);
}

}  // namespace spillway::convert
