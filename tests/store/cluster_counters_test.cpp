// The counters in a cluster: one slot an account, and all or none over several.

#include "test_cluster.h"
#include "watched.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;

namespace {

Charge of_account(const std::string& account, std::int64_t cost, std::int64_t most = 10) {
    Charge charge = hourly(account, cost, most);
    charge.account = account;
    return charge;
}

// An account whose keys this node has.
std::string account_of_node(unsigned node) {
    for (int i = 0;; ++i) {
        const std::string account = fmt::format("account-{}", i);
        if (shared_cluster().owner_of(plan_key(account)) == node) return account;
    }
}

double calls(unsigned node) { return command_stat(shared_cluster().node(node).server, "evalsha"); }

void empty_all() {
    for (unsigned i = 0; i < node_count; ++i) {
        shared_cluster().node(i).server.call({"FLUSHALL"});
        shared_cluster().node(i).server.call({"CONFIG", "RESETSTAT"});
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_counters)

BOOST_AUTO_TEST_CASE(one_account_is_one_slot_and_one_call) {
    Watched redis(shared_cluster().place(), {.pace = {}});
    // The node that daemons tell that they are alive may hear so at any time.
    const unsigned watched = shared_cluster().owner_of(daemons_key);
    const unsigned node = (watched + 1) % node_count;
    const std::string account = account_of_node(node);
    std::vector<Charge> charges;
    for (int i = 0; i < 12; ++i) {
        charges.push_back(of_account(account, 1, 100));
        charges.back().key += std::to_string(i);
        charges.back().plans = {"plan:a:b"};
    }
    redis.ask(charges, "first");
    empty_all();
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(all_granted(redis.ask(charges, std::to_string(i)).answers));
    BOOST_TEST(calls(node) == 5);
    BOOST_TEST(calls((watched + 2) % node_count) == 0);
    BOOST_TEST(calls(watched) < 5);
}

BOOST_AUTO_TEST_CASE(all_slots_are_charged_or_none) {
    empty_all();
    Watched redis(shared_cluster().place());
    std::vector<Charge> three;
    for (unsigned node = 0; node < node_count; ++node)
        three.push_back(of_account(account_of_node(node), 2));
    three[2].rate = limits::Sliding{4, 1h};
    BOOST_TEST(all_granted(redis.ask(three, "1").answers));
    BOOST_TEST(all_granted(redis.ask(three, "2").answers));
    const Outcome refused = redis.ask(three, "3");
    BOOST_TEST(std::get<Exceeded>(refused.answers[2]).used == 4);
    BOOST_TEST(refused.receipt.token == "");
    for (const std::size_t i : {0U, 1U})
        if (const auto* granted = std::get_if<Granted>(&refused.answers[i]))
            BOOST_TEST(granted->used == 4);
    BOOST_TEST(redis.settles());
    for (const Charge& charge : three)
        BOOST_TEST(limits::used(redis.counters, charge.key, clock_now()) == 4);
}

BOOST_AUTO_TEST_CASE(what_did_not_leave_is_taken_back_from_all_slots) {
    empty_all();
    Watched redis(shared_cluster().place());
    std::vector<Charge> three;
    for (unsigned node = 0; node < node_count; ++node)
        three.push_back(of_account(account_of_node(node), 2));
    for (int i = 0; i < 10; ++i) {
        const Outcome outcome = redis.ask(three, std::to_string(i));
        BOOST_TEST(all_granted(outcome.answers));
        redis.settle(outcome, i % 5 == 0);
        BOOST_TEST(redis.settles());
    }
    for (const Charge& charge : three)
        BOOST_TEST(limits::used(redis.counters, charge.key, clock_now()) == 4);
    BOOST_TEST(redis.counters.most_used("hourly:", 10, clock_now()).size() == 3u);
    BOOST_TEST(redis.counters.reset(three[1].key));
    BOOST_TEST(redis.counters.list("hourly:", 10, clock_now()).size() == 2u);
    redis.counters.set_plan({three[0].account, "hourly:x:y", 7});
    redis.counters.set_plan({three[2].account, "hourly:x:y", 8});
    BOOST_TEST(redis.counters.plans({}).size() == 2u);
    BOOST_TEST(redis.counters.peek(three, clock_now())[2]->used == 4);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_gone_is_told_when_it_is_back) {
    TestCluster cluster;
    for (unsigned i = 0; i < node_count; ++i)
        cluster.node(i).server.call({"CONFIG", "SET", "cluster-require-full-coverage", "no"});
    Watched redis(cluster.place({0}), {.timeout = 200ms});
    std::vector<Charge> three;
    for (unsigned node = 0; node < node_count; ++node)
        three.push_back(of_account(account_of_node(node), 1));
    BOOST_TEST(all_granted(redis.ask(three, "before").answers));
    cluster.node(1).server.suspend();
    const Outcome outcome = redis.ask(three, "during");
    BOOST_TEST(is_silent(outcome.answers));  // and let pass
    cluster.node(1).server.resume();
    BOOST_TEST(redis.settles());
    for (const Charge& charge : three)
        BOOST_TEST(limits::used(redis.counters, charge.key, clock_now()) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
