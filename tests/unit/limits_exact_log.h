// The laws of limits written down as plainly as possible, to compare the counters with: everything
// charged is remembered, and each answer is found by looking at all of it. No code of the counters
// is used. Times of next room are not answered; room at a time is.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limits/counters.h"

namespace spillway::limits {

class ExactLog {
  public:
    void set_plan(const std::string& name, std::int64_t max) { plans_[name] = max; }
    void unset_plan(const std::string& name) { plans_.erase(name); }

    // All or none, each charge with a key of its own. Of Exceeded no next_free is told.
    Answers charge(const std::vector<Charge>& charges, Time now, int call = 0) {
        const bool granted =
            std::ranges::all_of(charges, [&](const Charge& one) { return fits(one, now); });
        Answers answers;
        for (const Charge& one : charges) {
            const bool one_fits = fits(one, now);
            const Find found = find(one, now);
            const auto crossed = tell(one, found, now, granted, one_fits);
            if (one_fits)
                answers.push_back(
                    Granted{granted ? found.after : found.used, found.max, found.plan, crossed});
            else
                answers.push_back(Exceeded{found.used, {}, found.max, found.plan, crossed});
            if (granted) add(one, now, call);
        }
        return answers;
    }

    bool fits(const Charge& charge, Time now) const {
        const Find found = find(charge, now);
        return found.max == unlimited || found.fits;
    }
    std::int64_t used(const Charge& charge, Time now) const { return find(charge, now).used; }

    // What a call has charged is charged no more.
    void take_back(int call, Time now) {
        for (auto& [key, log] : logs_) {
            for (Entry& entry : log.entries) {
                if (entry.call != call || entry.is_back) continue;
                entry.is_back = true;
                for (const std::string& member : entry.fresh)
                    if (log.seen.contains(member) && log.seen[member] == entry.at)
                        log.seen.erase(member);
                const std::int64_t us = microseconds(now);
                if (log.tat > us) log.tat = std::max(us, log.tat - entry.us);
            }
        }
    }

  private:
    struct Entry {
        int call = 0;
        bool is_back = false;
        std::int64_t cost = 0;
        std::int64_t slice = 0;            // Sliding
        Time at{};                         // members: when they were seen
        std::vector<std::string> fresh{};  // members
        std::int64_t us = 0;               // Pacing
    };
    struct Log {
        std::string kind;  // with its width
        std::vector<Entry> entries;
        std::pair<Time, Time> period{};      // Calendar: the one that was charged in last
        std::map<std::string, Time> seen{};  // members
        std::int64_t tat = 0;                // Pacing
        std::map<int, Time> told{};          // level: not again before
    };
    struct Find {
        std::int64_t used = 0;
        std::int64_t after = 0;
        std::int64_t max = 0;
        std::string plan;
        bool fits = false;
        bool is_known = false;
        Time told_until{};
        std::pair<Time, Time> period{};
    };

    static std::int64_t microseconds(Time now) { return now.time_since_epoch().count() * 1000; }
    static std::int64_t width(const Sliding& rate) {
        return std::max<std::int64_t>(1, (rate.span.count() + slices - 1) / slices);
    }
    static std::string kind_of(const Charge& charge) {
        const std::string members = charge.members.empty() ? "" : "members ";
        if (const auto* rate = std::get_if<Sliding>(&charge.rate))
            return members + "sliding " +
                   std::to_string(members.empty() ? width(*rate) : rate->span.count());
        if (const auto* rate = std::get_if<Pacing>(&charge.rate))
            return "pacing " + std::to_string(rate->interval.count());
        return members + "calendar";
    }
    const Log* log_of(const Charge& charge) const {
        const auto found = logs_.find(charge.key);
        return found == logs_.end() || found->second.kind != kind_of(charge) ? nullptr
                                                                             : &found->second;
    }

    // The count's clock stands still until it has caught up with the last charge.
    static Time members_clock(const Log* log, Time now) {
        if (log != nullptr)
            for (const auto& [member, at] : log->seen) now = std::max(now, at);
        return now;
    }
    static std::int64_t newest_slice(const Log* log, const Sliding& rate, Time now) {
        std::int64_t newest = now.time_since_epoch().count() / width(rate);
        if (log != nullptr)
            for (const Entry& entry : log->entries) newest = std::max(newest, entry.slice);
        return newest;
    }

    Find find(const Charge& charge, Time now) const {
        const Log* log = log_of(charge);
        Find found =
            std::visit([&](const auto& rate) { return find(rate, charge, log, now); }, charge.rate);
        return found;
    }

    void choose_max(Find& found, const Charge& charge, std::int64_t own) const {
        found.max = own;
        for (const std::string& name : charge.plans) {
            const auto plan = plans_.find(name);
            if (plan == plans_.end()) continue;
            if (std::holds_alternative<Pacing>(charge.rate) && plan->second != unlimited) break;
            found.max = plan->second;
            found.plan = name;
            break;
        }
    }

    // With `found.used` and `found.max`, when nothing but the amount matters.
    static void add_cost(Find& found, std::int64_t cost) {
        found.after = found.used + cost;
        found.fits = found.after <= found.max;
    }

    Find find(const Sliding& rate, const Charge& charge, const Log* log, Time now) const {
        Find found;
        choose_max(found, charge, rate.count);
        found.is_known = log != nullptr;
        found.told_until = now + rate.span;
        if (!charge.members.empty()) {
            const Time clock = members_clock(log, now);
            std::int64_t fresh = 0;
            for (const std::string& member : charge.members)
                fresh += log == nullptr || !log->seen.contains(member) ||
                         log->seen.at(member) <= clock - rate.span;
            if (log != nullptr)
                found.used = std::ranges::count_if(
                    log->seen, [&](const auto& one) { return one.second > clock - rate.span; });
            add_cost(found, fresh);
            return found;
        }
        const std::int64_t newest = newest_slice(log, rate, now);
        if (log != nullptr)
            for (const Entry& entry : log->entries)
                if (!entry.is_back && newest - entry.slice <= slices) found.used += entry.cost;
        add_cost(found, charge.cost);
        return found;
    }

    Find find(const Calendar& rate, const Charge& charge, const Log* log, Time now) const {
        std::size_t place = now < rate.bounds[1] ? 0 : now < rate.bounds[2] ? 1 : 2;
        Find found;
        found.period = {rate.bounds[place], rate.bounds[place + 1]};
        for (std::size_t i = place; log != nullptr && i < 3; ++i)
            if (log->period == std::pair(rate.bounds[i], rate.bounds[i + 1])) {
                place = i;
                found.is_known = true;
            }
        if (log != nullptr && log->period.first >= rate.bounds[3]) {
            place = 2;
            found.is_known = true;
        }
        if (found.is_known) found.period = log->period;
        choose_max(found, charge, rate.counts[place]);
        found.told_until = found.period.second;
        std::int64_t cost = charge.cost;
        if (!charge.members.empty()) {
            cost = 0;
            for (const std::string& member : charge.members)
                cost += !found.is_known || !log->seen.contains(member);
            found.used = found.is_known ? static_cast<std::int64_t>(log->seen.size()) : 0;
        } else if (found.is_known) {
            for (const Entry& entry : log->entries) found.used += entry.is_back ? 0 : entry.cost;
        }
        add_cost(found, cost);
        return found;
    }

    Find find(const Pacing& rate, const Charge& charge, const Log* log, Time now) const {
        Find found;
        choose_max(found, charge, rate.burst);
        const std::int64_t each = rate.interval.count();
        const std::int64_t us = microseconds(now);
        const std::int64_t tat = std::max(us, log == nullptr ? 0 : log->tat);
        const std::int64_t after = tat + charge.cost * each;
        found.used = (tat - us + each - 1) / each;
        found.after = (after - us + each - 1) / each;
        found.fits = after - us <= rate.burst * each;
        return found;
    }

    std::vector<int> tell(const Charge& charge, const Find& found, Time now, bool granted,
                          bool one_fits) {
        std::vector<int> crossed;
        if (std::holds_alternative<Pacing>(charge.rate) || granted != one_fits) return crossed;
        const auto is_told = [&](int level) {
            const auto log = logs_.find(charge.key);
            return found.is_known && log->second.told.contains(level) &&
                   now < log->second.told[level];
        };
        for (const int level : charge.levels) {
            bool crosses = !granted && level == 100;
            if (granted && found.max != unlimited && found.max > 0) {
                const auto at = (found.max * level + 99) / 100;
                crosses = found.used < at && at <= found.after;
            }
            if (crosses && !is_told(level)) crossed.push_back(level);
        }
        if (crossed.empty()) return crossed;
        Log& log = begun(charge, found);
        for (const int level : crossed) log.told[level] = found.told_until;
        return crossed;
    }

    // The log of what the charge counts, anew when it counted something else.
    Log& begun(const Charge& charge, const Find& found) {
        Log& log = logs_[charge.key];
        const bool other_period =
            std::holds_alternative<Calendar>(charge.rate) && log.period != found.period;
        if (log.kind != kind_of(charge) || other_period)
            log = Log{.kind = kind_of(charge), .entries = {}, .period = found.period};
        return log;
    }

    void add(const Charge& charge, Time now, int call) {
        if (charge.members.empty() && charge.cost == 0) return;
        const Find found = find(charge, now);
        Log& log = begun(charge, found);
        Entry entry{.call = call, .cost = charge.cost};
        const auto* sliding = std::get_if<Sliding>(&charge.rate);
        if (const auto* pacing = std::get_if<Pacing>(&charge.rate)) {
            entry.us = charge.cost * pacing->interval.count();
            log.tat = std::max(log.tat, microseconds(now)) + entry.us;
        } else if (!charge.members.empty()) {
            see(charge, log, entry, now, sliding);
        } else if (sliding != nullptr) {
            entry.slice = newest_slice(&log, *sliding, now);
            std::erase_if(log.entries,
                          [&](const Entry& old) { return entry.slice - old.slice > slices; });
        }
        log.entries.push_back(entry);
    }

    static void see(const Charge& charge, Log& log, Entry& entry, Time now,
                    const Sliding* sliding) {
        entry.at = members_clock(&log, now);
        const Time then = sliding == nullptr ? Time::min() : entry.at - sliding->span;
        const Time clock = entry.at;
        for (const std::string& member : charge.members) {
            const auto known = log.seen.find(member);
            if (known == log.seen.end() || known->second <= then) entry.fresh.push_back(member);
            if (known != log.seen.end() && known->second == clock)
                entry.at = clock + std::chrono::milliseconds{1};
        }
        for (const std::string& member : charge.members) log.seen[member] = entry.at;
        if (sliding != nullptr)
            std::erase_if(log.seen,
                          [&](const auto& one) { return one.second <= entry.at - sliding->span; });
        if (log.entries.size() > 200) log.entries.erase(log.entries.begin());  // settled by then
    }

    std::map<std::string, Log> logs_;
    std::map<std::string, std::int64_t> plans_;
};

}  // namespace spillway::limits
