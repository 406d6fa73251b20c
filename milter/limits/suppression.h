// Who is not to be written to any more, why and since when: the entries of the suppression list as
// values, and what it answers about one recipient.
//
// Pure. Where the list is kept is told in suppression_table.h (this process) and
// store/suppressions.h (Redis).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "limits/limits.h"

namespace spillway::limits {

// Whose mail an entry stops. The owner of `account` and `domain` is the sender's.
enum class Reach { everybody, account, domain };
inline constexpr std::array<std::string_view, 3> reach_names{"global", "account", "domain"};

enum class Cause { bounce, complaint, unsubscribe, manual };
inline constexpr std::array<std::string_view, 4> cause_names{"bounce", "complaint", "unsubscribe",
                                                             "manual"};

struct SuppressionName {
    Reach reach = Reach::everybody;
    std::string owner;   // lower-case; "" for everybody
    std::string target;  // an address or a domain; lower-case
    friend bool operator==(const SuppressionName&, const SuppressionName&) = default;
    friend auto operator<=>(const SuppressionName& a, const SuppressionName& b) {
        return std::tie(a.target, a.reach, a.owner) <=> std::tie(b.target, b.reach, b.owner);
    }
};

struct Suppression {
    SuppressionName name;
    Cause cause = Cause::manual;
    std::string source;  // what told of it: a program, a feedback loop; for operators
    std::string note;    // for operators only: it may hold a complainer's words
    Time since{};
    std::optional<Time> until{};  // none: for good
    friend bool operator==(const Suppression&, const Suppression&) = default;
};

struct NotSuppressed {};
// NotAsked when nobody looked.
using SuppressionAnswer = std::variant<NotAsked, NotSuppressed, Suppression, Unavailable>;

// All names that stop mail from one sender to one recipient, those with the closest owner first and
// addresses before domains. The recipient is "local@domain" in any case, or has no domain.
std::vector<SuppressionName> names_that_stop(std::string_view recipient, std::string_view account,
                                             std::string_view domain);

// Lower-case ASCII. The error is a phrase for the operator: neither an address nor a domain, or
// longer than an address can be (RFC 5321 section 4.5.3.1).
tl::expected<std::string, std::string> parse_target(std::string_view text);

// "the recipient is suppressed after a complaint on 2026-11-23": cause and day (UTC), never the
// note. Fit for a reply.
std::string in_words(const Suppression& suppression);

// An entry without its name as words of text_line.h: what Redis keeps under the name.
//   <cause> <since> <until, 0 for none> <source> <note>
std::string words_of(const Suppression& suppression);
std::optional<Suppression> suppression_in(SuppressionName name, std::string_view words);

}  // namespace spillway::limits
