#include "policy/template.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace spillway::policy {
namespace {

constexpr std::size_t longest_value = 200;

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
    std::string out;
    for (const auto& part : parts_) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            out += *plain;
        } else {
            const std::string_view value =
                values[static_cast<std::size_t>(std::get<Variable>(part))];
            out += harmless(value.substr(0, longest_value));
        }
    }
    return out;
}

bool Template::uses(Variable variable) const {
    return std::ranges::any_of(parts_, [&](const auto& part) {
        const auto* used = std::get_if<Variable>(&part);
        return used && *used == variable;
    });
}

}  // namespace spillway::policy
