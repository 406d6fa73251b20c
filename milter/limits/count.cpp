#include "limits/count.h"

namespace spillway::limits {

namespace {

template <typename Kind>
const Kind* of_kind(const Count* count) {
    return count == nullptr ? nullptr : std::get_if<Kind>(count);
}

bool has_room(std::int64_t cost, std::int64_t used, std::int64_t max) {
    // Not used + cost > max: a cost above the maximum fails on an empty count too, and a maximum
    // that was lowered below the use makes the difference negative, which is right.
    return max == unlimited || cost <= max - used;
}

Look look(const Sliding& rate, const Charge& charge, const Count* count,
          const std::optional<std::int64_t>& plan, Time now) {
    const SlidingCount none(rate.span);
    const auto* known = of_kind<SlidingCount>(count);
    if (known != nullptr && known->state().slice_ms != none.state().slice_ms) known = nullptr;
    const SlidingCount& here = known != nullptr ? *known : none;

    Look look{.used = here.used(now), .max = plan.value_or(rate.count)};
    look.used_after = look.used + charge.cost;
    look.fits = has_room(charge.cost, look.used, look.max);
    look.plan_counts = plan.has_value();
    look.is_known = known != nullptr;
    look.next_free = look.fits ? now : here.next_free(charge.cost, look.max, now);
    look.told_until = now + rate.span;
    look.what = InSlice{none.state().slice_ms, here.newest_slice(now), charge.cost};
    return look;
}

Look look(const Calendar& rate, const Charge& charge, const Count* count,
          const std::optional<std::int64_t>& plan, Time now) {
    const auto* known = of_kind<CalendarCount>(count);
    const auto stored = known != nullptr ? std::optional(known->state().period) : std::nullopt;
    const InForce here = in_force(rate, stored, now);

    Look look{.used = here.is_stored ? known->state().count : 0,
              .max = plan.value_or(rate.counts[here.place])};
    look.used_after = look.used + charge.cost;
    look.fits = has_room(charge.cost, look.used, look.max);
    look.plan_counts = plan.has_value();
    look.is_known = here.is_stored;
    look.next_free = look.fits ? now : later_room(rate, here, plan, charge.cost);
    look.told_until = here.period.end;
    look.what = InPeriod{here.period, charge.cost};
    return look;
}

Look look(const Pacing& rate, const Charge& charge, const Count* count,
          const std::optional<std::int64_t>& plan, Time now) {
    const PacedCount none(rate.interval);
    const auto* known = of_kind<PacedCount>(count);
    if (known != nullptr && known->state().interval != rate.interval) known = nullptr;
    const PacedCount& here = known != nullptr ? *known : none;

    const bool free = plan == unlimited;  // no other plan has an effect
    Look look{.used = here.used(now), .max = free ? unlimited : rate.burst};
    look.used_after = here.used_after(charge.cost, now);
    look.fits = free || here.fits(charge.cost, rate.burst, now);
    look.plan_counts = free;
    look.is_known = known != nullptr;
    look.next_free = look.fits ? now : here.next_free(charge.cost, rate.burst, now);
    look.told_until = now;
    look.what = Paced{rate.interval, now, charge.cost};
    return look;
}

// The parts that both laws of different things have in common.
Look look_at_seen(const Seen& seen, std::int64_t used, std::int64_t max) {
    Look look{.used = used, .max = max};
    const auto fresh = static_cast<std::int64_t>(seen.fresh.size());
    look.used_after = used + fresh;
    look.fits = has_room(fresh, used, max);
    return look;
}

Look look_at_members(const Sliding& rate, const Charge& charge, const Count* count,
                     const std::optional<std::int64_t>& plan, Time now) {
    const DistinctInSpan none(rate.span);
    const auto* known = of_kind<DistinctInSpan>(count);
    if (known != nullptr && known->window() != rate.span) known = nullptr;
    const DistinctInSpan& here = known != nullptr ? *known : none;

    SeenInSpan deed = here.seeing(charge.members, now);
    Look look = look_at_seen(deed.seen, here.used(now), plan.value_or(rate.count));
    look.plan_counts = plan.has_value();
    look.is_known = known != nullptr;
    look.next_free = look.fits ? now : here.next_free(charge.members, look.max, now);
    look.told_until = now + rate.span;
    look.what = std::move(deed);
    return look;
}

Look look_at_members(const Calendar& rate, const Charge& charge, const Count* count,
                     const std::optional<std::int64_t>& plan, Time now) {
    const auto* known = of_kind<DistinctInPeriod>(count);
    const auto stored = known != nullptr ? std::optional(known->period()) : std::nullopt;
    const InForce there = in_force(rate, stored, now);
    const DistinctInPeriod none(there.period);
    const DistinctInPeriod& here = there.is_stored ? *known : none;

    SeenInPeriod deed = here.seeing(charge.members, now);
    Look look = look_at_seen(deed.seen, static_cast<std::int64_t>(here.members().size()),
                             plan.value_or(rate.counts[there.place]));
    look.plan_counts = plan.has_value();
    look.is_known = there.is_stored;
    const auto own = static_cast<std::int64_t>(charge.members.size());
    look.next_free = look.fits ? now : later_room(rate, there, plan, own);
    look.told_until = there.period.end;
    look.what = std::move(deed);
    return look;
}

Look look_at_members(const Pacing& rate, const Charge& charge, const Count* count,
                     const std::optional<std::int64_t>& plan, Time now) {
    return look(rate, charge, count, plan, now);  // its cost is looked at after all
}

// The kind of count that each kind of deed is done to.
template <typename Deed>
struct KindOf;
template <>
struct KindOf<InSlice> {
    using Type = SlidingCount;
};
template <>
struct KindOf<InPeriod> {
    using Type = CalendarCount;
};
template <>
struct KindOf<Paced> {
    using Type = PacedCount;
};
template <>
struct KindOf<SeenInSpan> {
    using Type = DistinctInSpan;
};
template <>
struct KindOf<SeenInPeriod> {
    using Type = DistinctInPeriod;
};

void take_cost(InSlice& deed) { deed.cost = 0; }
void take_cost(InPeriod& deed) { deed.cost = 0; }
void take_cost(Paced& deed) { deed.cost = 0; }
void take_cost(SeenInSpan& deed) { deed.seen = {.at = deed.seen.at}; }
void take_cost(SeenInPeriod& deed) { deed.seen = {.at = deed.seen.at}; }

}  // namespace

Look look(const Charge& charge, const Count* count, const std::optional<std::int64_t>& plan,
          Time now) {
    return std::visit(
        [&](const auto& rate) {
            return charge.members.empty() ? look(rate, charge, count, plan, now)
                                          : look_at_members(rate, charge, count, plan, now);
        },
        charge.rate);
}

What without_cost(What what) {
    std::visit([](auto& deed) { take_cost(deed); }, what);
    return what;
}

bool counts(const Count& count, const What& what) {
    return std::visit(
        [&count](const auto& deed) {
            const auto* same =
                std::get_if<typename KindOf<std::decay_t<decltype(deed)>>::Type>(&count);
            return same != nullptr && same->counts(deed);
        },
        what);
}

Count count_for(const What& what) {
    return std::visit(
        [](const auto& deed) -> Count {
            return typename KindOf<std::decay_t<decltype(deed)>>::Type(deed);
        },
        what);
}

void apply(Count& count, const What& what) {
    std::visit(
        [&count](const auto& deed) {
            std::get<typename KindOf<std::decay_t<decltype(deed)>>::Type>(count).apply(deed);
        },
        what);
}

void take_back(Count& count, const What& what, Time now) {
    if (!counts(count, what)) return;
    std::visit(
        [&count, now](const auto& deed) {
            std::get<typename KindOf<std::decay_t<decltype(deed)>>::Type>(count).take_back(deed,
                                                                                           now);
        },
        what);
}

std::int64_t used(const Count& count, Time now) {
    return std::visit([now](const auto& kind) { return kind.used(now); }, count);
}

std::optional<Time> frees(const Count& count, Time now) {
    return std::visit([now](const auto& kind) { return kind.frees(now); }, count);
}

Time expires(const Count& count) {
    return std::visit([](const auto& kind) { return kind.expires(); }, count);
}

std::chrono::milliseconds window(const Count& count) {
    return std::visit([](const auto& kind) { return kind.window(); }, count);
}

}  // namespace spillway::limits
