// login: one log-in to a mailbox, counted.
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "log/inert.h"
#include "policy/notice.h"
#include "policy/over.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

// A log-in as the message that would be charged like it: to the same user, domain and account.
policy::Message login_in(const json& request, limits::Time now) {
    policy::Message message;
    message.received = now;
    message.user = request.at("user").get<std::string>();
    if (message.user.empty()) throw std::runtime_error("a log-in has a user");
    const auto ip = match::parse_ip(request.value("ip", std::string()));
    if (ip) message.client.ip = *ip;
    message.recipients.push_back({mail::envelope_address(message.user), ""});
    return message;
}

std::vector<policy::AskedCharge> asked_for(const policy::Policy& policy,
                                           const policy::Message& message) {
    auto asked = policy::charges_of_sender(policy, message);
    std::erase_if(asked, [](const auto& one) { return one.limit->unit != policy::Unit::logins; });
    return asked;
}

struct Answered {
    policy::Decision decision;  // its limits only
    policy::Objection objection;
};

Answered charged(const std::vector<policy::AskedCharge>& asked, const policy::Policy& policy,
                 const policy::Message& message, const session::Surroundings& around) {
    limits::Call call;
    for (const policy::AskedCharge& one : asked) call.charges.push_back(one.charge);
    const limits::Outcome outcome = around.counters.charge(call, message.received);
    Answered answered;
    for (std::size_t i = 0; i < asked.size() && i < outcome.answers.size(); ++i) {
        const limits::Charge& charge = asked[i].charge;
        const limits::Answer& answer = outcome.answers[i];
        answered.decision.limits.push_back({charge.limit, charge.key, charge.cost, answer});
        auto objection = policy::objection_of(*asked[i].limit, 1, answer, policy, message);
        if (objection.rank > answered.objection.rank) answered.objection = std::move(objection);
    }
    return answered;
}

std::string reply_text(const policy::Verdict& verdict) {
    if (const auto* reject = std::get_if<policy::Reject>(&verdict)) return reject->reply.text;
    if (const auto* defer = std::get_if<policy::Defer>(&verdict)) return defer->reply.text;
    return "";
}

void tell(const session::Surroundings& around, const policy::Policy& policy,
          const policy::Message& message, const policy::Decision& decision) {
    if (!around.tell) return;
    for (const policy::Notice& notice : policy::notices_of(policy, message, decision))
        around.tell(notice);
}

}  // namespace

json login(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const policy::Message message = login_in(request, around.now());
    const auto asked = asked_for(*policy, message);
    if (asked.empty()) return {{"ok", true}, {"allowed", true}, {"text", ""}};

    const Answered answered = charged(asked, *policy, message, around);
    tell(around, *policy, message, answered.decision);
    const bool allowed = answered.objection.rank == 0;
    around.metrics.log_in(allowed);
    const std::string text = reply_text(answered.objection.verdict);
    if (!allowed)
        around.log.info(fmt::format(
            "log-in refused: by={} user={} client={} reply={}",
            log::inert(answered.objection.decided_by), log::inert(message.user),
            message.client.ip ? message.client.ip->text() : "unknown", log::inert(text)));
    return {{"ok", true}, {"allowed", allowed}, {"text", text}};
}

}  // namespace spillway::daemon
