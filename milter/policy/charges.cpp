#include "policy/charges.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "policy/calendar.h"
#include "policy/identity.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

using match::Match;
using Addresses = std::vector<const mail::Address*>;

bool counts_mail(const Limit& limit) {
    return limit.unit != Unit::connections && limit.unit != Unit::logins;
}

bool is_counted(const Limit& limit, Facts& facts, const mail::Address& recipient) {
    const Binding binding{nullptr, &recipient};
    return applies(limit.when, limit.unless, facts, binding) != Match::no;
}

// The recipients a limit counts, each once, however often it was named. Others than recipients are
// counted once a message: one of them is enough to know.
Addresses counted_recipients(const Limit& limit, Facts& facts) {
    const bool one_is_enough = limit.scope != Scope::rcpt_domain &&
                               (limit.unit == Unit::messages || limit.unit == Unit::bytes);
    Addresses counted;
    std::set<std::string> seen;
    for (const Recipient& recipient : facts.message().recipients) {
        if (!is_counted(limit, facts, recipient.address)) continue;
        if (!seen.insert(recipient.address.text()).second) continue;
        counted.push_back(&recipient.address);
        if (one_is_enough) break;
    }
    return counted;
}

std::vector<std::string> members_of(const Addresses& recipients) {
    std::set<std::string> members;  // a mailbox is one person however its name is written
    for (const mail::Address* recipient : recipients) members.insert(lower(recipient->text()));
    return {members.begin(), members.end()};
}

std::int64_t cost_of(const Limit& limit, const Addresses& recipients, const Message& message) {
    if (limit.unit == Unit::messages || limit.unit == Unit::logins) return 1;
    if (limit.unit == Unit::bytes) return static_cast<std::int64_t>(message.size);
    return static_cast<std::int64_t>(recipients.size());
}

limits::Charge charge_under(const Limit& limit, const Counted& who, const Addresses& recipients,
                            const Facts& facts) {
    limits::Charge charge;
    charge.limit = limit.name;
    charge.key = fmt::format("{}:{}:{}", limit.name, name_of(limit.scope), who.value);
    charge.account = who.account;
    charge.cost = cost_of(limit, recipients, facts.message());
    charge.rate = rate_at(limit.rate, *facts.policy().zone, facts.message().received);
    charge.when_unavailable = limit.when_unavailable;
    if (limit.unit == Unit::unique_recipients) charge.members = members_of(recipients);
    charge.plans = plan_names(limit.name, who);
    charge.levels = limit.notice.levels;
    return charge;
}

void add_charges(const Limit& limit, const Addresses& recipients, const Facts& facts,
                 std::vector<AskedCharge>& charges) {
    if (recipients.empty()) return;
    if (limit.scope != Scope::rcpt_domain) {
        const Counted who =
            counted_by(limit.scope, facts.policy(), facts.identity(), facts.message());
        charges.push_back({&limit, charge_under(limit, who, recipients, facts)});
        return;
    }
    std::map<std::string, Addresses> by_domain;
    for (const mail::Address* recipient : recipients)
        by_domain[recipient->domain].push_back(recipient);
    for (const auto& [domain, those] : by_domain)
        charges.push_back({&limit, charge_under(limit, counted_to(*those[0]), those, facts)});
}

}  // namespace

std::vector<AskedCharge> charges_of(Facts& facts) {
    std::vector<AskedCharge> charges;
    for (const Limit& limit : facts.policy().limits)
        if (counts_mail(limit))
            add_charges(limit, counted_recipients(limit, facts), facts, charges);
    return charges;
}

std::vector<AskedCharge> partial_charges(Facts& facts) {
    std::vector<AskedCharge> charges;
    if (facts.message().recipients.empty()) return charges;
    const mail::Address& last = facts.message().recipients.back().address;
    for (const Limit& limit : facts.policy().limits) {
        if (!std::holds_alternative<PartialAction>(limit.over)) continue;
        if (is_counted(limit, facts, last)) add_charges(limit, {&last}, facts, charges);
    }
    return charges;
}

std::vector<AskedCharge> charges_regardless(Facts& facts) {
    Addresses recipients;
    for (const Recipient& recipient : facts.message().recipients)
        recipients.push_back(&recipient.address);
    std::vector<AskedCharge> charges;
    for (const Limit& limit : facts.policy().limits)
        if (limit.unit != Unit::connections) add_charges(limit, recipients, facts, charges);
    return charges;
}

}  // namespace spillway::policy
