#include "convert/spamassassin_tests.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace spillway::convert {
namespace {

using Lines = std::vector<std::string>;

// Kinds of rules that find their text in the body of a message without header fields.
constexpr std::array<std::string_view, 4> of_the_body{"body", "rawbody", "full", "uri"};

// The field that stands for several: the first of them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> first_fields{
    {{"ToCc", "To"}, {"MESSAGEID", "Message-Id"}}};

std::string_view field_of(std::string_view definition) {
    const std::string_view name = definition.substr(0, definition.find_first_of(" \t:=!"));
    const auto* stands_for =
        std::ranges::find(first_fields, name, [](auto one) { return one.first; });
    return stands_for == first_fields.end() ? name : stands_for->second;
}

tl::expected<Lines, std::string> message_with(const ForeignRule& rule, const std::string& text) {
    if (std::ranges::count(of_the_body, rule.kind) > 0) return Lines{"body   " + text};
    if (rule.kind != "header" || rule.definition.starts_with("exists:")) {
        return tl::unexpected(fmt::format("tests {}, which is not about a text", rule.name));
    }
    const std::string_view field = field_of(rule.definition);
    if (field == "EnvelopeFrom") return Lines{"mail-from " + text};
    return Lines{fmt::format("header {} {}", field, text)};
}

}  // namespace

tl::expected<TestBlock, std::string> test_block(const ForeignRule& rule, const ForeignTest& test,
                                                int number) {
    const auto text = quoted_exactly(test.text);
    if (!text) {
        return tl::unexpected<std::string>("the text is not UTF-8, or has control characters");
    }
    auto lines = message_with(rule, *text);
    if (!lines) return tl::unexpected(lines.error());
    lines->push_back(fmt::format("expect {} {}", test.matches ? "tag" : "no tag", rule.name));
    return TestBlock{fmt::format("{} {}", rule.name, number), *std::move(lines)};
}

}  // namespace spillway::convert
