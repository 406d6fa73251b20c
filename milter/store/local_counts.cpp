#include "store/local_counts.h"

#include <algorithm>

namespace spillway::store {

namespace {

using limits::Charge;
using limits::Time;

// As many grants come between two sweeps, however few keys there are.
constexpr std::size_t least_grants_between_sweeps = 1024;

// The period of a calendar that `now` is in.
std::size_t period_at(const limits::Calendar& rate, Time now) {
    return now >= rate.bounds[2] ? 2 : now >= rate.bounds[1] ? 1 : 0;
}

// Until when what is used now may still count.
Time window_end(const Charge& charge, std::int64_t used, Time now) {
    if (const auto* sliding = std::get_if<limits::Sliding>(&charge.rate))
        return now + sliding->span + sliding->span / limits::slices;
    if (const auto* calendar = std::get_if<limits::Calendar>(&charge.rate))
        return calendar->bounds[period_at(*calendar, now) + 1];
    const auto& pacing = std::get<limits::Pacing>(charge.rate);
    return now + std::chrono::ceil<std::chrono::milliseconds>(std::min(used, pacing.burst) *
                                                              pacing.interval);
}

std::int64_t own_max(const Charge& charge, Time now) {
    if (const auto* sliding = std::get_if<limits::Sliding>(&charge.rate)) return sliding->count;
    if (const auto* calendar = std::get_if<limits::Calendar>(&charge.rate))
        return calendar->counts[period_at(*calendar, now)];
    return std::get<limits::Pacing>(charge.rate).burst;
}

// Each of several machines paces itself slower, so that all together keep the pace.
void set_share(Charge& charge, std::int64_t share, int machines, Time now) {
    if (auto* sliding = std::get_if<limits::Sliding>(&charge.rate)) {
        sliding->count = share;
    } else if (auto* calendar = std::get_if<limits::Calendar>(&charge.rate)) {
        for (std::int64_t& count : calendar->counts)
            if (count != limits::unlimited) count /= machines;
        calendar->counts[period_at(*calendar, now)] = share;
    } else {
        auto& pacing = std::get<limits::Pacing>(charge.rate);
        pacing.burst = share;
        pacing.interval *= machines;
    }
}

// What is used is told of all machines, as far as it is known.
limits::Answer told_of_all(limits::Answer answer, std::int64_t elsewhere, std::int64_t max,
                           const std::string& plan) {
    const auto tell = [&](auto& of_one) {
        of_one.used = std::min(of_one.used + elsewhere, limits::most_countable);
        of_one.max = max;
        of_one.plan = plan;
        of_one.crossed.clear();
    };
    if (auto* granted = std::get_if<limits::Granted>(&answer)) tell(*granted);
    if (auto* exceeded = std::get_if<limits::Exceeded>(&answer)) tell(*exceeded);
    return answer;
}

// A share of nothing is no pace that could be asked for.
limits::Answer paced_out(const Charge& charge, Time now) {
    const auto wait = std::get<limits::Pacing>(charge.rate).interval;
    return limits::Exceeded{0, now + std::chrono::ceil<std::chrono::milliseconds>(wait), 0, {}, {}};
}

}  // namespace

LocalCounts::LocalCounts() : outage_(std::make_shared<Outage>()) {}

void LocalCounts::granted(const std::vector<Charge>& charges, const limits::Answers& answers,
                          Time now) {
    std::vector<Charge> local;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        if (charges[i].when_unavailable != limits::WhenUnavailable::local) continue;
        local.push_back(charges[i]);
        places.push_back(i);
    }
    if (local.empty()) return;
    before_.record(local, now);
    const auto own = before_.peek(local, now);
    const std::lock_guard lock(mutex_);
    forget_foreign(now);
    for (std::size_t i = 0; i < local.size(); ++i) {
        const auto* granted = std::get_if<limits::Granted>(&answers[places[i]]);
        if (granted == nullptr || !own[i]) continue;
        const std::int64_t foreign = std::max<std::int64_t>(0, granted->used - own[i]->used);
        foreign_.insert_or_assign(
            local[i].key, Foreign{foreign, window_end(local[i], granted->used, now), granted->max,
                                  granted->plan});
    }
}

void LocalCounts::forget_foreign(Time now) {
    if (grants_to_sweep_ > 0) {
        --grants_to_sweep_;
        return;
    }
    std::erase_if(foreign_, [now](const auto& one) { return one.second.until <= now; });
    grants_to_sweep_ = std::max(least_grants_between_sweeps, foreign_.size());
}

LocalCounts::Share LocalCounts::share_of(const Charge& charge, int machines, Time now) {
    const auto own = before_.peek({charge}, now);
    Share share{.charge = charge,
                .elsewhere = own.front() ? own.front()->used : 0,
                .max = own_max(charge, now),
                .plan = {}};
    {
        const std::lock_guard lock(mutex_);
        const auto known = foreign_.find(charge.key);
        if (known != foreign_.end() && now < known->second.until) {
            share.elsewhere += known->second.used;
            if (!known->second.plan.empty()) share.max = known->second.max;
            share.plan = known->second.plan;
        }
    }
    share.charge.plans.clear();
    share.charge.levels.clear();
    std::int64_t free = limits::unlimited;
    if (share.max != limits::unlimited)
        free = std::max<std::int64_t>(0, share.max - share.elsewhere) / machines;
    share.paced_out =
        free == 0 && charge.cost > 0 && std::holds_alternative<limits::Pacing>(charge.rate);
    set_share(share.charge, free, machines, now);
    return share;
}

limits::Answers LocalCounts::charge(const std::vector<Charge>& charges, const std::string& token,
                                    int machines, Time now) {
    std::vector<Share> shares;
    for (const Charge& charge : charges)
        shares.push_back(share_of(charge, std::max(1, machines), now));
    limits::Answers answers;
    if (std::ranges::any_of(shares, &Share::paced_out)) {
        for (const Share& share : shares)
            answers.push_back(share.paced_out ? paced_out(share.charge, now)
                                              : limits::Answer(limits::NotAsked{}));
    } else {
        answers = charge_shares(shares, charges, token, now);
    }
    for (std::size_t i = 0; i < answers.size(); ++i)
        answers[i] =
            told_of_all(std::move(answers[i]), shares[i].elsewhere, shares[i].max, shares[i].plan);
    return answers;
}

limits::Answers LocalCounts::charge_shares(const std::vector<Share>& shares,
                                           const std::vector<Charge>& charges,
                                           const std::string& token, Time now) {
    limits::Call call;
    call.message = token;
    for (const Share& share : shares) call.charges.push_back(share.charge);
    const std::shared_ptr<Outage> here = outage();
    limits::Outcome outcome = here->during.charge(call, now);
    if (outcome.receipt.token.empty()) return std::move(outcome.answers);
    const std::lock_guard lock(mutex_);
    if (here != outage_)  // Redis came back meanwhile: what was counted until then is counted
        before_.record(charges, now);
    else if (here->counted.size() < most_counted)
        here->counted.insert_or_assign(token, Counted{std::move(outcome.receipt), charges, now});
    return std::move(outcome.answers);
}

std::shared_ptr<LocalCounts::Outage> LocalCounts::outage() {
    const std::lock_guard lock(mutex_);
    return outage_;
}

void LocalCounts::take_back(const std::string& token, Time now) {
    const std::shared_ptr<Outage> here = outage();
    limits::Receipt receipt;
    {
        const std::lock_guard lock(mutex_);
        const auto found = here->counted.find(token);
        if (found == here->counted.end()) return;
        receipt = std::move(found->second.receipt);
        here->counted.erase(found);
    }
    here->during.settle(receipt, false, now);
}

// From now on it belongs to what Redis granted this process.
void LocalCounts::told() {
    const auto fresh = std::make_shared<Outage>();
    std::unordered_map<std::string, Counted> told;
    {
        const std::lock_guard lock(mutex_);
        told = std::move(outage_->counted);
        outage_ = fresh;
    }
    for (const auto& [token, counted] : told) before_.record(counted.charges, counted.at);
}

void LocalCounts::forget(const std::string& key) {
    before_.reset(key);
    const std::lock_guard lock(mutex_);
    foreign_.erase(key);
    outage_->during.reset(key);
}

}  // namespace spillway::store
