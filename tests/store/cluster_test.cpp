// Redis as a cluster: three masters, slots that move, a node that is gone.

#include <set>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "certificates.h"
#include "store/redis.h"
#include "test_cluster.h"

using namespace spillway;
using namespace spillway::store;
using namespace std::chrono_literals;

namespace {

Deadline soon() { return Deadline::clock::now() + 5s; }

std::string answer(Redis& redis, const Words& words) {
    const auto reply = redis.call(words[1], words, soon());
    if (!reply) return "failure: " + reply.error().why;
    return (*reply)->type == REDIS_REPLY_INTEGER ? std::to_string((*reply)->integer)
                                                 : std::string(text_of(**reply));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster)

BOOST_AUTO_TEST_CASE(every_key_finds_its_node) {
    TestCluster& cluster = shared_cluster();
    Redis redis(cluster.place());
    BOOST_TEST(redis.is_cluster());
    for (int i = 0; i < 1000; ++i) {
        const std::string key = fmt::format("key-{}", i);
        BOOST_REQUIRE_EQUAL(answer(redis, {"SET", key, "x"}), "OK");
        BOOST_REQUIRE_EQUAL(answer(redis, {"GET", key}), "x");
    }
    for (unsigned i = 0; i < node_count; ++i)
        BOOST_TEST(cluster.node(i).server.call({"DBSIZE"})->integer > 250);
    BOOST_TEST(redis.describe() ==
               fmt::format("redis cluster 127.0.0.1:{}, 3 masters", cluster.node(0).server.port()));
}

BOOST_AUTO_TEST_CASE(each_master_is_walked_once) {
    TestCluster& cluster = shared_cluster();
    Redis redis(cluster.place({1}));
    std::set<std::string> ids;
    const auto walked = redis.each_master(soon(), [&](const Redis::ServerCall& call) {
        return call({{"CLUSTER", "MYID"}}).map([&](const std::vector<Reply>& replies) {
            ids.emplace(text_of(*replies.front()));
        });
    });
    BOOST_TEST(walked.has_value());
    BOOST_TEST(ids.size() == node_count);
}

BOOST_AUTO_TEST_CASE(the_first_failure_ends_a_walk) {
    Redis redis(shared_cluster().place());
    int walked = 0;
    const auto end = redis.each_master(soon(), [&](const Redis::ServerCall& call) {
        ++walked;
        return call({{"NONSENSE"}}).and_then([](const std::vector<Reply>& replies) {
            return tl::expected<void, Failure>(
                tl::make_unexpected(Failure{std::string(text_of(*replies.front()))}));
        });
    });
    BOOST_TEST(walked == 1);
    BOOST_TEST(!end.has_value());
}

BOOST_AUTO_TEST_CASE(several_commands_for_one_tag_go_to_one_node) {
    TestCluster& cluster = shared_cluster();
    Redis redis(cluster.place({2}));
    for (unsigned node = 0; node < node_count; ++node) {
        const std::string a = key_of(cluster, node, ":pipeline-a");
        const std::string b = key_of(cluster, node, ":pipeline-b");
        const auto replies = redis.pipeline(
            a, {{"SET", a, "1"}, {"SET", b, "2"}, {"MGET", a, b}, {"DEL", a, b}}, soon());
        BOOST_REQUIRE(replies.has_value());
        BOOST_TEST((*replies)[2]->elements == 2u);
        BOOST_TEST((*replies)[3]->integer == 2);
    }
}

BOOST_AUTO_TEST_CASE(a_slot_that_moved_is_followed_and_remembered) {
    TestCluster cluster;
    const std::string key = key_of(cluster, 0);
    const unsigned slot = slot_of(key);
    Redis redis(cluster.place());
    BOOST_TEST(answer(redis, {"INCR", key}) == "1");

    cluster.begin_moving(slot, 0, 2);
    cluster.move_key(key, 0, 2);
    cluster.end_moving(slot, 2);
    BOOST_TEST(answer(redis, {"INCR", key}) == "2");
    const std::string once = cluster.errors();
    BOOST_TEST(once.find("errorstat_MOVED:count=1") != once.npos, once);
    BOOST_TEST(answer(redis, {"INCR", key}) == "3");
    BOOST_TEST(cluster.errors() == once);
}

BOOST_AUTO_TEST_CASE(a_slot_on_its_way_is_asked_for_in_both_places) {
    TestCluster cluster;
    const std::string gone = key_of(cluster, 0, ":gone");
    const std::string stays = key_of(cluster, 0, ":stays");
    const std::string fresh = key_of(cluster, 0, ":fresh");
    Redis redis(cluster.place());
    answer(redis, {"SET", gone, "g"});
    answer(redis, {"SET", stays, "s"});
    cluster.begin_moving(slot_of(gone), 0, 1);
    cluster.move_key(gone, 0, 1);

    BOOST_TEST(answer(redis, {"GET", gone}) == "g");
    BOOST_TEST(answer(redis, {"GET", stays}) == "s");
    BOOST_TEST(answer(redis, {"SET", fresh, "f"}) == "OK");  // lands at the new place
    BOOST_TEST(cluster.node(0).server.call({"EXISTS", stays})->integer == 1);
    const auto replies =
        redis.pipeline(gone, {{"GET", stays}, {"GET", gone}, {"GET", fresh}}, soon());
    BOOST_REQUIRE(replies.has_value());
    BOOST_TEST(text_of(*(*replies)[0]) == "s");
    BOOST_TEST(text_of(*(*replies)[1]) == "g");
    BOOST_TEST(text_of(*(*replies)[2]) == "f");

    // One key here and one there cannot be served until both are there.
    const auto torn = redis.call(gone, {"MGET", gone, stays}, Deadline::clock::now() + 50ms);
    BOOST_REQUIRE(!torn.has_value());
    BOOST_TEST(torn.error().why.find("TRYAGAIN") != std::string::npos, torn.error().why);
    const std::string told_before = cluster.errors();
    tl::expected<Reply, Failure> whole = nullptr;
    {
        const std::jthread caller([&] { whole = redis.call(gone, {"MGET", gone, stays}, soon()); });
        BOOST_TEST(becomes_true([&] { return cluster.errors() != told_before; }));
        cluster.move_key(stays, 0, 1);
    }
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST((*whole)->elements == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_gone_costs_its_own_keys_only) {
    TestCluster cluster;
    Redis redis(cluster.place({1, 0}));
    const std::string here = key_of(cluster, 0);
    const std::string there = key_of(cluster, 1);
    BOOST_TEST(answer(redis, {"INCR", here}) == "1");
    BOOST_TEST(answer(redis, {"INCR", there}) == "1");
    cluster.node(0).server.call({"CONFIG", "SET", "cluster-require-full-coverage", "no"});
    cluster.node(2).server.call({"CONFIG", "SET", "cluster-require-full-coverage", "no"});
    cluster.node(1).server.kill();
    const auto begun = Deadline::clock::now();
    BOOST_TEST(answer(redis, {"INCR", there}).starts_with("failure: "));
    BOOST_TEST((Deadline::clock::now() - begun < 2s));
    BOOST_TEST(answer(redis, {"INCR", here}) == "2");
    cluster.node(1).server.restart();
    BOOST_TEST(becomes_true([&] { return answer(redis, {"INCR", there}) == "1"; }));
}

BOOST_AUTO_TEST_CASE(one_server_is_no_cluster) {
    auto place = shared_server().tcp_place();
    place.kind = language::RedisStore::Kind::cluster;
    Redis redis(place);
    BOOST_TEST(answer(redis, {"GET", "a"}) ==
               "failure: node " + text_of(place.hosts[0]) +
                   ": ERR This instance has cluster support disabled");
}

BOOST_AUTO_TEST_SUITE_END()
