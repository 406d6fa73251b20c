#include "limits/memory_counters.h"

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

#include "limits/key_text.h"

namespace spillway::limits {

// A call's charges in their form and what each of them finds.
struct MemoryCounters::Asked {
    struct Seat {
        Look look;
        std::string plan;          // whose maximum is in force
        std::vector<int> crossed;  // when the call is granted, or because this one is not
    };
    Merged merged;
    std::vector<Seat> seats;

    bool all_fit() const {
        return std::ranges::all_of(seats, [](const Seat& seat) { return seat.look.fits; });
    }
};

namespace {

std::vector<int> crossed_by(const Charge& charge, const Look& look, const KeptCount* kept,
                            Time now) {
    static const ToldLevels none;
    if (charge.levels.empty() || std::holds_alternative<Pacing>(charge.rate)) return {};
    const ToldLevels& told = look.is_known ? kept->told : none;
    return look.fits ? crossed(charge.levels, look.used, look.used_after, look.max, told, now)
                     : crossed_by_refusal(charge.levels, told, now);
}

Outcome answered(Answers answers) { return {std::move(answers), std::nullopt, {}}; }

// What neither costs nor tells anything leaves nothing.
bool does_nothing(const Charge& charge, const std::vector<int>& told) {
    const bool is_free =
        charge.members.empty() ? charge.cost == 0 : std::holds_alternative<Pacing>(charge.rate);
    return is_free && told.empty();
}

}  // namespace

Outcome MemoryCounters::charge(const Call& call, Time now) noexcept {
    try {
        return charged(call, now);
    } catch (const std::bad_alloc&) {
        return answered(Answers(call.charges.size(), Unavailable{"out of memory"}));
    }
}

Outcome MemoryCounters::charged(const Call& call, Time now) {
    Merged merged = limits::merged(call.charges);
    const std::lock_guard lock(mutex_);
    forget_expired(now);
    if (auto suspension = suspension_of(call.senders, now))
        return {Answers(call.charges.size(), NotAsked{}), std::move(suspension), {}};
    take_back_earlier_tries(call, now);
    const Asked asked = look_at(std::move(merged), now);
    return asked.all_fit() ? granted(call, asked, now) : refused(asked, now);
}

MemoryCounters::Asked MemoryCounters::look_at(Merged merged, Time now) const {
    Asked asked{.merged = std::move(merged), .seats = {}};
    asked.seats.reserve(asked.merged.charges.size());
    const std::string* owner = nullptr;  // most charges of a call are of one account
    const KeptAccount* account = nullptr;
    for (const Charge& charge : asked.merged.charges) {
        if (owner == nullptr || *owner != charge.account) account = find_account(charge.account);
        owner = &charge.account;
        const KeptCount* kept = find_count(charge.key);
        Override over = override_of(account, charge.plans);
        Look look = limits::look(charge, kept == nullptr ? nullptr : &kept->count, over.max, now);
        if (!look.plan_counts) over.plan.clear();
        std::vector<int> crossed = crossed_by(charge, look, kept, now);
        asked.seats.push_back({std::move(look), std::move(over.plan), std::move(crossed)});
    }
    return asked;
}

// Everything that is answered is made before anything is counted: only then memory may run out.
Outcome MemoryCounters::granted(const Call& call, const Asked& asked, Time now) {
    Charged change{
        .at = now, .account = owner_of(call), .message = bounded(call.message), .deeds = {}};
    Answers answers;
    answers.reserve(asked.seats.size());
    for (std::size_t i = 0; i < asked.seats.size(); ++i) {
        const auto& [look, plan, crossed] = asked.seats[i];
        const Charge& charge = asked.merged.charges[i];
        answers.push_back(Granted{look.used_after, look.max, plan, crossed});
        if (does_nothing(charge, crossed)) continue;
        change.deeds.push_back({charge.key, charge.account, look.what, crossed, look.told_until});
    }
    change.posted = resolved(call.mailing);

    Outcome outcome = answered(asked.merged.spread(answers));
    if (!change.deeds.empty() && !call.message.empty()) {
        change.token = next_token_;
        outcome.receipt.token = std::to_string(change.token);
        outcome.receipt.call.message = call.message;
    }
    if (!change.deeds.empty() || change.posted) commit(std::move(change));
    return outcome;
}

Outcome MemoryCounters::refused(const Asked& asked, Time now) {
    Charged told{.at = now, .deeds = {}};
    Answers answers;
    answers.reserve(asked.seats.size());
    for (std::size_t i = 0; i < asked.seats.size(); ++i) {
        const auto& [look, plan, crossed] = asked.seats[i];
        const Charge& charge = asked.merged.charges[i];
        if (look.fits) {
            answers.push_back(Granted{look.used, look.max, plan});
            continue;
        }
        answers.push_back(Exceeded{look.used, look.next_free, look.max, plan, crossed});
        if (!crossed.empty())
            told.deeds.push_back(
                {charge.key, charge.account, without_cost(look.what), crossed, look.told_until});
    }
    Outcome outcome = answered(asked.merged.spread(answers));
    if (!told.deeds.empty()) commit(std::move(told));
    return outcome;
}

void MemoryCounters::take_back_earlier_tries(const Call& call, Time now) {
    if (call.message.empty() || receipts_.all().empty()) return;
    for (const std::uint64_t token :
         receipts_.earlier_tries(owner_of(call), bounded(call.message), now, unanswered_after))
        commit(Settled{now, token, false});
}

std::optional<Posted> MemoryCounters::resolved(const std::optional<Mailing>& mailing) const {
    if (!mailing || mailing->spans.empty()) return std::nullopt;
    const Mailing asked = bounded(*mailing);
    Posted posted;
    posted.account = asked.account;
    posted.features = asked.features;
    posted.spans = asked.spans;
    for (const std::string& recipient : asked.recipients)
        posted.recipients.push_back(recipient_digest(recipient));
    std::ranges::sort(posted.recipients);
    posted.recipients.erase(std::unique(posted.recipients.begin(), posted.recipients.end()),
                            posted.recipients.end());

    const KeptAccount* account = find_account(posted.account);
    const auto known =
        account == nullptr ? std::nullopt : account->mailings.mailing_of(posted.features);
    posted.mailing = known.value_or(account == nullptr ? 1 : account->mailings.next());
    return posted;
}

void MemoryCounters::settle(const Receipt& receipt, bool left, Time now) noexcept {
    std::uint64_t token = 0;
    const char* const end = receipt.token.data() + receipt.token.size();
    if (std::from_chars(receipt.token.data(), end, token).ptr != end || token == 0) return;
    const std::lock_guard lock(mutex_);
    try {
        if (receipts_.hold(token)) commit(Settled{now, token, left});
    } catch (const std::bad_alloc&) {  // it stays open, as if nobody had settled it
        return;
    }
}

std::vector<std::optional<Standing>> MemoryCounters::peek(const std::vector<Charge>& charges,
                                                          Time now) noexcept {
    try {
        std::vector<std::optional<Standing>> standings;
        standings.reserve(charges.size());
        for (const Charge& charge : charges) {
            Merged merged = limits::merged({charge});
            const std::lock_guard lock(mutex_);
            const KeptCount* kept = find_count(merged.charges.front().key);
            Asked asked = look_at(std::move(merged), now);
            auto& [look, plan, crossed] = asked.seats.front();
            standings.push_back(
                Standing{.used = look.used,
                         .max = look.max,
                         .plan = std::move(plan),
                         .next_free = look.next_free,
                         .frees = look.is_known ? frees(kept->count, now) : std::nullopt});
        }
        return standings;
    } catch (const std::bad_alloc&) {
        return std::vector<std::optional<Standing>>(charges.size());
    }
}

std::optional<std::vector<std::int64_t>> MemoryCounters::mailing_sizes(const Mailing& mailing,
                                                                       Time now) noexcept {
    try {
        static const Mailings none;
        const std::lock_guard lock(mutex_);
        const auto posted = resolved(mailing);
        if (!posted) return std::vector<std::int64_t>{};
        const KeptAccount* account = find_account(posted->account);
        return (account == nullptr ? none : account->mailings).sizes(*posted, now);
    } catch (const std::bad_alloc&) {
        return std::nullopt;
    }
}

void MemoryCounters::record(const std::vector<Charge>& charges, Time now) noexcept {
    try {
        Merged merged = limits::merged(charges);
        const std::lock_guard lock(mutex_);
        forget_expired(now);
        const Asked asked = look_at(std::move(merged), now);
        Charged change{.at = now, .deeds = {}};
        for (std::size_t i = 0; i < asked.seats.size(); ++i) {
            const Charge& charge = asked.merged.charges[i];
            if (!does_nothing(charge, {}))
                change.deeds.push_back({charge.key, charge.account, asked.seats[i].look.what});
        }
        if (!change.deeds.empty()) commit(std::move(change));
    } catch (const std::bad_alloc&) {  // told in the header: the other store has them
        return;
    }
}

}  // namespace spillway::limits
