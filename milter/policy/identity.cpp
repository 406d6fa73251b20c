// Who sends a message, and what a limit counts it under.
#include "policy/identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "mail/utf8.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

// The value of the first field of this name. Only fields the MTA itself put on top can be believed,
// so this is asked of local mail only, where the examples have Postfix do that.
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

// What PHP says of the script, without who called it over the web: else each visitor would count by
// himself.
std::string script_of(const Message& message) {
    constexpr std::size_t longest = 255;
    std::string script = first_value(message, script_field);
    if (script.empty()) {
        script = first_value(message, old_script_field);
        script.resize(std::min(script.size(), script.find(" for ")));
    }
    return std::string(mail::utf8_prefix(script, longest));
}

bool is_name_of_user(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' ||
               c == '_' || c == '-';
    });
}

// The text between two others, "" when it does not begin and end so.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t found = text.find(begin);
    if (found == text.npos) return "";
    text.remove_prefix(found + begin.size());
    const std::size_t ends = text.find(end);
    return ends == text.npos ? "" : text.substr(0, ends);
}

// Who called sendmail(1) by the Received field on top: "by mx (Postfix, from userid 33)", or
// "(from www-data@localhost) by mx" of Sendmail. Programs can write one themselves, so it is no
// name that they could share with a uid the MTA vouches for.
std::string caller_in_received(const Message& message) {
    const std::string value = first_value(message, "Received");
    const std::string uid(between(value, "(Postfix, from userid ", ")"));
    if (is_number(uid)) return "received uid " + uid;
    if (!value.starts_with("(from ")) return "";
    const std::string_view user = between(value, "(from ", "@");
    return is_name_of_user(user) ? "received user " + std::string(user) : "";
}

bool is_loopback(const Client& client) {
    static const match::Network v4 = match::parse_network("127.0.0.0/8").value();
    static const match::Network v6 = match::parse_network("::1/128").value();
    return client.ip && (v4.holds(*client.ip) || v6.holds(*client.ip));
}

const std::vector<Fallback>& order_for(const Policy& policy, const Message& message) {
    return is_local(policy, message) && !policy.local_identity.empty() ? policy.local_identity
                                                                       : policy.without_login;
}

// `local` is what is_local() says: what a remote client writes of itself is worth nothing.
StandIn stand_in(Fallback fallback, const Message& message, bool local) {
    const auto both = [](const std::string& name) { return StandIn{name, name}; };
    switch (fallback) {
        case Fallback::sender_domain:
            return {message.sender.domain, message.sender.text()};
        case Fallback::script: {
            const std::string script = local ? script_of(message) : "";
            return script.empty() ? StandIn{} : both("script " + script);
        }
        case Fallback::uid: {
            if (!message.client.local_submission) return {};
            const std::string uid = first_value(message, uid_field);
            return is_number(uid) ? both("uid " + uid) : StandIn{};
        }
        case Fallback::received: {
            const std::string caller = local ? caller_in_received(message) : "";
            return caller.empty() ? StandIn{} : both(caller);
        }
        case Fallback::client_ip:
            return both(
                fmt::format("[{}]", message.client.ip ? message.client.ip->text() : "unknown"));
    }
    return {};
}

// Local programs have no address of their own that would tell them apart, so what the order left
// out is better than one name for all. A sender that the order does not believe is kept from the
// domain he names.
StandIn last_resort(const Message& message, bool local) {
    if (local) {
        for (const Fallback fallback : {Fallback::uid, Fallback::script, Fallback::received}) {
            StandIn found = stand_in(fallback, message, local);
            if (!found.domain.empty()) return found;
        }
        if (!message.sender.domain.empty())
            return {"local " + message.sender.domain, "local " + message.sender.text()};
    }
    return stand_in(Fallback::client_ip, message, local);
}

StandIn first_stand_in(const Policy& policy, const Message& message) {
    const bool local = is_local(policy, message);
    for (const Fallback fallback : order_for(policy, message)) {
        StandIn found = stand_in(fallback, message, local);
        if (!found.domain.empty()) return found;
    }
    return last_resort(message, local);
}

std::string domain_of_login(const Message& message) {
    const auto at = message.user.rfind('@');
    if (at == std::string::npos) return "";
    return mail::normal_domain(message.user.substr(at + 1));
}

}  // namespace

bool is_local(const Policy& policy, const Message& message) {
    if (message.client.local_submission) return true;
    return message.user.empty() && !policy.local_identity.empty() && is_loopback(message.client);
}

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
    if (!message.user.empty() || !is_local(policy, message)) return false;
    for (const Fallback fallback : order_for(policy, message)) {
        const bool in_header = fallback == Fallback::uid || fallback == Fallback::script ||
                               fallback == Fallback::received;
        if (in_header) return true;
        if (!stand_in(fallback, message, true).domain.empty()) return false;
    }
    return true;
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
