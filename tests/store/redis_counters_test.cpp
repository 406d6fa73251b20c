// The call to Redis while Redis is well.

#include "store/redis_counters.h"

#include "store/scan.h"
#include "stores.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;

namespace {

Time clock_now() { return std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now()); }

std::vector<Charge> three_limits(std::int64_t cost) {
    return {hourly("ann", cost, 100), hourly("example.org", cost, 500),
            hourly("acct", cost, 10'000)};
}

// What INFO says behind "name:", up to the line's end; "" when there is none.
std::string info(const RedisServer& server, const std::string& section, const std::string& name) {
    const Reply reply = server.call({"INFO", section});
    const std::string text(text_of(*reply));
    const std::size_t at = text.find("\n" + name + ":");
    if (at == text.npos) return "";
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\r', begin) - begin);
}

std::int64_t use_of(limits::Counters& counters, const std::string& key) {
    const auto uses = counters.list("hourly:user:" + key, 1, noon);
    return uses.empty() ? 0 : uses.front().used;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_counters)

BOOST_AUTO_TEST_CASE(a_message_with_three_limits_is_one_script_call) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.place(), nullptr);
    counters.charge(three_limits(1), clock_now());
    server.call({"CONFIG", "RESETSTAT"});
    BOOST_TEST(all_granted(counters.charge(three_limits(2), clock_now())));
    // The one connection is the one that asks.
    BOOST_TEST(info(server, "stats", "total_connections_received") == "1");
    BOOST_TEST(info(server, "commandstats", "cmdstat_evalsha").starts_with("calls=1,"));
    BOOST_TEST(info(server, "commandstats", "cmdstat_eval") == "");
    BOOST_TEST(info(server, "commandstats", "cmdstat_select") == "");
    BOOST_TEST(use_of(counters, "example.org") == 3);
}

BOOST_AUTO_TEST_CASE(the_sha1_of_the_build_is_the_one_redis_computes) {
    const Reply loaded = shared_server().call({"SCRIPT", "LOAD", std::string(charge_script())});
    BOOST_TEST(text_of(*loaded) == charge_script_sha1());
}

BOOST_AUTO_TEST_CASE(a_forgotten_script_is_sent_again) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.place(), nullptr);
    for (int i = 1; i <= 3; ++i) {
        server.call({"SCRIPT", "FLUSH"});
        const Answers answers = counters.charge({hourly("ann", 1)}, clock_now());
        BOOST_TEST(std::get<Granted>(answers[0]).used == i);
    }
}

BOOST_AUTO_TEST_CASE(every_key_expires_by_itself) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.place(), nullptr);
    Charge monthly = hourly("month", 1);
    monthly.rate.span = 31 * 24h;
    for (int i = 0; i < 3; ++i) counters.charge({hourly("ann", 1), monthly}, clock_now());
    counters.charge({hourly("ann", 11), hourly("never", 1)}, clock_now());
    const Reply keys = server.call({"KEYS", "*"});
    BOOST_TEST(keys->elements == 2u + 3u);  // counters and receipts
    for (std::size_t i = 0; i < keys->elements; ++i) {
        const std::string key(text_of(*keys->element[i]));
        const long long ttl = server.call({"PTTL", key})->integer;
        BOOST_TEST(ttl > 0, key);
        if (key.ends_with("ann")) {
            BOOST_TEST(ttl > 3'500'000);
            BOOST_TEST(ttl <= 3'660'000);
        } else if (key.ends_with("month")) {
            BOOST_TEST(ttl > 31 * 86'400'000LL);
        } else {
            BOOST_TEST(ttl <= 10'000);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refused_message_writes_nothing) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.place(), nullptr);
    counters.charge({hourly("ann", 11), hourly("bob", 1)}, clock_now());
    BOOST_TEST(server.call({"DBSIZE"})->integer == 0);
}

BOOST_AUTO_TEST_CASE(a_call_repeated_under_its_receipt_is_charged_once) {
    SimulatedRedis redis(shared_server());
    redis.repeat_token("the-same");
    const std::vector<Charge> charges{hourly("ann", 6), hourly("bob", 2)};
    for (int i = 0; i < 3; ++i) {
        const Answers answers = redis.charge(charges, noon + i * 10min);
        BOOST_TEST(std::get<Granted>(answers[0]).used == 6);
        BOOST_TEST(std::get<Granted>(answers[1]).used == 2);
    }
    redis.repeat_token("another");
    BOOST_TEST(std::holds_alternative<Exceeded>(redis.charge(charges, noon)[0]));
}

BOOST_AUTO_TEST_CASE(a_counter_is_one_compact_hash_however_long_it_is_used) {
    const RedisServer& server = shared_server();
    SimulatedRedis redis(server);
    for (int i = 0; i < 1000; ++i) redis.charge({hourly("ann", 1, 1'000'000)}, noon + i * 47s);
    const std::string key = counter_key(hourly("ann", 1));
    BOOST_TEST(server.call({"HLEN", key})->integer <= 61 + 3);
    BOOST_TEST(text_of(*server.call({"OBJECT", "ENCODING", key})) == "listpack");
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
    RedisCounters zero(server.place(0), nullptr);
    RedisCounters three(server.place(3), nullptr);
    BOOST_TEST(all_granted(three.charge({hourly("ann", 4)}, clock_now())));
    BOOST_TEST(use_of(zero, "ann") == 0);
    BOOST_TEST(use_of(three, "ann") == 4);
}

BOOST_AUTO_TEST_CASE(tcp_and_unix_socket_reach_the_same_counts) {
    const RedisServer& server = shared_server();
    RedisCounters by_socket(server.place(), nullptr);
    RedisCounters by_tcp(server.tcp_place(), nullptr);
    RedisCounters by_name(place_at("localhost", server.tcp_place().hosts[0].port), nullptr);
    int used = 0;
    for (RedisCounters* counters : {&by_socket, &by_tcp, &by_name}) {
        const Answers answers = counters->charge({hourly("ann", 1)}, clock_now());
        BOOST_TEST(std::get<Granted>(answers[0]).used == ++used);
    }
}

BOOST_AUTO_TEST_CASE(no_charges_are_no_call) {
    RedisCounters counters(place_at("/nonexistent/redis.sock", 0), nullptr);
    BOOST_TEST(counters.charge({}, clock_now()).empty());
}

BOOST_AUTO_TEST_CASE(places_that_cannot_exist_are_refused_at_the_start) {
    BOOST_CHECK_THROW(RedisCounters(place_at(std::string(200, 'x'), 0, 0, 100ms), nullptr),
                      std::runtime_error);
    BOOST_CHECK_THROW(RedisCounters(place_at("no such host", 6379, 0, 100ms), nullptr),
                      std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_factory_opens_what_the_settings_name) {
    const auto memory = open_counters(language::MemoryStore{}, nullptr);
    BOOST_TEST(memory->describe() == "memory, 0 counts");
    const auto redis = open_counters(place_at("127.0.0.1", 1, 2, 100ms), nullptr);
    BOOST_TEST(redis->describe() == "redis 127.0.0.1:1 database 2, answers");
}

BOOST_AUTO_TEST_CASE(replies_larger_than_a_packet_are_read_whole) {
    const RedisServer& server = shared_server();
    RedisCounters counters(server.tcp_place(), nullptr);
    for (int i = 0; i < 3000; ++i)
        counters.charge({hourly(fmt::format("{:0>100}", i), 1)}, clock_now());
    BOOST_TEST(counters.list("hourly:user:", 5000, noon).size() == 3000u);
    BOOST_TEST(counters.reset("hourly:user:" + fmt::format("{:0>100}", 77)));
    BOOST_TEST(counters.list("hourly:user:", 5000, noon).size() == 2999u);
}

BOOST_AUTO_TEST_SUITE_END()
