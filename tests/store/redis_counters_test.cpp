// The call to Redis while Redis is well.

#include "store/redis_counters.h"

#include "store/open.h"
#include "watched.h"

using namespace spillway;
using namespace spillway::store;

namespace {

std::vector<Charge> three_limits(std::int64_t cost) {
    return {hourly("ann", cost, 100), hourly("example.org", cost, 500),
            hourly("acct", cost, 10'000)};
}

limits::Calendar today() {
    const Time day = std::chrono::floor<std::chrono::days>(clock_now());
    return {{day - 24h, day, day + 24h, day + 48h}, {5'000, 5'000, 5'000}};
}

// All kinds of rates and units, with plans and levels.
std::vector<Charge> twelve_limits(std::int64_t most) {
    std::vector<Charge> charges;
    for (int i = 0; i < 12; ++i) {
        Charge charge = hourly(fmt::format("scope{}", i), 1, most);
        if (i % 4 == 1) charge.rate = today();
        if (i % 4 == 2) charge.rate = limits::Pacing{1000, 1s};
        if (i % 4 == 3) charge.members = {"ann@example.org", "bob@example.org"};
        charge.levels = {50, 80, 100};
        charge.plans = {charge.key, "hourly:domain:example.org"};
        charges.push_back(charge);
    }
    return charges;
}

Call whole_message(const std::string& message) {
    Call call = call_of(twelve_limits(1000), message);
    call.senders = {{"acct", limits::Whom::user, "ann"}, {"acct", limits::Whom::account, "acct"}};
    call.mailing = limits::Mailing{
        "acct", {1, 2, 3, 4, 5, 6, 7, 8}, {"ann@example.org", "bob@example.org"}, {1h, 24h}};
    return call;
}

std::int64_t receipts(const RedisServer& server, const std::string& message) {
    return server.call({"HLEN", receipt_key("acct", message)})->integer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_counters)

BOOST_AUTO_TEST_CASE(a_message_with_twelve_limits_and_everything_else_is_one_script_call) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.place(), nullptr);
    BOOST_TEST(all_granted(counters.charge(whole_message("first"), clock_now()).answers));
    // Once it has said that it lives, nothing else comes from it for five seconds.
    BOOST_REQUIRE(becomes_true([&] { return server.call({"EXISTS", daemons_key})->integer == 1; }));
    server.call({"CONFIG", "RESETSTAT"});
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(
            all_granted(counters.charge(whole_message(std::to_string(i)), clock_now()).answers));
    BOOST_TEST(command_stat(server, "evalsha") == 10);
    BOOST_TEST(command_stat(server, "eval") == 0);
    BOOST_TEST(command_stat(server, "select") == 0);
}

BOOST_AUTO_TEST_CASE(the_sha1s_of_the_build_are_those_that_redis_computes) {
    for (const Script* script : {&charge_script, &peek_script, &cancel_script, &sizes_script,
                                 &places_script, &suspend_script, &alive_script}) {
        const Reply loaded = shared_server().call({"SCRIPT", "LOAD", std::string(script->text)});
        BOOST_TEST(text_of(*loaded) == script->sha1);
        BOOST_TEST(script_of(script->sha1) == script);
    }
    BOOST_TEST(script_of("0") == nullptr);
}

BOOST_AUTO_TEST_CASE(forgotten_scripts_are_sent_again) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    for (int i = 1; i <= 3; ++i) {
        server.call({"SCRIPT", "FLUSH"});
        const Outcome outcome = redis.ask({hourly("ann", 2)}, std::to_string(i));
        BOOST_TEST(std::get<Granted>(outcome.answers[0]).used == 2);
        server.call({"SCRIPT", "FLUSH"});
        redis.settle(outcome, false);
        BOOST_TEST(redis.settles());
        BOOST_TEST(redis.used("ann") == 0);
    }
    server.call({"SCRIPT", "FLUSH"});
    BOOST_TEST(redis.counters.peek({hourly("ann", 1)}, clock_now())[0].has_value());
    BOOST_TEST(redis.notices().empty());
}

BOOST_AUTO_TEST_CASE(every_key_expires_by_itself) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    Charge monthly = hourly("month", 1);
    monthly.rate = limits::Sliding{10, 31 * 24h};
    for (int i = 0; i < 3; ++i) redis.ask({hourly("ann", 1), monthly}, "message");
    redis.counters.charge(whole_message("whole"), clock_now());
    redis.ask({hourly("ann", 11), hourly("never", 1)});
    redis.counters.suspend({{"acct", limits::Whom::user, "eve"}, clock_now() + 1h, "spam"},
                           clock_now());
    redis.counters.hold({.limit = "l", .key = "l:user:ann", .account = "acct", .holder = "h"},
                        clock_now());
    BOOST_TEST(redis.settles());
    const Reply keys = server.call({"KEYS", "*"});
    BOOST_TEST(keys->elements > 20u);
    for (std::size_t i = 0; i < keys->elements; ++i) {
        const std::string key(text_of(*keys->element[i]));
        const long long ttl = server.call({"PTTL", key})->integer;
        BOOST_TEST(ttl > 0, key);
        BOOST_TEST(ttl <= 32 * 86'400'000LL, key);
        if (key.ends_with(":ann") && key.starts_with("spillway:")) BOOST_TEST(ttl <= 3'660'000);
        if (key.ends_with(":month")) BOOST_TEST(ttl > 31 * 86'400'000LL);
    }
}

BOOST_AUTO_TEST_CASE(a_refused_message_writes_nothing) {
    const RedisServer& server = shared_server();
    Watched redis(server.place(), {.pace = {}});
    redis.ask({hourly("ann", 11), hourly("bob", 1)}, "message");
    BOOST_TEST(server
                   .call({"EXISTS", counter_key(hourly("ann", 1)), counter_key(hourly("bob", 1)),
                          receipt_key("acct", "message")})
                   ->integer == 0);
}

BOOST_AUTO_TEST_CASE(a_receipt_stays_until_the_message_has_left) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    const Outcome outcome = redis.ask(three_limits(2), "message");
    BOOST_TEST(receipts(server, "message") == 1);
    redis.settle(outcome, true);
    BOOST_TEST(redis.settles());
    BOOST_TEST(receipts(server, "message") == 0);
    BOOST_TEST(redis.used("ann") == 2);
}

BOOST_AUTO_TEST_CASE(what_did_not_leave_is_taken_back_whole) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 20; ++i)
        outcomes.push_back(redis.counters.charge(whole_message(std::to_string(i)), clock_now()));
    for (int i = 0; i < 20; ++i) redis.settle(outcomes[static_cast<std::size_t>(i)], i % 2 == 0);
    BOOST_TEST(redis.settles());
    for (const Charge& charge : twelve_limits(1000)) {
        if (std::holds_alternative<limits::Pacing>(charge.rate)) continue;  // runs off by itself
        const auto expected = charge.members.empty() ? 10 : 2;
        BOOST_TEST(limits::used(redis.counters, charge.key, clock_now()) == expected, charge.key);
    }
    // What was taken back leaves a mark for ten minutes, in case the call comes once more.
    for (int i = 0; i < 20; ++i) BOOST_TEST(receipts(server, std::to_string(i)) == i % 2);
    BOOST_TEST(server.call({"PTTL", receipt_key("acct", "1")})->integer <= 600'000);
}

BOOST_AUTO_TEST_CASE(a_retry_takes_back_the_try_that_was_never_answered) {
    Pace pace = in_a_hurry;
    pace.unanswered_after = 0ms;
    const RedisServer& server = shared_server();
    Watched redis(server.place(), {.pace = pace});
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(all_granted(redis.ask({hourly("ann", 6)}, "message").answers));
    BOOST_TEST(redis.used("ann") == 6);
    const Reply open = server.call({"HVALS", receipt_key("acct", "message")});
    BOOST_REQUIRE(open->elements == 5u);
    int unanswered = 0;  // the others are marks of what was taken back
    for (std::size_t i = 0; i < 5; ++i) unanswered += !text_of(*open->element[i]).starts_with("-");
    BOOST_TEST(unanswered == 1);
    // A try that is young may be another message of the same text.
    Watched patient(server.place());
    BOOST_TEST(all_granted(patient.ask({hourly("ann", 1)}, "message").answers));
    BOOST_TEST(all_granted(patient.ask({hourly("ann", 1)}, "message").answers));
    BOOST_TEST(redis.used("ann") == 8);
}

BOOST_AUTO_TEST_CASE(who_is_suspended_is_charged_nothing_on_any_machine) {
    const RedisServer& server = shared_server();
    Watched here(server.place()), there(server.place());
    const limits::Suspension eve{
        {"acct", limits::Whom::user, "eve"}, clock_now() + 1h, "too much of it"};
    here.counters.suspend(eve, clock_now());
    Call call = call_of({hourly("eve", 1)}, "message");
    call.senders = {eve.suspect};
    // At once in this process, and everywhere once Redis knows.
    const auto at_once = here.counters.charge(call, clock_now());
    BOOST_TEST((at_once.suspended == eve));
    BOOST_TEST(std::holds_alternative<limits::NotAsked>(at_once.answers[0]));
    BOOST_TEST(here.settles());
    BOOST_TEST((there.counters.charge(call, clock_now()).suspended == eve));
    BOOST_TEST((there.counters.suspensions(clock_now()) == std::vector{eve}));
    BOOST_TEST(here.used("eve") == 0);

    BOOST_TEST(there.counters.unsuspend(eve.suspect));
    BOOST_TEST(!there.counters.unsuspend(eve.suspect));
    BOOST_TEST(there.counters.charge(call, clock_now()).receipt.token != "");
    BOOST_TEST(here.counters.charge(call, clock_now()).suspended.has_value());
    here.wait(2s);  // what it remembers
    BOOST_TEST(!here.counters.charge(call, clock_now()).suspended.has_value());
    BOOST_TEST(here.counters.suspensions(clock_now()).empty());
}

BOOST_AUTO_TEST_CASE(places_are_counted_over_all_machines_and_given_back) {
    const RedisServer& server = shared_server();
    Watched here(server.place()), there(server.place());
    const auto place = [](const std::string& holder) {
        return limits::Place{.limit = "connections",
                             .key = "connections:user:ann",
                             .account = "acct",
                             .most = 2,
                             .plans = {"connections:user:ann"},
                             .holder = holder};
    };
    BOOST_TEST(std::get<Granted>(here.counters.hold(place("a"), clock_now())).used == 1);
    BOOST_TEST(std::get<Granted>(there.counters.hold(place("b"), clock_now())).used == 2);
    BOOST_TEST(std::get<Granted>(here.counters.hold(place("a"), clock_now())).used == 2);
    BOOST_TEST(std::get<Exceeded>(here.counters.hold(place("c"), clock_now())).max == 2);
    there.counters.release(place("b"));
    BOOST_TEST(std::get<Granted>(here.counters.hold(place("c"), clock_now())).used == 2);
    here.counters.set_plan({"acct", "connections:user:ann", 3});
    BOOST_TEST(std::get<Granted>(there.counters.hold(place("d"), clock_now())).max == 3);
    // One whose process died is free when its lease is over; the living renew theirs.
    const std::string key = places_key(place("a"));
    server.call({"ZADD", key, "XX", "1", "a", "1", "d"});
    BOOST_TEST(becomes_true([&] {
        return std::stod(std::string(text_of(*server.call({"ZSCORE", key, "d"})))) > 1 &&
               std::stod(std::string(text_of(*server.call({"ZSCORE", key, "a"})))) > 1;
    }));
    server.call({"ZADD", key, "1", "dead"});
    BOOST_TEST(std::holds_alternative<Exceeded>(here.counters.hold(place("e"), clock_now())));
    BOOST_TEST(server.call({"ZCARD", key})->integer == 3);
}

BOOST_AUTO_TEST_CASE(plans_change_the_maximum_at_once_and_keep_the_count) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    Charge charge = hourly("ann", 10);
    charge.plans = {"hourly:user:ann", "hourly:domain:example.org"};
    BOOST_TEST(all_granted(redis.ask({charge}).answers));
    BOOST_TEST(!all_granted(redis.ask({charge}).answers));
    redis.counters.set_plan({"acct", "hourly:domain:example.org", 20});
    const Outcome outcome = redis.ask({charge});
    BOOST_TEST(std::get<Granted>(outcome.answers[0]).used == 20);
    BOOST_TEST(std::get<Granted>(outcome.answers[0]).plan == "hourly:domain:example.org");
    redis.counters.set_plan({"acct", "hourly:user:ann", limits::unlimited});
    BOOST_TEST(std::get<Granted>(redis.ask({charge}).answers[0]).max == limits::unlimited);
    const std::vector<limits::Plan> both{{"acct", "hourly:domain:example.org", 20},
                                         {"acct", "hourly:user:ann", limits::unlimited}};
    BOOST_TEST((redis.counters.plans({}) == both));
    BOOST_TEST((redis.counters.plans("acct") == both));
    BOOST_TEST(redis.counters.plans("other").empty());
    BOOST_TEST(redis.counters.unset_plan(both[1]));
    BOOST_TEST(!redis.counters.unset_plan(both[1]));
    const auto standing = redis.counters.peek({charge}, clock_now())[0];
    BOOST_REQUIRE(standing.has_value());
    BOOST_TEST(standing->used == 30);
    BOOST_TEST(standing->max == 20);
}

BOOST_AUTO_TEST_CASE(a_mailing_is_known_on_every_machine_by_most_of_its_text) {
    const RedisServer& server = shared_server();
    Watched here(server.place()), there(server.place());
    limits::Mailing mailing{"acct", {}, {"ann@a.example"}, {1h, 24h}};
    for (std::uint64_t feature = 1; feature <= 16; ++feature) mailing.features.push_back(feature);
    Call call;
    call.mailing = mailing;
    here.counters.charge(call, clock_now());
    mailing.features[0] = 99;
    mailing.recipients = {"bob@b.example", "eve@e.example"};
    const std::vector<std::int64_t> three{3, 3};
    BOOST_TEST(*there.counters.mailing_sizes(mailing, clock_now()) == three,
               boost::test_tools::per_element());
    BOOST_TEST(*there.counters.mailing_sizes(mailing, clock_now()) == three,
               boost::test_tools::per_element());  // not recorded
    call.mailing = mailing;
    call.charges = {hourly("ann", 11)};
    there.counters.charge(call, clock_now());  // refused: not recorded either
    mailing.recipients = {"ann@a.example"};
    BOOST_TEST((here.counters.mailing_sizes(mailing, clock_now())->front() == 1));
}

BOOST_AUTO_TEST_CASE(many_recipients_of_a_mailing_are_estimated_within_five_percent) {
    Watched redis(shared_server().place());
    Call call;
    call.mailing = limits::Mailing{"acct", {1, 2, 3, 4, 5, 6, 7, 8}, {}, {1h, 24h}};
    for (int i = 0; i < 40; ++i) {
        call.mailing->recipients.clear();
        for (int n = 0; n < 500; ++n)
            call.mailing->recipients.push_back(fmt::format("r{}@example.org", i * 250 + n));
        redis.counters.charge(call, clock_now());
        const auto sizes = redis.counters.mailing_sizes(*call.mailing, clock_now());
        BOOST_REQUIRE(sizes.has_value());
        const double exact = i * 250 + 500;
        for (const std::int64_t size : *sizes)
            BOOST_TEST(std::abs(static_cast<double>(size) / exact - 1) <=
                       (exact > 1000 ? 0.05 : 0));
    }
}

BOOST_AUTO_TEST_CASE(keys_of_one_account_share_a_hash_tag) {
    Charge charge = hourly("x{y}", 1);
    charge.account = "a}b{c";
    BOOST_TEST(counter_key(charge) == "spillway:{a%7Db%7Bc}:hourly:user:x%7By%7D");
    BOOST_TEST(receipt_key(charge.account, "t") == "spillway-receipt:{a%7Db%7Bc}:t");
    BOOST_TEST((charge_key(counter_key(charge)) == charge.key));
    BOOST_TEST((charge_key("spillway-receipt:{a}:t") == std::nullopt));
    BOOST_TEST((charge_key("somebody:{a}:else") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(databases_are_kept_apart) {
    const RedisServer& server = shared_server();
    Watched zero(server.place(0)), three(server.place(3));
    BOOST_TEST(all_granted(three.charge("ann", 4)));
    BOOST_TEST(zero.used("ann") == 0);
    BOOST_TEST(three.used("ann") == 4);
}

BOOST_AUTO_TEST_CASE(no_charges_are_no_call) {
    RedisCounters counters(place_at("/nonexistent/redis.sock", 0), nullptr);
    BOOST_TEST(counters.charge({}, clock_now()).answers.empty());
}

BOOST_AUTO_TEST_CASE(the_factory_opens_what_the_settings_name) {
    const auto memory = open_counters(language::MemoryStore{}, nullptr, {});
    BOOST_TEST(memory->describe() == "memory, 0 counts");
    const auto redis = open_counters(place_at("127.0.0.1", 1, 2, 100ms), nullptr, {});
    BOOST_TEST(redis->describe() == "redis 127.0.0.1:1 database 2, answers");
}

BOOST_AUTO_TEST_CASE(the_highest_of_many_uses_are_found_without_holding_redis_up) {
    const RedisServer& server = shared_server();
    Watched redis(server.tcp_place());
    for (int i = 0; i < 20'000; i += 100) {
        std::vector<Charge> charges;
        for (int n = i; n < i + 100; ++n)
            charges.push_back(hourly(fmt::format("{:0>60}", n), 1 + n * 7919 % 20'000, 1 << 20));
        BOOST_REQUIRE(all_granted(redis.ask(charges).answers));
    }
    server.call({"CONFIG", "RESETSTAT"});
    const auto highest = redis.counters.most_used("hourly:user:", 5, clock_now());
    BOOST_REQUIRE(highest.size() == 5u);
    for (std::size_t i = 0; i < 5; ++i)
        BOOST_TEST(highest[i].used == 20'000 - static_cast<std::int64_t>(i));
    BOOST_TEST(redis.counters.list("hourly:user:", 50'000, clock_now()).size() == 20'000u);
    BOOST_TEST(redis.counters.list("hourly:user:", 3, clock_now())[2].key ==
               fmt::format("hourly:user:{:0>60}", 2));
    const std::string one = fmt::format("hourly:user:{:0>60}", 77);
    BOOST_TEST(redis.counters.reset(one));
    BOOST_TEST(!redis.counters.reset(one));
    BOOST_TEST(redis.counters.list("hourly:user:", 50'000, clock_now()).size() == 19'999u);
    // In steps of a thousand keys each, which take a fraction of a millisecond.
    BOOST_TEST(command_stat(server, "scan") >= 5 * 20);
    BOOST_TEST(command_stat(server, "keys") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
