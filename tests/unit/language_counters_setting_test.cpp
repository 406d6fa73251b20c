#include "language/counters_setting.h"

#include <boost/test/unit_test.hpp>

#include "language_load.h"

using namespace spillway::language;
using namespace std::chrono_literals;
using Kind = RedisStore::Kind;

namespace {

// The store of a policy that has this one setting and no mistake.
RedisStore store_of(const std::string& setting) {
    const auto generation = load_text("counters " + setting + "\n");
    BOOST_REQUIRE_MESSAGE(generation.policy, mistakes_in("counters " + setting + "\n"));
    return std::get<RedisStore>(generation.settings.counters);
}

// The mistake of such a policy, without its place.
std::string mistake_of(const std::string& setting) {
    std::string text = mistakes_in("counters " + setting + "\n");
    return text.substr(std::min(text.find("error: "), text.size()));
}

using Hosts = std::vector<HostPort>;

}  // namespace

BOOST_AUTO_TEST_SUITE(language_counters_setting)

BOOST_AUTO_TEST_CASE(a_server_is_a_host_with_a_port_and_a_database) {
    const RedisStore plain = store_of("redis://redis.example");
    BOOST_TEST((plain.kind == Kind::single));
    BOOST_TEST((plain.hosts == Hosts{{"redis.example", 6379}}));
    BOOST_TEST(plain.database == 0);
    BOOST_TEST(!plain.tls);
    BOOST_TEST((plain.timeout == 150ms));

    const RedisStore all = store_of("rediss://192.0.2.7:6390/3 timeout 1s");
    BOOST_TEST((all.hosts == Hosts{{"192.0.2.7", 6390}}));
    BOOST_TEST(all.database == 3);
    BOOST_TEST(all.tls.has_value());
    BOOST_TEST((all.timeout == 1s));
    BOOST_TEST((store_of("\"redis://[2001:db8::1]/1\"").hosts == Hosts{{"2001:db8::1", 6379}}));
    BOOST_TEST((store_of("\"redis://[::1]:7\"").hosts == Hosts{{"::1", 7}}));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_a_host_without_port) {
    const RedisStore store = store_of("redis+unix:/run/r@d/is.sock database 2");
    BOOST_TEST((store.hosts == Hosts{{"/run/r@d/is.sock", 0}}));
    BOOST_TEST(store.database == 2);
}

BOOST_AUTO_TEST_CASE(sentinels_are_several_hosts_and_a_masters_name) {
    const RedisStore store = store_of(
        "\"rediss+sentinel://s1.example,[2001:db8::2]:26380/mail-counters/4\" sentinel-user s "
        "sentinel-password-file /etc/s");
    BOOST_TEST((store.kind == Kind::sentinel));
    BOOST_TEST((store.hosts == Hosts{{"s1.example", 26379}, {"2001:db8::2", 26380}}));
    BOOST_TEST(store.master == "mail-counters");
    BOOST_TEST(store.database == 4);
    BOOST_TEST((store.sentinel_login == RedisLogin{"s", "/etc/s"}));
    BOOST_TEST((store.login == RedisLogin{}));
}

BOOST_AUTO_TEST_CASE(a_cluster_is_some_of_its_nodes) {
    const RedisStore store = store_of("\"redis+cluster://a,b:7001\"");
    BOOST_TEST((store.kind == Kind::cluster));
    BOOST_TEST((store.hosts == Hosts{{"a", 6379}, {"b", 7001}}));
}

BOOST_AUTO_TEST_CASE(options_say_who_we_are_and_whom_to_trust) {
    const RedisStore store = store_of(
        "rediss://h user spillway password-file /etc/p ca-file /etc/ca cert-file /etc/c "
        "key-file /etc/k tls-name redis.example");
    BOOST_TEST((store.login == RedisLogin{"spillway", "/etc/p"}));
    BOOST_TEST((*store.tls == RedisTls{"/etc/ca", "/etc/c", "/etc/k", "redis.example"}));
    BOOST_TEST(!(store == store_of("rediss://h")));
    BOOST_TEST((store_of("rediss://h") == store_of("rediss://h:6379/0")));
}

BOOST_AUTO_TEST_CASE(a_secret_in_the_address_is_refused_and_not_repeated) {
    for (const char* address :
         {"redis://:hunter2@h", "rediss://u:hunter2@h/0", "redis+sentinel://u:hunter2@h/m",
          "redis+cluster://hunter2@h", "valkey://u:hunter2@h", "hunter2@h"}) {
        const std::string got = mistake_of(address);
        BOOST_TEST(got.find("\"password-file\"") != got.npos, got);
        BOOST_TEST(got.find("hunter2") == got.npos, got);
    }
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_is_told) {
    const std::pair<const char*, const char*> cases[] = {
        {"redis://", "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"\""},
        {"\"redis://a,\"", "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"\""},
        {"redis://::1", "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"::1\""},
        {"\"redis://[::1\"",
         "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"[::1\""},
        {"\"redis://[::1]x\"",
         "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"[::1]x\""},
        {"\"redis://[redis.example]\"",
         "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"[redis.example]\""},
        {"\"redis://a b\"",
         "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"a b\""},
        {"redis://h:0", "expected a port, got \"0\""},
        {"redis://h:65536", "expected a port, got \"65536\""},
        {"redis://h:", "expected a port, got \"\""},
        {"redis://h/x", "expected a database number, got \"x\""},
        {"redis://h/-1", "expected a database number, got \"-1\""},
        {"redis://h/1000001", "expected a database number, got \"1000001\""},
        {"\"redis://a,b\"", "several hosts need redis+sentinel:// or redis+cluster://"},
        {"redis+cluster://h/1", "a cluster has no database but 0"},
        {"redis+sentinel://h",
         "the address needs the name the sentinels have for their master: …/NAME"},
        {"redis+sentinel:///m",
         "expected HOST or HOST:PORT (an IPv6 address in brackets), got \"\""},
        {"redis+unix:run/x", "expected an absolute path, got \"run/x\""},
    };
    for (const auto& [address, expected] : cases)
        BOOST_TEST(mistake_of(address) == "error: " + std::string(expected) + "\n", address);
    BOOST_TEST(mistake_of("tcp://h").starts_with("error: expected memory, redis://HOST"));
}

BOOST_AUTO_TEST_CASE(an_option_without_sense_is_a_mistake) {
    const std::pair<const char*, const char*> cases[] = {
        {"memory timeout 1s", "unexpected \"timeout\" after \"counters\""},
        {"redis+cluster://h database 1", "\"database\": a cluster has no database but 0"},
        {"redis://h sentinel-user s", "\"sentinel-user\": this store has no sentinels"},
        {"redis+cluster://h sentinel-password-file /p",
         "\"sentinel-password-file\": this store has no sentinels"},
        {"redis://h ca-file /c",
         "\"ca-file\": this store is not asked over TLS, which needs an address with rediss"},
        {"redis+unix:/s tls-name n",
         "\"tls-name\": this store is not asked over TLS, which needs an address with rediss"},
        {"redis://h user u", "\"user\" needs \"password-file\""},
        {"redis+sentinel://h/m sentinel-user u",
         "\"sentinel-user\" needs \"sentinel-password-file\""},
        {"rediss://h key-file /k", "\"key-file\" needs \"cert-file\""},
        {"redis://h timeout 1s timeout 2s", "a second \"timeout\""},
        {"redis://h password-file secret", "expected an absolute path"},
        {"redis://h password-file", "\"counters\" needs a file name"},
        {"redis://h password x",
         "expected one of timeout, database, user, password-file, sentinel-user, "
         "sentinel-password-file, ca-file, cert-file, key-file, tls-name, got \"password\""},
    };
    for (const auto& [setting, expected] : cases)
        BOOST_TEST(mistake_of(setting) == "error: " + std::string(expected) + "\n", setting);
}

BOOST_AUTO_TEST_SUITE_END()
