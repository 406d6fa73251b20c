// The stores that must keep one law, each behind a face that tests can give any time to.
#pragma once

#include <boost/test/unit_test.hpp>

#include <map>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/memory_counters.h"
#include "redis_server.h"
#include "store/charge_call.h"
#include "store/keys.h"
#include "store/redis_counters.h"
#include "store/stored_use.h"
#include "unit/limits_asking.h"

namespace spillway::store {

using namespace std::chrono_literals;
using limits::all_granted;
using limits::Answer;
using limits::Answers;
using limits::Call;
using limits::call_of;
using limits::Charge;
using limits::Exceeded;
using limits::Granted;
using limits::noon;
using limits::Outcome;
using limits::Time;
using limits::Unavailable;
using limits::WhenUnavailable;

inline Charge hourly(std::string key, std::int64_t cost, std::int64_t most = 10,
                     WhenUnavailable when = WhenUnavailable::allow) {
    Charge charge = limits::hourly("hourly:user:" + key, cost, most);
    charge.when_unavailable = when;
    return charge;
}

// A script with the clock of the test in place of Redis's: the last argument, in ms.
inline std::string with_test_clock(std::string script) {
    const std::string theirs = "redis.call('TIME')";
    const std::string ours = "{ math.floor(ARGV[#ARGV] / 1000), ARGV[#ARGV] % 1000 * 1000 }";
    const std::size_t at = script.find(theirs);
    BOOST_REQUIRE(at != script.npos);
    BOOST_REQUIRE(script.find(theirs, at + 1) == script.npos);
    return script.replace(at, theirs.size(), ours);
}

// The real scripts in a real Redis, at whatever time the test says. Settles at once. For one
// thread.
class SimulatedRedis : public limits::Counters {
  public:
    explicit SimulatedRedis(const RedisServer& server)
        : deadline_(Deadline::clock::now() + 600s),
          connection_(
              *Connection::open(written_addresses(server.place().hosts.front()), deadline_)) {}

    Outcome charge(const Call& call, Time now) noexcept override {
        Asked form = asked(call);
        const std::string token = token_.empty() ? std::to_string(++calls_) : token_;
        const Reply reply = run(charge_call(form.call, form.owner,
                                            {.token = token,
                                             .receipts_kept = open_receipts_kept,
                                             .unanswered_after = unanswered_after}),
                                now);
        auto found = charged(*reply, form.call);
        if (!found)
            return {
                Answers(call.charges.size(), Unavailable{std::string(text_of(*reply))}), {}, {}};
        Outcome outcome{form.merged.spread(found->answers), found->suspended, {}};
        if (!found->suspended && all_granted(outcome.answers) && !call.charges.empty() &&
            !call.message.empty())
            outcome.receipt = {token, std::move(form.call)};
        return outcome;
    }

    void settle(const limits::Receipt& receipt, bool left, Time now) noexcept override {
        if (receipt.token.empty()) return;
        const std::string key = receipt_key(limits::owner_of(receipt.call), receipt.call.message);
        if (left)
            call({"HDEL", key, receipt.token});
        else
            run(cancel_call(key, receipt.token, open_receipts_kept), now);
    }

    // Charges by force, as what was granted `age` ago elsewhere.
    void replay(const Call& call, const std::string& token, std::chrono::milliseconds age,
                Time now) {
        const Asked form = asked(call);
        run(charge_call(form.call, form.owner,
                        {.token = token,
                         .receipts_kept = open_receipts_kept,
                         .unanswered_after = unanswered_after,
                         .age = age}),
            now);
    }

    std::vector<std::optional<limits::Standing>> peek(const std::vector<Charge>& charges,
                                                      Time now) noexcept override {
        const auto formed = limits::merged(charges).charges;
        const auto found = standings(*run(peek_call(formed), now), formed);
        BOOST_REQUIRE(found.has_value());
        return {found->begin(), found->end()};
    }

    std::optional<std::vector<std::int64_t>> mailing_sizes(const limits::Mailing& mailing,
                                                           Time now) noexcept override {
        return sizes(*run(sizes_call(limits::bounded(mailing)), now), mailing.spans.size());
    }

    Answer hold(const limits::Place& place, Time now) noexcept override {
        return held(*run(hold_call(place, 60s), now), place).value();
    }
    void release(const limits::Place& place) noexcept override {
        call({"ZREM", places_key(place), place.holder});
    }

    void suspend(const limits::Suspension& suspension, Time now) noexcept override {
        run(suspend_call(suspension), now);
    }
    bool unsuspend(const limits::Suspect& suspect) override {
        return call({"HDEL", suspended_key(suspect.account), suspect_field(suspect)})->integer > 0;
    }
    std::vector<limits::Suspension> suspensions(Time) override { return {}; }

    void set_plan(const limits::Plan& plan) override {
        call({"HSET", plan_key(plan.account), limits::encoded_key(plan.name),
              plan.max == limits::unlimited ? "unlimited" : std::to_string(plan.max)});
    }
    bool unset_plan(const limits::Plan& plan) override {
        return call({"HDEL", plan_key(plan.account), limits::encoded_key(plan.name)})->integer > 0;
    }
    std::vector<limits::Plan> plans(const std::optional<std::string>&) override { return {}; }

    std::vector<limits::Use> list(const std::string& prefix, std::size_t most, Time now) override {
        const Reply names = call({"KEYS", pattern_of_prefix(prefix)});
        std::vector<limits::Use> uses;
        for (std::size_t i = 0; i < names->elements; ++i) {
            const std::string name(text_of(*names->element[i]));
            auto used = stored_use(*call({"HGETALL", name}), now).value();
            if (used.members_since)
                used.used =
                    call({"ZCOUNT", members_key(name), std::to_string(*used.members_since), "+inf"})
                        ->integer;
            if (used.used > 0) uses.push_back({*charge_key(name), used.used, *account_of(name)});
        }
        std::ranges::sort(uses, {}, &limits::Use::key);
        if (uses.size() > most) uses.resize(most);
        return uses;
    }
    std::vector<limits::Use> most_used(const std::string& prefix, std::size_t most,
                                       Time now) override {
        auto uses = list(prefix, std::numeric_limits<std::size_t>::max(), now);
        std::ranges::stable_sort(uses, std::ranges::greater(), &limits::Use::used);
        if (uses.size() > most) uses.resize(most);
        return uses;
    }

    bool reset(const std::string& key) override {
        const Reply names = call({"KEYS", pattern_of(key)});
        for (std::size_t i = 0; i < names->elements; ++i) {
            const std::string name(text_of(*names->element[i]));
            call({"DEL", name, members_key(name)});
        }
        return names->elements > 0;
    }

    std::string describe() const override { return "simulated"; }

    // Every call from now on claims to be the same one; "" ends that.
    void repeat_token(std::string token) { token_ = std::move(token); }

    Reply call(const std::vector<std::string>& words) {
        auto reply = connection_->call(words, deadline_);
        if (!reply) throw std::runtime_error(reply.error().why);
        return *std::move(reply);
    }

  private:
    Reply run(ScriptCall script_call, Time now) {
        script_call.words.push_back(std::to_string(now.time_since_epoch().count()));
        auto [known, fresh] = sha1s_.try_emplace(script_call.script);
        if (fresh)
            known->second = text_of(
                *call({"SCRIPT", "LOAD", with_test_clock(std::string(script_call.script->text))}));
        auto command = script_call.by_sha1();
        command[1] = known->second;
        Reply reply = call(command);
        if (is_error(*reply)) BOOST_TEST_MESSAGE(text_of(*reply));
        return reply;
    }

    const Deadline deadline_;
    std::unique_ptr<Connection> connection_;
    std::map<const Script*, std::string> sha1s_;
    std::string token_;
    int calls_ = 0;
};

// The two as test case parameters.
struct InMemory {
    limits::MemoryCounters counters;
};
struct InRedis {
    SimulatedRedis counters{shared_server()};
};

}  // namespace spillway::store
