#include "policy/notice.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/evaluate.h"
#include "policy/words.h"

namespace spillway::policy {
namespace {

struct Crossing {
    std::int64_t used = 0;
    std::int64_t max = 0;
    std::optional<limits::Time> next_free;
    std::vector<int> levels;
};

Crossing crossing_of(const limits::Answer& answer) {
    if (const auto* granted = std::get_if<limits::Granted>(&answer))
        return {granted->used, granted->max, std::nullopt, granted->crossed};
    if (const auto* exceeded = std::get_if<limits::Exceeded>(&answer))
        return {exceeded->used, exceeded->max, exceeded->next_free, exceeded->crossed};
    return {};
}

std::vector<std::string> addresses_of(const NoticeSetting& setting, const Message& message) {
    std::vector<std::string> to = setting.addresses;
    if (setting.to_postmaster) to.emplace_back("postmaster");
    if (setting.to_sender) {
        const bool is_address = message.user.find('@') != std::string::npos;
        std::string sender = is_address ? message.user : message.sender.text();
        if (!sender.empty()) to.push_back(std::move(sender));
    }
    return to;
}

// Everything but what one level says.
Notice notice_of(const Policy& policy, const Limit& limit, const LimitReport& report,
                 const Message& message) {
    const Identity identity = identify(policy, message);
    Notice notice;
    notice.limit = limit.name;
    notice.scope = name_of(limit.scope);
    notice.who = report.key.substr(limit.name.size() + notice.scope.size() + 2);
    notice.account = identity.account;
    notice.user = identity.user;
    notice.domain = identity.domain;
    notice.sender = message.sender.text();
    notice.queue_id = message.queue_id;
    notice.unit = name_of(limit.unit);
    notice.window = window_of(limit.rate);
    notice.at = message.received;
    notice.zone = policy.zone->name();
    notice.to = addresses_of(limit.notice, message);
    notice.webhooks = limit.notice.webhooks;
    return notice;
}

}  // namespace

std::vector<Notice> notices_of(const Policy& policy, const Message& message,
                               const Decision& decision) {
    std::vector<Notice> notices;
    for (const LimitReport& report : decision.limits) {
        const Crossing crossing = crossing_of(report.answer);
        if (crossing.levels.empty()) continue;
        const auto limit = std::ranges::find(policy.limits, report.limit, &Limit::name);
        Notice notice = notice_of(policy, *limit, report, message);
        notice.used = crossing.used;
        notice.max = crossing.max;
        notice.next_free = crossing.next_free;
        for (const int level : crossing.levels) {
            notice.percent = level;
            notices.push_back(notice);
        }
    }
    return notices;
}

}  // namespace spillway::policy
