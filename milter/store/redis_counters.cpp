#include "store/redis_counters.h"

#include <algorithm>
#include <new>
#include <random>

#include <fmt/format.h>

#include "limits/merged.h"
#include "store/keys.h"

namespace spillway::store {

namespace {

using limits::Answer;
using limits::Answers;
using limits::Charge;
using limits::Unavailable;
using limits::WhenUnavailable;

std::string random_name() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

bool asks_nothing(const limits::Call& call) {
    return call.charges.empty() && call.senders.empty() && !call.mailing;
}

bool defers(const Charge& charge) { return charge.when_unavailable == WhenUnavailable::defer; }

// Stands before the token of a receipt whose call found no reply: it may still be on its way when
// the receipt is settled.
constexpr char unsure = '?';

// Whether the message may go on as far as these answers are concerned.
bool lets_pass(const limits::Call& call, const Answers& answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const bool silent = std::holds_alternative<Unavailable>(answers[i]);
        if (silent ? defers(call.charges[i]) : !std::holds_alternative<limits::Granted>(answers[i]))
            return false;
    }
    return true;
}

// What was granted is taken back because something else was refused: the use as it stands.
void take_off(Answer& answer, const Charge& charge) {
    auto* granted = std::get_if<limits::Granted>(&answer);
    if (granted == nullptr) return;
    if (charge.members.empty())
        granted->used = std::max<std::int64_t>(0, granted->used - charge.cost);
    granted->crossed.clear();
}

// Out of memory is the only thing that can go wrong without Redis.
template <typename Do>
void unless_out_of_memory(const Do& act) noexcept {
    try {
        act();
    } catch (const std::bad_alloc&) {
        return;  // a receipt that stays open ends by itself
    }
}

}  // namespace

RedisCounters::RedisCounters(const language::RedisStore& place, Notice notice, Watch watch)
    : RedisCounters(place, std::move(notice), std::move(watch), Options{}) {}

RedisCounters::RedisCounters(const language::RedisStore& place, Notice notice, Watch watch,
                             Options options)
    : place_(place),
      notice_(std::move(notice)),
      watch_(std::move(watch)),
      steady_now_(std::move(options.steady_now)),
      pace_(options.pace),
      instance_(options.instance.empty() ? random_name() : options.instance),
      redis_(place, notice_, options.connections),
      settler_(redis_, instance_, pace_, notice_,
               {.told =
                    [this](const Task& task) {
                        if (task.kind == Task::Kind::suspend)
                            refusals_.suspension_told(task.call.keys.front(),
                                                      task.call.words.front(), steady_now_());
                    },
                .drained = [this] { local_.told(); }}) {}

std::string RedisCounters::next_token() { return fmt::format("{}-{:x}", instance_, ++calls_); }

Deadline RedisCounters::soon() const { return Deadline::clock::now() + place_.timeout; }

tl::expected<Reply, Failure> RedisCounters::run(const ScriptCall& call, Deadline deadline) {
    auto reply = redis_.call(call.route(), call.by_sha1(), deadline);
    const bool unknown = reply && is_error(**reply) && text_of(**reply).starts_with("NOSCRIPT");
    if (unknown) reply = redis_.call(call.route(), call.by_text(), deadline);
    if (reply && is_error(**reply))
        return tl::make_unexpected(Failure{std::string(text_of(**reply))});
    return reply;
}

// One call of a script that a message waits for, measured.
template <typename Answered>
tl::expected<Answered, Failure> RedisCounters::ask(
    const ScriptCall& call, const std::function<std::optional<Answered>(const redisReply&)>& read) {
    const auto begun = Deadline::clock::now();
    const auto reply = run(call, begun + place_.timeout);
    const bool not_made = !reply && reply.error().ours;
    if (watch_.called)
        watch_.called(reply      ? log::RedisResult::answered
                      : not_made ? log::RedisResult::not_made
                                 : log::RedisResult::failed,
                      Deadline::clock::now() - begun);
    if (!reply) return tl::make_unexpected(reply.error());
    auto answered = read(**reply);
    if (!answered) return tl::make_unexpected(Failure{"unexpected reply of the script"});
    return *std::move(answered);
}

limits::Outcome RedisCounters::charge(const limits::Call& call, limits::Time now) noexcept {
    if (asks_nothing(call)) return {};
    Breaker::Permit permit = Breaker::Permit::none;
    try {
        settler_.begin();
        Asked asked = store::asked(call);
        if (auto known = refusals_.known(asked.call, steady_now_(), now))
            return {asked.merged.spread(known->answers), std::move(known->suspended), {}};
        permit = breaker_.ask(steady_now_());
        return charged(permit, asked, now);
    } catch (const std::bad_alloc&) {
        breaker_.not_made(permit);
        return {Answers(call.charges.size(), Unavailable{"out of memory"}), {}, {}};
    }
}

limits::Outcome RedisCounters::charged(Breaker::Permit permit, Asked& asked, limits::Time now) {
    const std::string token = next_token();
    const auto parts = parts_of(asked.call, asked.owner, redis_.is_cluster());
    Asking asking;
    if (permit == Breaker::Permit::none) {
        asking.failure = Failure{"not asked: silent"};
    } else {
        asking = ask_parts(parts, asked.call.charges.size(), token);
        note(permit, asking.failure);
    }
    if (asking.failure)
        asking.answers = answer_here(asked, parts, asking, token, now);
    else
        refusals_.note(asked.call, {asking.answers, asking.suspended}, steady_now_(), now);

    const bool passes = !asking.suspended && lets_pass(asked.call, asking.answers);
    if (!asking.failure && !passes) {
        for (std::size_t i = 0; i + 1 < asking.parts_begun; ++i) cancel(parts[i], token, now);
    } else if (!asking.failure) {
        local_.granted(asked.call.charges, asking.answers, now);
    }
    limits::Outcome outcome{asked.merged.spread(asking.answers), std::move(asking.suspended), {}};
    if (passes && !asked.call.charges.empty() && !asked.call.message.empty())
        outcome.receipt = {asking.failure ? unsure + token : token, std::move(asked.call)};
    return outcome;
}

// One part after the other, until one does not grant what it is asked.
RedisCounters::Asking RedisCounters::ask_parts(const std::vector<Part>& parts, std::size_t charges,
                                               const std::string& token) {
    Asking asking;
    asking.answers.assign(charges, limits::NotAsked{});
    for (const Part& part : parts) {
        auto charged = ask_part(part, token);
        if (!charged) {
            asking.parts_begun += charged.error().ours ? 0 : 1;
            asking.failure = charged.error();
            return asking;
        }
        ++asking.parts_begun;
        const bool granted = limits::all_granted(charged->answers);
        for (std::size_t i = 0; i < part.places.size(); ++i)
            asking.answers[part.places[i]] = std::move(charged->answers[i]);
        asking.suspended = std::move(charged->suspended);
        if (!asking.suspended && granted) continue;
        for (const Part& before : parts) {
            if (&before == &part) return asking;
            for (std::size_t i = 0; i < before.places.size(); ++i)
                take_off(asking.answers[before.places[i]], before.call.charges[i]);
        }
    }
    return asking;
}

tl::expected<Charged, Failure> RedisCounters::ask_part(const Part& part, const std::string& token) {
    const ScriptCall call = charge_call(part.call, part.owner,
                                        {.token = token,
                                         .receipts_kept = open_receipts_kept,
                                         .unanswered_after = pace_.unanswered_after});
    return ask<Charged>(
        call, [&part](const redisReply& reply) { return store::charged(reply, part.call); });
}

// What was begun may or may not have been carried out, so Redis is told how it went on: the token
// makes sure that it counts once, or not at all.
Answers RedisCounters::answer_here(const Asked& asked, const std::vector<Part>& parts,
                                   const Asking& asking, const std::string& token,
                                   limits::Time now) {
    Answers answers = count_here(asked.call, asking.failure->why, token, now);
    if (lets_pass(asked.call, answers)) {
        for (const Part& part : parts) replay(part, token, now);
    } else {
        for (std::size_t i = 0; i < asking.parts_begun; ++i) cancel(parts[i], token, now);
    }
    return answers;
}

// All or none holds among the charges that are counted here; one that must be deferred defers the
// message, which then must not be counted at all.
Answers RedisCounters::count_here(const limits::Call& call, const std::string& why,
                                  const std::string& token, limits::Time now) {
    Answers answers(call.charges.size(), Unavailable{why});
    if (std::ranges::any_of(call.charges, defers)) return answers;

    const auto is_local = [](const Charge& charge) {
        return charge.when_unavailable == WhenUnavailable::local;
    };
    std::vector<Charge> here;
    std::ranges::copy_if(call.charges, std::back_inserter(here), is_local);
    if (here.empty()) return answers;
    const Answers counted = local_.charge(here, token, settler_.machines(), now);
    auto next = counted.begin();
    for (std::size_t i = 0; i < call.charges.size(); ++i)
        if (is_local(call.charges[i])) answers[i] = *next++;
    return answers;
}

std::string RedisCounters::receipt_of(const Part& part, const std::string& token) const {
    return receipt_key(part.owner, part.call.message.empty() ? token : part.call.message);
}

void RedisCounters::cancel(const Part& part, const std::string& token, limits::Time now) {
    if (part.call.charges.empty()) return;
    settler_.add({.kind = Task::Kind::cancel,
                  .number = 0,
                  .token = token,
                  .at = now,
                  .call = cancel_call(receipt_of(part, token), token, open_receipts_kept),
                  .left = false});
}

void RedisCounters::replay(const Part& part, const std::string& token, limits::Time now) {
    limits::Call call = part.call;
    // Nobody is asked any more, so nobody refuses, and nobody is told of levels.
    call.senders.clear();
    for (Charge& charge : call.charges) {
        charge.plans.clear();
        charge.levels.clear();
    }
    if (call.charges.empty() && !call.mailing) return;
    settler_.add({.kind = Task::Kind::replay,
                  .number = 0,
                  .token = token,
                  .at = now,
                  .call = charge_call(call, part.owner,
                                      {.token = token,
                                       .receipts_kept = open_receipts_kept,
                                       .unanswered_after = pace_.unanswered_after,
                                       .age = std::chrono::milliseconds{0}}),
                  .left = false});
}

void RedisCounters::settle(const limits::Receipt& receipt, bool left, limits::Time now) noexcept {
    if (receipt.token.empty()) return;
    unless_out_of_memory([&] {
        const bool is_unsure = receipt.token.front() == unsure;
        const std::string token = receipt.token.substr(is_unsure ? 1 : 0);
        if (!left) local_.take_back(token, now);
        for (const Part& part :
             parts_of(receipt.call, limits::owner_of(receipt.call), redis_.is_cluster())) {
            if (part.call.charges.empty()) continue;
            if (left)
                settler_.settled(receipt_of(part, token), token, is_unsure);
            else
                cancel(part, token, now);
        }
    });
}

std::vector<std::optional<limits::Standing>> RedisCounters::peek(const std::vector<Charge>& charges,
                                                                 limits::Time /*now*/) noexcept {
    std::vector<std::optional<limits::Standing>> standings(charges.size());
    const Breaker::Permit permit =
        charges.empty() ? Breaker::Permit::none : breaker_.ask(steady_now_());
    if (permit == Breaker::Permit::none) return standings;
    try {
        limits::Call call;
        for (const Charge& charge : charges)  // each for itself: two of one key are no sum
            call.charges.push_back(limits::merged({charge}).charges.front());
        std::optional<Failure> failure;
        for (const Part& part : parts_of(call, "", redis_.is_cluster())) {
            const auto found = ask<std::vector<limits::Standing>>(
                peek_call(part.call.charges), [&part](const redisReply& reply) {
                    return store::standings(reply, part.call.charges);
                });
            if (!found) {
                failure = found.error();
                break;
            }
            for (std::size_t i = 0; i < part.places.size(); ++i)
                standings[part.places[i]] = (*found)[i];
        }
        note(permit, failure);
    } catch (const std::bad_alloc&) {
        breaker_.not_made(permit);
    }
    return standings;
}

std::optional<std::vector<std::int64_t>> RedisCounters::mailing_sizes(
    const limits::Mailing& mailing, limits::Time /*now*/) noexcept {
    const Breaker::Permit permit = breaker_.ask(steady_now_());
    if (permit == Breaker::Permit::none) return std::nullopt;
    try {
        const auto found = ask<std::vector<std::int64_t>>(
            sizes_call(limits::bounded(mailing)),
            [&mailing](const redisReply& reply) { return sizes(reply, mailing.spans.size()); });
        note(permit, found ? std::nullopt : std::optional(found.error()));
        if (found) return *found;
    } catch (const std::bad_alloc&) {
        breaker_.not_made(permit);
    }
    return std::nullopt;
}

Answer RedisCounters::hold(const limits::Place& place, limits::Time /*now*/) noexcept {
    Breaker::Permit permit = Breaker::Permit::none;
    try {
        settler_.begin();
        const std::string key = places_key(place);
        permit = breaker_.ask(steady_now_());
        if (permit == Breaker::Permit::none) return hold_here(place, key, "not asked: silent");
        auto answer = ask<Answer>(hold_call(place, pace_.lease),
                                  [&place](const redisReply& reply) { return held(reply, place); });
        note(permit, answer ? std::nullopt : std::optional(answer.error()));
        if (!answer) return hold_here(place, key, answer.error().why);
        if (std::holds_alternative<limits::Granted>(*answer)) settler_.hold(key, place.holder);
        return *std::move(answer);
    } catch (const std::bad_alloc&) {
        breaker_.not_made(permit);
        return Unavailable{"out of memory"};
    }
}

// This process's share of the places, but one at least: to hold none at all stops all mail.
Answer RedisCounters::hold_here(const limits::Place& place, const std::string& key,
                                const std::string& why) {
    if (place.when_unavailable != WhenUnavailable::local) {
        if (place.when_unavailable == WhenUnavailable::allow) settler_.hold(key, place.holder);
        return Unavailable{why};
    }
    const std::int64_t share = place.most == limits::unlimited
                                   ? place.most
                                   : std::max<std::int64_t>(1, place.most / settler_.machines());
    const auto used = static_cast<std::int64_t>(settler_.held_here(key));
    if (used >= share) return limits::Exceeded{used, std::nullopt, place.most, {}, {}};
    settler_.hold(key, place.holder);
    return limits::Granted{used + 1, place.most, {}, {}};
}

void RedisCounters::release(const limits::Place& place) noexcept {
    unless_out_of_memory([&] {
        const std::string key = places_key(place);
        if (!settler_.unhold(key, place.holder)) return;
        const Breaker::Permit permit = breaker_.ask(steady_now_());
        if (permit != Breaker::Permit::none) {
            const auto reply = redis_.call(key, {"ZREM", key, place.holder}, soon());
            note(permit, reply ? std::nullopt : std::optional(reply.error()));
            if (reply) return;
        }
        settler_.add({.kind = Task::Kind::release,
                      .number = 0,
                      .token = {},
                      .at = std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now()),
                      .call = {nullptr, {key}, {place.holder}},
                      .left = false});
    });
}

void RedisCounters::suspend(const limits::Suspension& suspension, limits::Time now) noexcept {
    unless_out_of_memory([&] {
        limits::Suspension formed = suspension;
        formed.suspect = limits::bounded(suspension.suspect);
        refusals_.suspend(formed);
        settler_.add({.kind = Task::Kind::suspend,
                      .number = 0,
                      .token = {},
                      .at = now,
                      .call = suspend_call(formed),
                      .left = false});
    });
}

void RedisCounters::note(Breaker::Permit permit, const std::optional<Failure>& failure) {
    if (!failure) {
        if (!breaker_.succeeded(permit)) return;
        if (watch_.breaker) watch_.breaker(false);
        if (notice_) notice_(fmt::format("{} answers again: counting there", redis_.place()));
        return;
    }
    if (failure->ours) return breaker_.not_made(permit);
    {
        const std::lock_guard lock(mutex_);
        last_failure_ = failure->why;
    }
    if (!breaker_.failed(permit, steady_now_())) return;
    if (watch_.breaker) watch_.breaker(true);
    if (notice_)
        notice_(fmt::format("{} is silent ({}): limits go by their when-unavailable",
                            redis_.place(), failure->why));
}

}  // namespace spillway::store
