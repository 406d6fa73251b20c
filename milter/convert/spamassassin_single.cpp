#include "convert/spamassassin_single.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "convert/expression.h"

namespace spillway::convert {
namespace {

using Result = tl::expected<Single, std::string>;

tl::unexpected<std::string> because(std::string why) {
    return tl::unexpected<std::string>(std::move(why));
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    const std::size_t end = text.find_last_not_of(" \t") + 1;
    return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

constexpr std::string_view single_bytes =
    "speaks of bytes above 7F one by one, which are characters here";

// ---- texts ----

// SpamAssassin joins the lines of a paragraph before it looks, and looks at one paragraph at a
// time; here they stay lines of one text, so what may be a blank or anything there may be a line
// end here, and the beginning of a text is that of a line.
Expression across_lines(Expression expression) {
    const bool free_form = expression.flags.find('x') != expression.flags.npos;
    if (!free_form) expression.source = with_replaced(expression.source, " ", "\\s");
    expression.source = with_replaced(expression.source, "\\A", "^");
    for (const char* end : {"\\z", "\\Z"})
        expression.source = with_replaced(expression.source, end, "$");
    // A dot without bound would reach from one end of the message to the other.
    const auto has = [&](std::string_view what) {
        return expression.source.find(what) != expression.source.npos;
    };
    const bool unbounded = has(".*") || has(".+") || has(",}");
    for (const char flag : unbounded ? std::string_view("m") : std::string_view("ms")) {
        if (expression.flags.find(flag) == expression.flags.npos) expression.flags += flag;
    }
    return expression;
}

struct Text {
    std::string_view kind;
    std::vector<std::string_view> fields;
    bool paragraphs;  // else it is searched as it is
};

const Text* text_of(std::string_view kind) {
    // The first line of SpamAssassin's body is the subject; its rawbody is decoded, tags and all.
    static const std::array<Text, 4> texts{{{"body", {"subject", "text"}, true},
                                            {"rawbody", {"html", "text"}, true},
                                            {"full", {"raw"}, false},
                                            {"uri", {"links"}, false}}};
    const auto* found = std::ranges::find(texts, kind, &Text::kind);
    return found == texts.end() ? nullptr : found;
}

Result text_condition(const Text& text, const ForeignRule& rule) {
    auto pattern = perl_pattern(rule.definition);
    if (!pattern) return because(pattern.error());
    Expression expression = *std::move(pattern);
    expression.source = with_whole_characters(expression.source);
    const bool bytes = speaks_of_bytes(expression.source);
    if (text.paragraphs) expression = across_lines(std::move(expression));
    const auto literal = written(expression);
    if (!literal) return because(literal.error());
    std::vector<std::string> parts;
    for (const std::string_view field : text.fields) {
        if (rule.not_in_subject && field == "subject") continue;
        parts.push_back(fmt::format("{} =~ {}", field, *literal));
    }
    return Single{fmt::format("{}", fmt::join(parts, " or ")),
                  std::string(bytes ? single_bytes : "")};
}

// ---- header fields ----

// What stands before the operator: fields of the message, and a part of them.
struct Named {
    std::vector<std::string> fields;  // language text
    std::string difference;
    bool whole_only = false;  // it is a part there and the whole here: anchors would lie
    bool always_there = false;
};

bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

std::string field_called(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower == "subject" ? lower : fmt::format("header {}", name);
}

std::vector<std::string> fields_called(std::string_view name) {
    if (name == "ToCc") return {"header To", "header Cc"};
    if (name == "MESSAGEID") {
        return {"header Message-Id", "header Resent-Message-Id", "header X-Message-Id"};
    }
    return {field_called(name)};
}

tl::expected<Named, std::string> named(std::string_view what) {
    const std::size_t colon = std::min(what.find(':'), what.size());
    const std::string_view name = what.substr(0, colon);
    const std::string_view part = colon < what.size() ? what.substr(colon + 1) : "";
    if (name == "EnvelopeFrom") return Named{{"mail-from"}, "", false, true};
    if (name == "ALL" || name.starts_with("ALL-") || name.starts_with("X-Spam-")) {
        return because(fmt::format("{} is made by SpamAssassin and has no counterpart", name));
    }
    if (!is_field_name(name)) return because(fmt::format("\"{}\" is no field", name));
    if (part.empty()) return Named{fields_called(name), "", false, false};
    if (part == "addr" && name == "From") return Named{{"from"}, "", false, true};
    if (part == "addr" || part == "name") {
        return Named{fields_called(name), "is searched for in the whole field", true, false};
    }
    if (part == "raw") {
        return Named{fields_called(name), "is searched for in the decoded field", false, false};
    }
    return because(fmt::format("\":{}\" of a field has no counterpart", part));
}

Result existence(std::string_view name) {
    name = trimmed(name);
    if (!is_field_name(name)) return because(fmt::format("\"{}\" is no field", name));
    std::vector<std::string> parts;
    for (const std::string& field : fields_called(name))
        parts.push_back(fmt::format("{} exists", field));
    return Single{fmt::format("{}", fmt::join(parts, " or ")), ""};
}

// What follows the pattern in brackets is the text of a field that is missing.
std::string take_unset(std::string_view& definition) {
    constexpr std::string_view begin = "[if-unset:";
    const std::size_t at = definition.rfind(begin);
    if (at == definition.npos || !definition.ends_with(']')) return "";
    std::string unset(
        trimmed(definition.substr(at + begin.size(), definition.size() - at - begin.size() - 1)));
    definition = trimmed(definition.substr(0, at));
    return unset;
}

std::string matches(const Named& what, const std::string& literal, bool when_missing) {
    std::vector<std::string> parts;
    std::vector<std::string> missing;
    for (const std::string& field : what.fields) {
        parts.push_back(fmt::format("{} =~ {}", field, literal));
        missing.push_back(fmt::format("not {} exists", field));
    }
    if (when_missing && !what.always_there) {
        parts.push_back(fmt::format("({})", fmt::join(missing, " and ")));
    }
    return fmt::format("{}", fmt::join(parts, " or "));
}

bool looks_for_encoding(std::string_view expression) {
    return expression.find("=?") != expression.npos || expression.find("=\\?") != expression.npos;
}

Result header_condition(const ForeignRule& rule) {
    std::string_view definition = rule.definition;
    if (definition.starts_with("exists:")) return existence(definition.substr(7));
    const std::size_t at = std::min(definition.find("=~"), definition.find("!~"));
    if (at == definition.npos) return because("is not understood");
    const bool negated = definition[at] == '!';
    auto what = named(trimmed(definition.substr(0, at)));
    if (!what) return because(what.error());
    definition = trimmed(definition.substr(at + 2));
    const std::string unset = take_unset(definition);
    auto pattern = perl_pattern(definition);
    if (!pattern) return because(pattern.error());
    Expression expression = *std::move(pattern);
    expression.source = with_whole_characters(expression.source);
    if (what->whole_only && is_anchored(expression.source)) {
        return because("the beginning or end of a part of a field is not known");
    }
    if (!what->difference.empty() && looks_for_encoding(expression.source)) {
        return because("fields are searched decoded, without encoded words");
    }
    if (speaks_of_bytes(expression.source)) what->difference = single_bytes;
    const auto literal = written(expression);
    if (!literal) return because(literal.error());
    const std::string condition = matches(*what, *literal, finds(expression, unset));
    return Single{negated ? fmt::format("not ({})", condition) : condition, what->difference};
}

}  // namespace

Result single_condition(const ForeignRule& rule) {
    if (rule.definition.starts_with("eval:")) {
        return because("calls a function of SpamAssassin");
    }
    if (rule.replaces_tags) {
        return because(
            "is made of replace_tag, which spells out bytes; \"folded\" finds "
            "look-alikes of plain words");
    }
    if (rule.kind == "header") return header_condition(rule);
    if (const Text* text = text_of(rule.kind)) return text_condition(*text, rule);
    return because(fmt::format("{} rules have no counterpart", rule.kind));
}

}  // namespace spillway::convert
