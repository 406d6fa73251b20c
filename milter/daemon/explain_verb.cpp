// explain: what the next message or log-in of somebody would meet.
#include <algorithm>
#include <stdexcept>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "daemon/standing.h"
#include "policy/suspend.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

// A message of this sender that costs one of whatever is counted. Without a recipient nothing would
// be charged: his own address stands for one, and limits that go by recipients are left out.
policy::Message message_in(const json& request, limits::Time now) {
    policy::Message message;
    message.received = now;
    message.size = 1;
    message.user = request.value("user", std::string());
    const bool is_address = message.user.find('@') != std::string::npos;
    const auto sender = request.value("mail_from", is_address ? message.user : std::string());
    message.sender = mail::envelope_address(sender);
    const auto ip = request.value("ip", std::string());
    if (!ip.empty()) message.client.ip = value_or_throw(match::parse_ip(ip));
    if (message.user.empty() && message.sender.empty() && !message.client.ip)
        throw std::runtime_error("name a login, or the sender or client of mail without one");
    message.recipients.push_back({message.sender, ""});
    return message;
}

// What the request would have to tell as well; "" when the limit can be asked.
const char* missing(const policy::Limit& limit, const policy::Message& message) {
    using enum policy::Scope;
    if (limit.scope == rcpt_domain) return "goes by each recipient's domain";
    const bool by_ip = limit.scope == client_ip || limit.scope == user_ip;
    return by_ip && !message.client.ip ? "goes by the client's address" : "";
}

json described(const policy::Limit& limit, const std::string& key) {
    json row = row_of(limit, key);
    row["conditions"] = limit.when.has_value() || limit.unless.has_value();
    return row;
}

json charged_rows(const policy::Policy& policy, const policy::Message& message,
                  limits::Counters& counters) {
    std::vector<policy::AskedCharge> asked = policy::charges_of_sender(policy, message);
    std::erase_if(asked, [&](const auto& one) { return *missing(*one.limit, message) != '\0'; });
    const auto known = standings(counters, asked, message.received);
    json rows = json::array();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        rows.push_back(described(*asked[i].limit, asked[i].charge.key));
        add_standing(rows.back(), i < known.size() ? known[i] : std::nullopt);
    }
    return rows;
}

void add_held_rows(json& rows, const policy::Policy& policy, const policy::Message& message,
                   limits::Counters& counters) {
    for (const policy::AskedPlace& asked : policy::places_of(policy, message)) {
        if (*missing(*asked.limit, message) != '\0') continue;
        rows.push_back(described(*asked.limit, asked.place.key));
        add_standing(rows.back(), standing_of(counters, asked.place, message.received));
    }
}

json left_out(const policy::Policy& policy, const policy::Message& message) {
    json rows = json::array();
    for (const policy::Limit& limit : policy.limits) {
        const char* const why = missing(limit, message);
        if (*why != '\0') rows.push_back({{"limit", limit.name}, {"why", why}});
    }
    return rows;
}

// The one that the next message is told of, where there are several.
json suspension_of(const policy::Policy& policy, const policy::Identity& identity,
                   limits::Counters& counters, limits::Time now) {
    const auto all = counters.suspensions(now);
    for (const limits::Suspect& suspect : policy::suspects_of(policy, identity)) {
        const auto found = std::ranges::find(all, suspect, &limits::Suspension::suspect);
        if (found == all.end()) continue;
        return {{"who", policy::in_words(found->suspect)},
                {"until", written(found->until)},
                {"reason", found->reason}};
    }
    return nullptr;
}

}  // namespace

json explain(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const policy::Message message = message_in(request, around.now());
    const policy::Identity identity = policy::identify(*policy, message);
    json rows = charged_rows(*policy, message, around.counters);
    add_held_rows(rows, *policy, message, around.counters);
    return {{"ok", true},
            {"user", identity.user},
            {"domain", identity.domain},
            {"account", identity.account},
            {"client", message.client.ip ? message.client.ip->text() : ""},
            {"sender", message.sender.text()},
            {"zone", policy->zone->name()},
            {"suspended", suspension_of(*policy, identity, around.counters, message.received)},
            {"limits", std::move(rows)},
            {"left_out", left_out(*policy, message)}};
}

}  // namespace spillway::daemon
