// A policy built by hand and a message for it, so that the language cannot hide a mistake.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <date/tz.h>

#include "match/ip.h"
#include "policy/evaluate.h"
#include "policy/facts.h"

namespace spillway::policy {

inline const limits::Time noon{
    std::chrono::milliseconds{1'800'000'000'000}};  // 2027-01-15 08:00 UTC

inline TemplateReply reply(int code, const char* text = "no: %{used}/%{max} %{next}") {
    return {code, code < 500 ? "4.7.1" : "5.7.1", *Template::parse(text)};
}

inline Limit limit_on(Unit unit, Scope scope,
                      LimitRate rate = limits::Sliding{500, std::chrono::hours{1}}) {
    Limit one;
    one.name = "l";
    one.scope = scope;
    one.unit = unit;
    one.rate = std::move(rate);
    one.over = RejectAction{reply(552)};
    return one;
}

// In UTC.
template <typename... Limits>
Policy policy_of(Limits... limits) {
    Policy policy;
    policy.zone = date::locate_zone("UTC");
    (policy.limits.push_back(std::move(limits)), ...);
    return policy;
}

// From ann@a.example at 192.0.2.7.
inline Message mail_to(std::initializer_list<const char*> recipients) {
    Message message;
    message.received = noon;
    message.user = "ann@a.example";
    message.sender = {"ann", "a.example"};
    message.client.ip = *match::parse_ip("192.0.2.7");
    message.size = 2048;
    for (const char* one : recipients)
        message.recipients.push_back({mail::envelope_address(one), one});
    return message;
}

// "rcpt.domain in [ domain ]".
inline Condition recipient_at(const char* domain) {
    auto set = std::make_shared<match::ValueSet>();
    (void)set->add(domain);
    return {Compare{Field::rcpt_domain, "", Quantifier::each, InSet{std::move(set)}}};
}

inline Questions asked(const Policy& policy, const Message& message) {
    Facts facts(policy, message);
    return questions(facts);
}

inline std::vector<limits::Charge> charges(const Policy& policy, const Message& message) {
    const Questions all = asked(policy, message);
    return all.call ? all.call->charges : std::vector<limits::Charge>{};
}

}  // namespace spillway::policy
