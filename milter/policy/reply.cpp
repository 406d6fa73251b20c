#include "policy/reply.h"

#include <algorithm>

#include <fmt/format.h>

namespace spillway::policy {
namespace {

// RFC 5321 section 4.5.3.1.5 allows 512 octets a reply line, code and CRLF included; what is left
// goes to the text, the rule's name first of all.
constexpr std::size_t longest_text = 480;

// Of the recipient named last that is suppressed: at RCPT the one in question.
std::string suppression_of(const Message& message) {
    const auto& all = message.recipients;
    const auto found = std::find_if(all.rbegin(), all.rend(), [](const Recipient& one) {
        return std::holds_alternative<limits::Suppression>(one.suppression);
    });
    if (found == all.rend()) return "";
    return limits::in_words(std::get<limits::Suppression>(found->suppression));
}

}  // namespace

Variables variables_of(const Message& message, const Identity& identity) {
    Variables values;
    const auto set = [&](Variable variable, std::string value) {
        values[static_cast<std::size_t>(variable)] = std::move(value);
    };
    set(Variable::user, identity.user);
    set(Variable::domain, identity.domain);
    set(Variable::account, identity.account);
    set(Variable::sender, message.sender.text());
    set(Variable::recipients, std::to_string(message.recipients.size()));
    set(Variable::client_ip, message.client.ip ? message.client.ip->text() : "unknown");
    set(Variable::queue_id, message.queue_id);
    set(Variable::suppression, suppression_of(message));
    set(Variable::abuse_id, message.abuse_id.empty() ? "(sealed when sent)" : message.abuse_id);
    return values;
}

Reply own_reply(int code, const std::string& enhanced, const std::string& text,
                const std::string& decided_by) {
    const std::string name = fmt::format(" ({})", decided_by);
    const std::size_t room = longest_text > name.size() ? longest_text - name.size() : 0;
    return Reply{code, enhanced, harmless(text.substr(0, room)) + name};
}

Reply filled(const TemplateReply& reply, const Variables& values, const std::string& decided_by) {
    const std::string text = reply.text.fill(values);
    if (reply.text.uses(Variable::rule) || reply.text.uses(Variable::limit)) {
        return Reply{reply.code, reply.enhanced, text.substr(0, longest_text)};
    }
    return own_reply(reply.code, reply.enhanced, text, decided_by);
}

}  // namespace spillway::policy
