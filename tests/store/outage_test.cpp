// What becomes of the counts when commands or replies are lost or late, and while Redis is away:
// whatever happens, a message that passed is counted once, and one that did not is not.

#include <random>

#include "watched.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;

namespace {

constexpr std::int64_t plenty = 1'000'000;
const std::string charging = std::string(charge_script.sha1);
const std::string cancelling = std::string(cancel_script.sha1);

// A Redis that can be reached by the wire, and behind its back.
struct Outage {
    const RedisServer& server = shared_server();
    Wire wire{server.place()};
    Watched redis;

    explicit Outage(std::chrono::milliseconds timeout = 30ms, const std::string& instance = "")
        : redis(wire.place(), {.timeout = timeout, .instance = instance}) {}

    std::int64_t used_in_redis(const std::string& key) const {
        Watched behind(server.place());
        return behind.used(key);
    }
    // What was held is carried out now, and nobody waits for it.
    void deliver_late() {
        const int before = wire.late_replies();
        wire.deliver();
        BOOST_TEST(becomes_true([&] { return wire.late_replies() > before; }));
    }
    void end() {
        wire.cut(false);
        BOOST_TEST(becomes_true([this] {
            redis.wait(2s);
            return redis.counters.peek({hourly("ann", 1)}, clock_now())[0].has_value();
        }));
        BOOST_TEST(redis.settles());
    }
};

std::int64_t granted_use(const Answers& answers) { return std::get<Granted>(answers[0]).used; }

}  // namespace

BOOST_AUTO_TEST_SUITE(outage)

BOOST_AUTO_TEST_CASE(a_lost_reply_or_command_is_asked_for_again_and_charged_once) {
    Outage outage(5s);
    outage.redis.charge("ann", 1);
    std::int64_t used = 1;
    for (const auto trouble :
         {Wire::Trouble::lose_reply, Wire::Trouble::lose_command, Wire::Trouble::lose_reply}) {
        outage.wire.next(trouble, charging);
        BOOST_TEST(granted_use(outage.redis.charge("ann", 1)) == ++used);
        BOOST_TEST(outage.wire.happened());
    }
    BOOST_TEST(outage.used_in_redis("ann") == 4);
}

BOOST_AUTO_TEST_CASE(a_refusal_whose_reply_was_lost_is_still_a_refusal) {
    Outage outage(5s);
    outage.redis.charge("ann", 8);
    outage.wire.next(Wire::Trouble::lose_reply, charging);
    BOOST_TEST(std::get<Exceeded>(outage.redis.charge("ann", 3).front()).used == 8);
}

BOOST_AUTO_TEST_CASE(a_notice_whose_reply_was_lost_is_told_again) {
    Outage outage(5s);
    Charge charge = hourly("ann", 9);
    charge.levels = {80};
    outage.wire.next(Wire::Trouble::lose_reply, charging);
    const auto told = std::get<Granted>(outage.redis.ask({charge}).answers[0]);
    BOOST_TEST(told.crossed == std::vector{80}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_deferred_message_is_not_charged_however_late_its_command_comes) {
    for (const bool cancel_comes_first : {true, false}) {
        Outage outage;
        outage.wire.next(Wire::Trouble::hold, charging);
        BOOST_TEST(is_silent(outage.redis.charge("ann", 1, WhenUnavailable::defer)));
        if (cancel_comes_first) BOOST_TEST(outage.redis.settles());
        outage.deliver_late();
        BOOST_TEST(outage.redis.settles());
        BOOST_TEST(outage.used_in_redis("ann") == 0);
        BOOST_TEST(granted_use(outage.redis.charge("ann", 1)) == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_passed_is_counted_once_however_late_its_command_comes) {
    for (const auto when : {WhenUnavailable::allow, WhenUnavailable::local})
        for (const bool replay_comes_first : {true, false}) {
            Outage outage;
            outage.wire.next(Wire::Trouble::hold, charging);
            const Answers answers = outage.redis.charge("ann", 1, when);
            BOOST_TEST(is_silent(answers) == (when == WhenUnavailable::allow));
            if (replay_comes_first) BOOST_TEST(outage.redis.settles());
            outage.deliver_late();
            BOOST_TEST(outage.redis.settles());
            BOOST_TEST(granted_use(outage.redis.charge("ann", 1)) == 2);
        }
}

BOOST_AUTO_TEST_CASE(a_refund_whose_reply_was_lost_is_refunded_once) {
    Outage outage(5s);
    outage.redis.charge("ann", 3);
    for (const auto trouble : {Wire::Trouble::lose_reply, Wire::Trouble::lose_command}) {
        const Outcome outcome = outage.redis.ask({hourly("ann", 2)}, "message");
        outage.wire.next(trouble, cancelling);
        outage.redis.settle(outcome, false);
        BOOST_TEST(outage.redis.settles());
        BOOST_TEST(outage.wire.happened());
        BOOST_TEST(outage.used_in_redis("ann") == 3);
    }
}

BOOST_AUTO_TEST_CASE(an_outage_is_counted_here_and_told_to_redis_once) {
    Outage outage;
    BOOST_TEST(granted_use(outage.redis.charge("ann", 4, WhenUnavailable::local)) == 4);
    outage.wire.cut(true);
    BOOST_TEST(granted_use(outage.redis.charge("ann", 3, WhenUnavailable::local)) == 7);
    BOOST_TEST(granted_use(outage.redis.charge("ann", 2, WhenUnavailable::local)) == 9);
    const auto refused = outage.redis.charge("ann", 2, WhenUnavailable::local);
    BOOST_TEST(std::get<Exceeded>(refused[0]).used == 9);
    BOOST_TEST(std::get<Exceeded>(refused[0]).max == 10);
    outage.end();
    BOOST_TEST(outage.used_in_redis("ann") == 9);
    BOOST_TEST(granted_use(outage.redis.charge("ann", 1, WhenUnavailable::local)) == 10);
    // And from what is known now the next outage goes on.
    outage.wire.cut(true);
    BOOST_TEST(!all_granted(outage.redis.charge("ann", 1, WhenUnavailable::local)));
}

BOOST_AUTO_TEST_CASE(replies_to_what_was_counted_here_may_be_lost_too) {
    for (const auto trouble : {Wire::Trouble::lose_reply, Wire::Trouble::lose_command}) {
        Outage outage;
        outage.redis.charge("ann", 1, WhenUnavailable::local);
        outage.wire.cut(true);
        outage.redis.charge("ann", 2, WhenUnavailable::local);
        outage.wire.next(trouble, charging);
        outage.wire.cut(false);
        BOOST_TEST(outage.redis.settles());
        BOOST_TEST(outage.wire.happened());
        BOOST_TEST(outage.used_in_redis("ann") == 3);
    }
}

// What is told by force is not refused there.
BOOST_AUTO_TEST_CASE(what_was_counted_here_is_told_even_when_others_have_filled_the_limit) {
    Outage outage;
    outage.redis.charge("ann", 1, WhenUnavailable::local);
    outage.wire.cut(true);
    BOOST_TEST(all_granted(outage.redis.charge("ann", 5, WhenUnavailable::local)));
    BOOST_TEST(all_granted(Watched(outage.server.place()).charge("ann", 9)));
    outage.end();
    BOOST_TEST(outage.used_in_redis("ann") == 15);
}

BOOST_AUTO_TEST_CASE(a_call_that_comes_after_its_replay_was_settled_is_not_charged_again) {
    for (const bool left : {true, false}) {
        Outage outage;
        outage.wire.next(Wire::Trouble::hold, charging);
        const Outcome outcome = outage.redis.ask({hourly("ann", 2)}, "message");
        BOOST_TEST(is_silent(outcome.answers));
        BOOST_TEST(outage.redis.settles());
        outage.redis.settle(outcome, left);
        BOOST_TEST(outage.redis.settles());
        outage.deliver_late();
        BOOST_TEST(outage.used_in_redis("ann") == (left ? 2 : 0));
    }
}

BOOST_AUTO_TEST_CASE(what_was_counted_here_and_did_not_leave_is_not_told) {
    Outage outage;
    outage.redis.charge("ann", 1, WhenUnavailable::local);
    outage.wire.cut(true);
    const auto local = [](std::int64_t cost) {
        return std::vector{hourly("ann", cost, 10, WhenUnavailable::local)};
    };
    const Outcome lost = outage.redis.ask(local(9), "lost");
    BOOST_TEST(granted_use(lost.answers) == 10);
    outage.redis.settle(lost, false);
    const Outcome sent = outage.redis.ask(local(4), "sent");
    BOOST_TEST(granted_use(sent.answers) == 5);
    outage.redis.settle(sent, true);
    outage.end();
    BOOST_TEST(outage.used_in_redis("ann") == 5);
    // Both leave a mark for what may still be on its way, which no retry takes back.
    for (const char* message : {"lost", "sent"}) {
        const Reply open = outage.server.call({"HVALS", receipt_key("acct", message)});
        BOOST_REQUIRE(open->elements == 1u);
        BOOST_TEST(text_of(*open->element[0]).starts_with("-"));
    }
}

// The process was killed before it answered, and the client tries again while Redis is still away.
BOOST_AUTO_TEST_CASE(a_try_that_was_never_answered_is_not_told_beside_the_next_one) {
    const RedisServer& server = shared_server();
    Wire wire(server.place());
    wire.cut(true);
    Pace pace = in_a_hurry;
    pace.unanswered_after = 0ms;
    const std::vector charges{hourly("ann", 3, 100, WhenUnavailable::allow)};
    std::vector<std::string> journal;
    {
        Watched killed(wire.place(), {.timeout = 30ms, .pace = pace});
        killed.counters.settler().journal_to(
            [&journal](std::string_view line) { journal.emplace_back(line); });
        killed.ask(charges, "unanswered");
        killed.settle(killed.ask(charges, "answered"), true);
    }
    Watched redis(wire.place(), {.timeout = 30ms, .pace = pace});
    for (std::string& line : journal) {
        line.pop_back();  // its end
        BOOST_TEST(redis.counters.settler().replay(line).has_value());
    }
    redis.settle(redis.ask(charges, "unanswered"), true);
    redis.settle(redis.ask(charges, "answered"), true);
    BOOST_TEST(redis.counters.settler().waiting() == 3u);
    wire.cut(false);
    BOOST_TEST(redis.settles());
    BOOST_TEST(Watched(server.place()).used("ann") == 9);
}

// What Redis granted others counts as well, and the rest is shared among those who are alive.
BOOST_AUTO_TEST_CASE(two_machines_together_never_pass_the_maximum_in_an_outage) {
    Outage here;
    Wire other_wire(here.server.place());
    Watched there(other_wire.place(), {.timeout = 30ms});
    const auto hundred = [](std::int64_t cost) {
        return std::vector{hourly("ann", cost, 100, WhenUnavailable::local)};
    };
    BOOST_TEST(all_granted(here.redis.ask(hundred(10)).answers));
    BOOST_TEST(all_granted(there.ask(hundred(10)).answers));
    BOOST_REQUIRE(becomes_true([&] {
        return here.redis.counters.settler().machines() == 2 &&
               there.counters.settler().machines() == 2;
    }));
    BOOST_TEST(all_granted(here.redis.ask(hundred(10)).answers));
    BOOST_TEST(all_granted(there.ask(hundred(10)).answers));
    BOOST_TEST(all_granted(here.redis.ask(hundred(0)).answers));  // and learns of the other's
    here.wire.cut(true);
    other_wire.cut(true);
    int granted_here = 0, granted_there = 0;
    for (int i = 0; i < 100; ++i) {
        granted_here += all_granted(here.redis.ask(hundred(1)).answers);
        granted_there += all_granted(there.ask(hundred(1)).answers);
    }
    BOOST_TEST(granted_here == 30);  // (100 - 20 own - 20 of the other's) / 2
    BOOST_TEST(granted_there == 30);
    here.end();
    other_wire.cut(false);
    BOOST_TEST(there.settles());
    BOOST_TEST(here.used_in_redis("ann") == 100);
}

BOOST_AUTO_TEST_CASE(all_kinds_go_on_in_an_outage_and_are_told_afterwards) {
    Outage outage;
    const Time day = std::chrono::floor<std::chrono::days>(clock_now());
    std::vector<Charge> kinds{hourly("slices", 1), hourly("day", 1), hourly("pace", 1),
                              hourly("people", 1)};
    kinds[1].rate = limits::Calendar{{day - 24h, day, day + 24h, day + 48h}, {10, 10, 10}};
    kinds[2].rate = limits::Pacing{10, 10min};
    for (Charge& kind : kinds) kind.when_unavailable = WhenUnavailable::local;
    const auto ask = [&](int i) {
        kinds[3].members = {fmt::format("r{}@example.org", i), "always@example.org"};
        return all_granted(outage.redis.ask(kinds).answers);
    };
    for (int i = 0; i < 4; ++i) BOOST_TEST(ask(i));
    outage.wire.cut(true);
    int granted = 0;
    for (int i = 4; i < 20; ++i) granted += ask(i);
    BOOST_TEST(granted >= 4);
    BOOST_TEST(granted <= 6);
    outage.end();
    for (const char* key : {"slices", "day", "pace"})
        BOOST_TEST(outage.used_in_redis(key) == 4 + granted, key);
    BOOST_TEST(outage.used_in_redis("people") == 5 + granted);
}

BOOST_AUTO_TEST_CASE(one_limit_that_defers_keeps_the_others_uncharged) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const Answers answers = redis
                                .ask({hourly("ann", 4, 10, WhenUnavailable::local),
                                      hourly("bob", 4, 10, WhenUnavailable::defer)})
                                .answers;
    BOOST_TEST(is_silent(answers));
    BOOST_TEST(granted_use(redis.charge("ann", 1, WhenUnavailable::local)) == 1);
}

BOOST_AUTO_TEST_CASE(allowing_limits_stay_silent_beside_local_ones) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const std::vector<Charge> mixed{hourly("ann", 4, 10, WhenUnavailable::allow),
                                    hourly("bob", 4, 10, WhenUnavailable::local),
                                    hourly("eve", 4, 5, WhenUnavailable::local)};
    const Answers first = redis.ask(mixed).answers;
    BOOST_TEST(std::holds_alternative<Unavailable>(first[0]));
    BOOST_TEST(std::get<Granted>(first[1]).used == 4);
    BOOST_TEST(std::get<Granted>(first[2]).used == 4);
    const Answers second = redis.ask(mixed).answers;
    BOOST_TEST(std::get<Granted>(second[1]).used == 4);  // all or none, here too
    BOOST_TEST(std::holds_alternative<Exceeded>(second[2]));
}

BOOST_AUTO_TEST_CASE(a_reset_reaches_what_was_counted_here) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    BOOST_TEST(!is_silent(redis.charge("ann", 10, WhenUnavailable::local)));
    BOOST_CHECK_THROW(redis.counters.reset("hourly:user:ann"), std::runtime_error);
    BOOST_TEST(granted_use(redis.charge("ann", 1, WhenUnavailable::local)) == 1);
}

BOOST_AUTO_TEST_CASE(who_is_suspended_in_an_outage_is_so_everywhere_afterwards) {
    Outage outage;
    outage.wire.cut(true);
    const limits::Suspension eve{{"acct", limits::Whom::user, "eve"}, clock_now() + 1h, "spam"};
    outage.redis.counters.suspend(eve, clock_now());
    Call call = call_of({hourly("eve", 1)});
    call.senders = {eve.suspect};
    BOOST_TEST((outage.redis.counters.charge(call, clock_now()).suspended == eve));
    outage.end();
    Watched there(outage.server.place());
    BOOST_TEST((there.counters.charge(call, clock_now()).suspended == eve));
}

BOOST_AUTO_TEST_CASE(places_go_on_by_their_share_and_are_told_afterwards) {
    Outage outage;
    const auto place = [](const std::string& holder) {
        return limits::Place{.limit = "connections",
                             .key = "connections:user:ann",
                             .account = "acct",
                             .most = 2,
                             .holder = holder};
    };
    BOOST_TEST(!is_silent({outage.redis.counters.hold(place("a"), clock_now())}));
    outage.wire.cut(true);
    BOOST_TEST(std::get<Granted>(outage.redis.counters.hold(place("b"), clock_now())).used == 2);
    BOOST_TEST(
        std::holds_alternative<Exceeded>(outage.redis.counters.hold(place("c"), clock_now())));
    outage.redis.counters.release(place("a"));
    outage.end();
    const std::string key = places_key(place("a"));
    BOOST_TEST(becomes_true([&] {
        return outage.server.call({"ZCARD", key})->integer == 1 &&
               outage.server.call({"ZSCORE", key, "b"})->type != REDIS_REPLY_NIL;
    }));
}

// 600 messages, of which every third meets some trouble somewhere on its way.
BOOST_AUTO_TEST_CASE(whatever_is_lost_or_late_each_message_is_counted_once_or_not_at_all) {
    Outage outage(15ms);
    std::mt19937 random(20261124);
    const std::pair<Wire::Trouble, std::string> troubles[] = {
        {Wire::Trouble::lose_reply, charging},     {Wire::Trouble::lose_command, charging},
        {Wire::Trouble::hold, charging},           {Wire::Trouble::lose_reply, cancelling},
        {Wire::Trouble::lose_command, cancelling}, {Wire::Trouble::lose_reply, "HDEL"},
        {Wire::Trouble::lose_reply, ""},           {Wire::Trouble::lose_command, ""}};
    const WhenUnavailable whens[] = {WhenUnavailable::allow, WhenUnavailable::defer,
                                     WhenUnavailable::local};
    std::int64_t expected = 0, deferred = 0, silent = 0;
    for (int i = 0; i < 600; ++i) {
        if (random() % 3 == 0) {
            const auto& [trouble, needle] = troubles[random() % std::size(troubles)];
            outage.wire.next(trouble, needle);
        }
        if (random() % 40 == 0) outage.wire.cut(true);
        if (random() % 10 == 0) outage.wire.cut(false);
        if (random() % 8 == 0) outage.redis.wait(2s);
        if (random() % 5 == 0) outage.wire.deliver();
        const WhenUnavailable when = whens[random() % 3];
        const auto cost = static_cast<std::int64_t>(1 + random() % 5);
        const Outcome outcome =
            outage.redis.ask({hourly("ann", cost, plenty, when), hourly("bob", cost, plenty, when)},
                             std::to_string(i));
        silent += is_silent(outcome.answers);
        const bool passes = !is_silent(outcome.answers) || when != WhenUnavailable::defer;
        const bool left = random() % 3 != 0;
        deferred += !passes;
        if (passes) outage.redis.settle(outcome, left);
        if (passes && left) expected += cost;
    }
    outage.wire.next(Wire::Trouble::none);
    outage.wire.deliver();
    outage.end();
    BOOST_TEST(outage.used_in_redis("ann") == expected);
    BOOST_TEST(outage.used_in_redis("bob") == expected);
    BOOST_TEST(deferred > 20);
    BOOST_TEST(silent > deferred + 20);
}

BOOST_AUTO_TEST_SUITE_END()
