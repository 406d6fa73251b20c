#include "store/redis_counters.h"

#include <algorithm>
#include <new>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "store/charge_call.h"
#include "store/keys.h"
#include "store/scan.h"

namespace spillway::store {

namespace {

using limits::Answers;
using limits::Charge;
using limits::WhenUnavailable;

// For an operator who asked something that walks all keys.
constexpr std::chrono::seconds operator_patience{10};

std::string place_text(const language::RedisStore& place) {
    return fmt::format("redis {} database {}", text_of(place.hosts.front()), place.database);
}

std::string random_name() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

std::vector<std::string> script_call(const char* verb, std::string_view script,
                                     const std::vector<std::string>& words) {
    std::vector<std::string> call{verb, std::string(script)};
    call.insert(call.end(), words.begin(), words.end());
    return call;
}

}  // namespace

RedisCounters::RedisCounters(const language::RedisStore& place, Notice notice,
                             SteadyClock steady_now, std::size_t connections)
    : place_(place),
      notice_(std::move(notice)),
      steady_now_(std::move(steady_now)),
      instance_(random_name()),
      pool_(place, connections) {}

Answers RedisCounters::charge(const std::vector<Charge>& charges, limits::Time now) noexcept {
    if (charges.empty()) return {};
    const Breaker::Permit permit = breaker_.ask(steady_now_());
    try {
        return charged(permit, charges, now);
    } catch (const std::bad_alloc&) {
        breaker_.not_made(permit);
        return Answers(charges.size(), limits::Unavailable{"out of memory"});
    }
}

Answers RedisCounters::charged(Breaker::Permit permit, const std::vector<Charge>& charges,
                               limits::Time now) {
    if (permit == Breaker::Permit::none) return answer_here(charges, "not asked: silent", now);

    const limits::Merged asked = limits::merged(charges);
    const auto answers = ask(asked.charges);
    note(permit, answers);
    if (!answers) return answer_here(charges, answers.error().why, now);
    if (limits::all_granted(*answers)) local_.record(asked.charges, now);
    return asked.spread(*answers);
}

tl::expected<Answers, Failure> RedisCounters::ask(const std::vector<Charge>& charges) {
    const Deadline deadline = Deadline::clock::now() + place_.timeout;
    const auto reply = run(charge_words(charges, next_token()), deadline);
    if (!reply) return tl::make_unexpected(reply.error());
    if (is_error(**reply)) return tl::make_unexpected(Failure{std::string(text_of(**reply))});
    auto answers = charge_answers(**reply, charges.size());
    if (!answers) return tl::make_unexpected(Failure{"unexpected reply of the script"});
    return *std::move(answers);
}

// Once more when the connection died: it may have been idle since before Redis was restarted, or
// the reply was lost, and then the receipt keeps the repetition from charging twice.
tl::expected<Reply, Failure> RedisCounters::run(const std::vector<std::string>& words,
                                                Deadline deadline) {
    auto reply = run_once(words, deadline);
    if (reply || !reply.error().lost) return reply;
    pool_.drop_idle();
    return run_once(words, deadline);
}

tl::expected<Reply, Failure> RedisCounters::run_once(const std::vector<std::string>& words,
                                                     Deadline deadline) {
    auto connection = pool_.take(deadline);
    if (!connection) return tl::make_unexpected(connection.error());
    auto reply = (*connection)->call(script_call("EVALSHA", charge_script_sha1(), words), deadline);
    const bool unknown = reply && is_error(**reply) && text_of(**reply).starts_with("NOSCRIPT");
    if (!unknown) return reply;
    return (*connection)->call(script_call("EVAL", charge_script(), words), deadline);
}

std::string RedisCounters::next_token() { return fmt::format("{}-{:x}", instance_, ++calls_); }

// All or none holds among the charges that are counted here; one that must be deferred defers the
// message, which then must not be counted at all.
Answers RedisCounters::answer_here(const std::vector<Charge>& charges, const std::string& why,
                                   limits::Time now) {
    Answers answers(charges.size(), limits::Unavailable{why});
    const bool defers = std::ranges::any_of(charges, [](const Charge& charge) {
        return charge.when_unavailable == WhenUnavailable::defer;
    });
    if (defers) return answers;

    std::vector<Charge> here;
    std::ranges::copy_if(charges, std::back_inserter(here), [](const Charge& charge) {
        return charge.when_unavailable == WhenUnavailable::local;
    });
    const Answers counted = local_.charge(here, now);
    auto next = counted.begin();
    for (std::size_t i = 0; i < charges.size(); ++i)
        if (charges[i].when_unavailable == WhenUnavailable::local) answers[i] = *next++;
    return answers;
}

void RedisCounters::note(Breaker::Permit permit, const tl::expected<Answers, Failure>& answers) {
    if (answers) {
        if (breaker_.succeeded(permit) && notice_)
            notice_(fmt::format("{} answers again: counting there", place_text(place_)));
        return;
    }
    const Failure& failure = answers.error();
    if (failure.ours) return breaker_.not_made(permit);
    {
        const std::lock_guard lock(mutex_);
        last_failure_ = failure.why;
    }
    if (breaker_.failed(permit, steady_now_()) && notice_)
        notice_(fmt::format("{} is silent ({}): limits go by their when-unavailable",
                            place_text(place_), failure.why));
}

std::vector<limits::Use> RedisCounters::list(const std::string& prefix, std::size_t most,
                                             limits::Time /*now*/) {
    Scan scan(pool_, Deadline::clock::now() + operator_patience);
    return scan.uses(limits::bounded_key(prefix), most);
}

bool RedisCounters::reset(const std::string& key) {
    const bool known_here = local_.reset(key);
    Scan scan(pool_, Deadline::clock::now() + operator_patience);
    return scan.forget(limits::bounded_key(key)) || known_here;
}

std::string RedisCounters::describe() const {
    if (!breaker_.is_open()) return fmt::format("{}, answers", place_text(place_));
    const std::lock_guard lock(mutex_);
    return fmt::format("{}, silent: {}", place_text(place_), last_failure_);
}

}  // namespace spillway::store
