#include "policy/template.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "mail/encoded_word.h"
#include "mail/utf8.h"

namespace spillway::policy {
namespace {

constexpr std::size_t longest_value = 200;

bool needs_encoding(std::string_view word) {
    return !mail::is_ascii(word) || word.find("=?") != word.npos;
}

// Encoded words stand between blanks (RFC 2047 section 5), so whole words are encoded, from the
// first to the last one that must be: the rest stays as it is, an address for one.
std::string encoded_where_needed(std::string_view text) {
    std::size_t begin = text.npos;
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t blank = std::min(text.find(' ', at), text.size());
        if (needs_encoding(text.substr(at, blank - at))) {
            begin = std::min(begin, at);
            end = blank;
        }
        at = blank + 1;
    }
    if (begin == text.npos) return std::string(text);
    std::string field(text.substr(0, begin));
    return field.append(mail::field_text(text.substr(begin, end - begin))).append(text.substr(end));
}

}  // namespace

std::string harmless(std::string_view value) {
    std::string out{value};
    std::ranges::replace_if(
        out, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

tl::expected<Template, std::string> Template::parse(std::string_view text, std::size_t variables) {
    const std::span known(variable_names.data(), variables);
    Template result;
    std::string plain;
    while (!text.empty()) {
        if (!text.starts_with("%{")) {
            plain += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find('}');
        if (end == std::string_view::npos)
            return tl::unexpected<std::string>("\"%{\" without \"}\"");
        const auto name = text.substr(2, end - 2);
        const auto found = std::ranges::find(known, name);
        if (found == known.end()) {
            return tl::unexpected(fmt::format("unknown variable \"%{{{}}}\" (known: {})", name,
                                              fmt::join(known, ", ")));
        }
        if (!plain.empty()) result.parts_.emplace_back(std::move(plain));
        plain.clear();
        result.parts_.emplace_back(static_cast<Variable>(found - known.begin()));
        text.remove_prefix(end + 1);
    }
    if (!plain.empty()) result.parts_.emplace_back(std::move(plain));
    return result;
}

std::string Template::fill(const Variables& values) const {
    return fill(values,
                [](std::string_view value) { return harmless(value.substr(0, longest_value)); });
}

std::string Template::fill(const Variables& values,
                           const std::function<std::string(std::string_view)>& fit) const {
    std::string out;
    for (const auto& part : parts_) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            out += *plain;
        } else {
            out += fit(values[static_cast<std::size_t>(std::get<Variable>(part))]);
        }
    }
    return out;
}

std::string Template::fill_field(const Variables& values) const {
    std::string text;
    for (const auto& part : parts_) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            text += *plain;
            continue;
        }
        const auto variable = std::get<Variable>(part);
        const std::string& value = values[static_cast<std::size_t>(variable)];
        text += variable == Variable::abuse_id ? value : mail::utf8_prefix(value, longest_value);
    }
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return encoded_where_needed(text);
}

bool Template::uses(Variable variable) const {
    return std::ranges::any_of(parts_, [&](const auto& part) {
        const auto* used = std::get_if<Variable>(&part);
        return used && *used == variable;
    });
}

}  // namespace spillway::policy
