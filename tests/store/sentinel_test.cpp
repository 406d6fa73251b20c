// Redis behind sentinels: who is the master, and what a failover costs.

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>

#include "certificates.h"
#include "store/redis.h"
#include "test_sentinels.h"

using namespace spillway;
using namespace spillway::store;
using namespace std::chrono_literals;

namespace {

std::string incremented(Redis& redis, std::chrono::milliseconds timeout = 5s) {
    const auto reply = redis.call("n", {"INCR", "n"}, Deadline::clock::now() + timeout);
    if (!reply) return "failure: " + reply.error().why;
    return std::to_string((*reply)->integer);
}

std::string at(const RedisServer& server) { return fmt::format("127.0.0.1:{}", server.port()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(sentinel)

BOOST_AUTO_TEST_CASE(the_sentinels_name_the_master) {
    const TestSet set;
    Redis redis(set.place());
    BOOST_TEST(incremented(redis) == "1");
    BOOST_TEST(set.master.call({"GET", "n"})->len == 1u);
    BOOST_TEST(redis.describe() == redis.place() + ", master " + at(set.master));
    BOOST_TEST(!redis.is_cluster());
}

BOOST_AUTO_TEST_CASE(one_sentinel_that_answers_is_enough) {
    const TestSet set;
    auto place = set.place();
    std::uint16_t mute_port = 0;
    const system::Descriptor mute = listening_socket(mute_port);
    place.hosts = {{"127.0.0.1", 1}, {"127.0.0.1", mute_port}, place.hosts[0]};
    Redis redis(place);
    BOOST_TEST(incremented(redis, 600ms) == "1");
    place.master = "other";
    Redis other(place);
    BOOST_TEST(
        incremented(other, 600ms) ==
        fmt::format("failure: sentinel {}: knows no master \"other\"", text_of(place.hosts[2])));
}

BOOST_AUTO_TEST_CASE(a_failover_under_load_ends_and_never_holds_anybody_up) {
    TestSet set;
    set.wait_until_known();
    std::vector<std::string> notices;
    Redis redis(set.place(), [&](std::string notice) { notices.push_back(std::move(notice)); });
    BOOST_TEST(incremented(redis) == "1");

    std::atomic<bool> killed = false;
    std::atomic<int> failed = 0;
    std::atomic<int> back = 0;
    std::atomic<std::int64_t> slowest_ms = 0;
    {
        std::vector<std::jthread> load;
        for (int i = 0; i < 4; ++i)
            load.emplace_back([&](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                    const auto begun = Deadline::clock::now();
                    const bool answered = !incremented(redis, 150ms).starts_with("failure");
                    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
                        Deadline::clock::now() - begun);
                    slowest_ms = std::max<std::int64_t>(slowest_ms, spent.count());
                    if (killed && !answered) ++failed;
                    if (failed > 0 && answered) ++back;
                    std::this_thread::sleep_for(1ms);
                }
            });
        set.master.kill();
        killed = true;
        BOOST_TEST(becomes_true([&] { return back > 100; }));
    }
    BOOST_TEST(failed > 0);
    BOOST_TEST(slowest_ms < 1000);  // generous: other programs share the machine
    BOOST_TEST(redis.describe() == redis.place() + ", master " + at(set.replica));
    BOOST_REQUIRE(notices.size() == 1u);
    BOOST_TEST(notices[0] == fmt::format("redis: the master of mail is now {}, before {}",
                                         at(set.replica), at(set.master)));
}

// The connection lives on; only the next write tells that the server is a replica now.
BOOST_AUTO_TEST_CASE(a_master_that_became_a_replica_is_left_within_the_call) {
    TestSet set;
    set.sentinels.resize(1);  // too few for a failover of their own
    Redis redis(set.place());
    BOOST_TEST(incremented(redis) == "1");
    const std::string new_port = std::to_string(set.replica.port());
    set.replica.call({"REPLICAOF", "NO", "ONE"});
    set.master.call({"REPLICAOF", "127.0.0.1", new_port});
    BOOST_TEST(incremented(redis).find(at(set.master) + ": READONLY") != std::string::npos);
    set.sentinels[0]->call({"SENTINEL", "REMOVE", "mail"});
    set.sentinels[0]->call({"SENTINEL", "MONITOR", "mail", "127.0.0.1", new_port, "2"});
    BOOST_TEST(!incremented(redis).starts_with("failure"));
    BOOST_TEST(redis.describe().ends_with(at(set.replica)));
}

BOOST_AUTO_TEST_CASE(a_replica_that_a_sentinel_names_is_not_believed) {
    TestSet set;
    set.sentinels.clear();
    set.sentinels.push_back(
        std::make_unique<Sentinel>(set.replica.port(), std::vector<std::string>{}));
    Redis redis(set.place());
    BOOST_TEST(incremented(redis).find("READONLY its role is slave") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_sentinels_the_last_master_is_kept_to) {
    TestSet set;
    const auto place = set.place();
    Redis redis(place);
    BOOST_TEST(incremented(redis) == "1");
    set.sentinels.clear();
    set.master.call({"CLIENT", "KILL", "TYPE", "normal"});
    BOOST_TEST(incremented(redis) == "2");
    Redis late(place);
    BOOST_TEST(incremented(late).starts_with("failure: "));
}

BOOST_AUTO_TEST_CASE(sentinels_may_have_a_password_of_their_own) {
    TestSet set({"requirepass watch"});
    auto place = set.place();
    Redis nobody(place);
    BOOST_TEST(incremented(nobody).find("NOAUTH") != std::string::npos);
    const TempFolder folder;
    std::ofstream(folder.file("password")) << "watch\n";
    place.sentinel_login.password_file = folder.file("password");
    Redis redis(place);
    BOOST_TEST(incremented(redis) == "1");
}

BOOST_AUTO_TEST_SUITE_END()
