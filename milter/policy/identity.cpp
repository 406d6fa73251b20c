// Who sends a message, and what a limit counts it under.
#include "policy/identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/lower.h"

namespace spillway::policy {
namespace {

// The value of the first field of this name. Only fields the MTA itself put on top can be believed,
// so this is asked of local submissions only, where the examples have Postfix do that.
std::string first_value(const Message& message, std::string_view name) {
    for (const mail::Header& header : message.headers)
        if (mail::names_equal(header.name, name)) return mail::decoded_value(header.value);
    return "";
}

bool is_number(const std::string& text) {
    return !text.empty() && text.size() <= 10 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// What stands in for the domain, and for the user; empty when the message has none of this.
struct StandIn {
    std::string domain;
    std::string user;
};

StandIn stand_in(Fallback fallback, const Message& message) {
    const auto both = [](const std::string& name) { return StandIn{name, name}; };
    switch (fallback) {
        case Fallback::sender_domain:
            return {message.sender.domain, message.sender.text()};
        case Fallback::script: {
            if (!message.client.local_submission) return {};
            const std::string script = first_value(message, script_field);
            return script.empty() ? StandIn{} : both("script " + script);
        }
        case Fallback::uid: {
            if (!message.client.local_submission) return {};
            const std::string uid = first_value(message, uid_field);
            return is_number(uid) ? both("uid " + uid) : StandIn{};
        }
        case Fallback::client_ip:
            return both(
                fmt::format("[{}]", message.client.ip ? message.client.ip->text() : "unknown"));
    }
    return {};
}

StandIn first_stand_in(const Policy& policy, const Message& message) {
    for (const Fallback fallback : policy.without_login) {
        StandIn found = stand_in(fallback, message);
        if (!found.domain.empty()) return found;
    }
    return stand_in(Fallback::client_ip, message);
}

std::string domain_of_login(const Message& message) {
    const auto at = message.user.rfind('@');
    if (at == std::string::npos) return "";
    return mail::normal_domain(message.user.substr(at + 1));
}

}  // namespace

std::string account_of(const Policy& policy, const std::string& user, const std::string& domain) {
    if (!policy.accounts) return domain;
    const auto by_user = user.empty() ? std::nullopt : policy.accounts->first_value_of(user);
    return by_user ? *by_user : policy.accounts->first_value_of(domain).value_or(domain);
}

Identity identify(const Policy& policy, const Message& message) {
    Identity identity;
    identity.user = message.user;
    identity.counted_user = message.user;
    identity.domain = domain_of_login(message);
    if (message.user.empty()) {
        StandIn found = first_stand_in(policy, message);
        identity.domain = std::move(found.domain);
        identity.counted_user = std::move(found.user);
    } else if (identity.domain.empty()) {
        identity.domain = message.sender.domain.empty() ? message.user : message.sender.domain;
    }
    identity.account = account_of(policy, identity.user, identity.domain);
    return identity;
}

bool identity_needs_headers(const Policy& policy, const Message& message) {
    if (!message.client.local_submission || !message.user.empty()) return false;
    for (const Fallback fallback : policy.without_login) {
        if (fallback == Fallback::uid || fallback == Fallback::script) return true;
        if (!stand_in(fallback, message).domain.empty()) return false;
    }
    return false;
}

Counted counted_by(Scope scope, const Policy& policy, const Identity& identity,
                   const Message& message) {
    const std::string user = lower(identity.counted_user);
    const std::string domain = lower(identity.domain);
    const std::string account = lower(identity.account);
    const std::string ip = message.client.ip ? message.client.ip->text() : "unknown";
    switch (scope) {
        case Scope::account:
            return {account, account, {{"account", account}}};
        case Scope::domain: {
            const std::string owner = lower(account_of(policy, "", identity.domain));
            return {domain, owner, {{"domain", domain}, {"account", owner}}};
        }
        case Scope::user:
            return {user, account, {{"user", user}, {"domain", domain}, {"account", account}}};
        case Scope::user_ip:
            return {user + " " + ip,
                    account,
                    {{"user", user}, {"domain", domain}, {"account", account}}};
        case Scope::client_ip:
            return {ip, ip, {{"client-ip", ip}}};
        case Scope::everything:
            return {"all", "all", {{"everything", "all"}}};
        case Scope::rcpt_domain:
            break;  // one for each recipient's domain: counted_to()
    }
    return {};
}

Counted counted_to(const mail::Address& recipient) {
    const std::string domain = recipient.domain.empty() ? "(none)" : recipient.domain;
    return {domain, domain, {{"rcpt-domain", domain}}};
}

std::vector<std::string> plan_names(const std::string& limit, const Counted& who) {
    std::vector<std::string> names;
    for (const auto& [scope, value] : who.plans)
        names.push_back(fmt::format("{}:{}:{}", limit, scope, value));
    return names;
}

}  // namespace spillway::policy
