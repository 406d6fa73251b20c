// What is wrong with the way Postfix, Redis and a policy work together. Pure: what was read in,
// findings out.
//
// The rules behind it are told at each finding, with what they are from: postconf(5),
// MILTER_README, spillwayd(8), spillway-redis(7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/postfix_settings.h"
#include "language/settings.h"
#include "policy/policy.h"

namespace spillway::ctl {

// Errors lose mail, let it pass unseen or count it twice; warnings cost time or surprise somebody.
enum class Severity { error, warning };

struct Finding {
    Severity severity = Severity::warning;
    std::string name;   // for programs: "signer-first"
    std::string where;  // "smtpd_milters of submission/inet"
    std::string what;
    std::string mend;
    std::string see;  // the man page's section: "spillwayd(8), POSTFIX"
};

// What a policy asks of the mail server.
struct PolicyNeeds {
    bool edits = false;                           // some rule adds or removes header fields
    std::optional<std::int64_t> most_recipients;  // the highest number a rule asks about
    std::optional<std::int64_t> largest_size;     // likewise, bytes
};
PolicyNeeds needs_of(const policy::Policy& policy);

// How Spillway's socket lies there. None: there is none.
struct SocketFacts {
    unsigned mode = 0;
    std::string owner;
    std::string group;
    std::vector<std::string> groups_of_postfix;  // those the user postfix is in
};

// The answers of one server to INFO and CONFIG GET save; or why there were none.
struct RedisFacts {
    std::string where;
    std::string info;
    std::string trouble;
};

struct Examined {
    const PostfixSettings& postfix;
    // Where Spillway listens; none without its policy, and then any milter of that name is it.
    std::optional<language::Listen> listen;
    PolicyNeeds needs{};
    bool socket_examined = false;
    std::optional<SocketFacts> socket{};
    std::vector<RedisFacts> redis{};
};

// Errors first.
std::vector<Finding> diagnose(const Examined& examined);

}  // namespace spillway::ctl
