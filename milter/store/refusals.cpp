#include "store/refusals.h"

#include <algorithm>
#include <functional>

#include "store/keys.h"

namespace spillway::store {

namespace {

std::size_t hash_of(const std::vector<std::string>& members) {
    std::size_t hash = members.size();
    for (const std::string& member : members)
        hash = hash * 0x9e3779b97f4a7c15 + std::hash<std::string>()(member);
    return hash;
}

std::string name_of(const limits::Suspect& suspect) {
    return suspended_key(suspect.account) + suspect_field(suspect);
}

}  // namespace

std::optional<Charged> Refusals::known(const limits::Call& call, Steady steady_now,
                                       limits::Time now) {
    const std::lock_guard lock(mutex_);
    Charged charged;
    if (refused_.empty() && suspended_.empty()) return std::nullopt;
    charged.answers.assign(call.charges.size(), limits::NotAsked{});
    charged.suspended = suspension_of(call, steady_now, now);
    if (charged.suspended) return charged;
    for (std::size_t i = 0; i < call.charges.size(); ++i) {
        const limits::Charge& charge = call.charges[i];
        const auto found = refused_.find(charge.key);
        if (found == refused_.end()) continue;
        const Refused& refused = found->second;
        if (steady_now >= refused.until) {
            refused_.erase(found);
            continue;
        }
        // Of different members fewer may be new.
        if (refused.members != hash_of(charge.members) || charge.cost < refused.cost) continue;
        charged.answers[i] = refused.answer;
        return charged;
    }
    return std::nullopt;
}

std::optional<limits::Suspension> Refusals::suspension_of(const limits::Call& call,
                                                          Steady steady_now, limits::Time now) {
    if (suspended_.empty()) return std::nullopt;
    for (const limits::Suspect& sender : call.senders) {
        const auto found = suspended_.find(name_of(sender));
        if (found == suspended_.end()) continue;
        const Suspended& suspended = found->second;
        if (now < suspended.suspension.until && (!suspended.until || steady_now < *suspended.until))
            return suspended.suspension;
        suspended_.erase(found);
    }
    return std::nullopt;
}

void Refusals::note(const limits::Call& call, const Charged& charged, Steady steady_now,
                    limits::Time now) {
    const auto exceeded = [](const limits::Answer& answer) {
        return std::holds_alternative<limits::Exceeded>(answer);
    };
    if (!charged.suspended && std::ranges::none_of(charged.answers, exceeded)) return;
    const std::lock_guard lock(mutex_);
    make_room(steady_now);
    if (charged.suspended) {
        suspended_.try_emplace(name_of(charged.suspended->suspect),
                               Suspended{*charged.suspended, steady_now + longest});
        return;
    }
    for (std::size_t i = 0; i < charged.answers.size(); ++i) {
        if (!exceeded(charged.answers[i])) continue;
        const limits::Charge& charge = call.charges[i];
        limits::Exceeded answer = std::get<limits::Exceeded>(charged.answers[i]);
        answer.crossed.clear();  // is told once
        const auto until =
            answer.next_free ? std::min<std::chrono::milliseconds>(*answer.next_free - now, longest)
                             : longest;
        if (until.count() <= 0) continue;
        refused_.insert_or_assign(charge.key, Refused{charge.cost, hash_of(charge.members),
                                                      std::move(answer), steady_now + until});
    }
}

void Refusals::make_room(Steady steady_now) {
    if (refused_.size() + suspended_.size() < most) return;
    std::erase_if(refused_, [&](const auto& one) { return steady_now >= one.second.until; });
    std::erase_if(suspended_, [&](const auto& one) {
        return one.second.until && steady_now >= *one.second.until;
    });
    if (refused_.size() + suspended_.size() >= most) refused_.clear();
}

void Refusals::suspend(const limits::Suspension& suspension) {
    const std::lock_guard lock(mutex_);
    suspended_.insert_or_assign(name_of(suspension.suspect), Suspended{suspension, std::nullopt});
}

void Refusals::suspension_told(const std::string& hash, const std::string& field,
                               Steady steady_now) {
    const std::lock_guard lock(mutex_);
    const auto found = suspended_.find(hash + field);
    if (found != suspended_.end()) found->second.until = steady_now + longest;
}

void Refusals::clear() {
    const std::lock_guard lock(mutex_);
    refused_.clear();
}

void Refusals::unsuspend(const limits::Suspect& suspect) {
    const std::lock_guard lock(mutex_);
    suspended_.erase(name_of(suspect));
}

std::vector<limits::Suspension> Refusals::suspended_here(limits::Time now) {
    const std::lock_guard lock(mutex_);
    std::vector<limits::Suspension> here;
    for (const auto& [name, suspended] : suspended_)
        if (!suspended.until && now < suspended.suspension.until)
            here.push_back(suspended.suspension);
    return here;
}

}  // namespace spillway::store
