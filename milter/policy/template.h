// Texts with variables: "%{limit}: %{used} of %{max} used; next free at %{next}".
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace spillway::policy {

enum class Variable {
    rule,
    limit,
    used,
    max,
    next,
    user,
    domain,
    account,
    sender,
    recipients,
    client_ip,
    queue_id,
    suppression,  // of the recipient in question: see limits/suppression.h
    // In header fields only:
    abuse_id,
    // In notices only:
    percent,
    unit,
    window,
    scope,
    who,
    time,
};
inline constexpr std::array<std::string_view, 20> variable_names{
    "rule",    "limit",  "used",       "max",       "next",     "user",        "domain",
    "account", "sender", "recipients", "client-ip", "queue-id", "suppression", "abuse-id",
    "percent", "unit",   "window",     "scope",     "who",      "time"};

// How many of them replies know, and header fields; notices know all but abuse_id.
inline constexpr std::size_t reply_variables = 13;
inline constexpr std::size_t header_variables = 14;

// Values in the order of Variable; what is not known in a place is "".
using Variables = std::array<std::string, variable_names.size()>;

// Fit for a header field or a reply: everything but printable ASCII becomes "?".
std::string harmless(std::string_view value);

class Template {
  public:
    Template() = default;

    // The mistake names the unknown variable and, where there is one, the nearest known one.
    static tl::expected<Template, std::string> parse(std::string_view text,
                                                     std::size_t variables = reply_variables);

    // Variables are made harmless for a header or reply: CR, LF and control characters become "?",
    // non-ASCII too, and each value is cut at 200 characters.
    std::string fill(const Variables& values) const;

    // For the value of a header field: what is not ASCII, or would be decoded by readers, becomes
    // encoded words (RFC 2047), folded by LF and a blank. No other line end and no control
    // character can enter. Values are cut as above, but for a sealed token.
    std::string fill_field(const Variables& values) const;
    // For other places: each value is made to fit by `fit` alone.
    std::string fill(const Variables& values,
                     const std::function<std::string(std::string_view)>& fit) const;

    bool uses(Variable variable) const;

  private:
    std::vector<std::variant<std::string, Variable>> parts_;
};

}  // namespace spillway::policy
