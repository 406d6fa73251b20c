// That the use of a limit crossed one of its levels: what people are told, and who.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/message.h"
#include "policy/policy.h"

namespace spillway::policy {

struct Notice {
    std::string limit;
    std::string scope;  // "domain"
    std::string who;    // "customer.example"
    std::string account;
    std::string user;    // of the message that crossed it; "" without a login
    std::string domain;  // likewise
    std::string sender;  // likewise, of the envelope
    std::string queue_id;
    int percent = 0;
    std::int64_t used = 0;
    std::int64_t max = 0;
    std::string unit;    // "recipients"
    std::string window;  // "1h", "month"
    limits::Time at{};
    std::optional<limits::Time> next_free;  // when a message did not fit
    std::string zone;                       // in which times are told
    std::vector<std::string> to;            // addresses; "postmaster" alone is this host's
    std::vector<std::string> webhooks;      // URLs
};

// One for each level that this message crossed.
std::vector<Notice> notices_of(const Policy& policy, const Message& message,
                               const Decision& decision);

}  // namespace spillway::policy
