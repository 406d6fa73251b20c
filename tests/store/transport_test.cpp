// The way to Redis: plain, over TLS, as a user; what is told where it does not lead there.

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "certificates.h"
#include "store/redis.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;
using namespace std::chrono_literals;

namespace {

Deadline soon() { return Deadline::clock::now() + 5s; }

// The reply's text, or the failure's.
std::string answer(Redis& redis, const Words& words) {
    const auto reply = redis.call("", words, soon());
    return reply ? std::string(text_of(**reply)) : "failure: " + reply.error().why;
}
std::string ping(const language::RedisStore& place) {
    Redis redis(place);
    return answer(redis, {"PING"});
}

// A server that listens for TLS beside its plain port.
struct TlsServer {
    std::uint16_t tls_port = free_port();
    RedisServer server;

    explicit TlsServer(const std::string& clients = "no") : server(options(clients)) {}

    std::vector<std::string> options(const std::string& clients) const {
        auto all = certificates().server_options(clients);
        all.insert(all.end(), {"--tls-port", std::to_string(tls_port)});
        return all;
    }
    language::RedisStore place(const std::string& ca = "ca.pem") const {
        auto place = place_at("127.0.0.1", tls_port);
        place.tls.emplace();
        place.tls->ca_file = certificates().file(ca);
        return place;
    }
};

TlsServer& tls_server() {
    static TlsServer server;
    return server;
}

// A password's file of one test.
class Password {
  public:
    explicit Password(const std::string& password, mode_t mode = 0600) { change(password, mode); }
    void change(const std::string& password, mode_t mode = 0600) const {
        std::ofstream(path()) << password << "\n";
        chmod(path().c_str(), mode);
    }
    void remove() const { std::filesystem::remove(path()); }
    std::string path() const { return folder_.file("password"); }

  private:
    TempFolder folder_;
};

language::RedisStore as_user(language::RedisStore place, const std::string& user,
                             const Password& password) {
    place.login = {user, password.path()};
    return place;
}

const std::function<bool(const std::runtime_error&)> names_file(const std::string& begin) {
    return [begin](const std::runtime_error& error) {
        return std::string(error.what()).starts_with(begin);
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transport)

BOOST_AUTO_TEST_CASE(a_unix_socket_a_port_and_a_name_lead_to_redis) {
    const RedisServer& server = shared_server();
    BOOST_TEST(ping(server.place()) == "PONG");
    BOOST_TEST(ping(server.tcp_place()) == "PONG");
    BOOST_TEST(ping(place_at("localhost", server.port())) == "PONG");
}

BOOST_AUTO_TEST_CASE(the_database_of_the_settings_is_used) {
    const RedisServer& server = shared_server();
    Redis first(server.place(1));
    Redis second(server.place(2));
    answer(first, {"SET", "a", "1"});
    BOOST_TEST(answer(second, {"GET", "a"}) == "");
    BOOST_TEST(answer(first, {"GET", "a"}) == "1");
    BOOST_TEST(ping(server.place(17)) == "failure: ERR DB index is out of range");
}

BOOST_AUTO_TEST_CASE(several_commands_have_as_many_replies_in_their_order) {
    Redis redis(shared_server().tcp_place());
    std::vector<Words> commands{{"SET", "big", std::string(3'000'000, 'x')}};
    for (int i = 0; i < 500; ++i) commands.push_back({"INCR", "n"});
    commands.push_back({"GET", "big"});
    const auto replies = redis.pipeline("n", commands, soon());
    BOOST_REQUIRE(replies.has_value());
    BOOST_REQUIRE(replies->size() == 502u);
    BOOST_TEST((*replies)[500]->integer == 500);
    BOOST_TEST(text_of(*replies->back()).size() == 3'000'000u);
    BOOST_TEST(redis.pipeline("n", {}, soon())->empty());
}

BOOST_AUTO_TEST_CASE(errors_that_are_the_callers_business_are_replies) {
    Redis redis(shared_server().place());
    BOOST_TEST(answer(redis, {"EVALSHA", "0", "0"}).starts_with("NOSCRIPT"));
    BOOST_TEST(answer(redis, {"NONSENSE"}).starts_with("ERR unknown command"));
}

BOOST_AUTO_TEST_CASE(every_master_is_one_server_when_there_is_one) {
    Redis redis(shared_server().place());
    std::vector<std::string> answers;
    const auto walked = redis.each_master(soon(), [&](const Redis::ServerCall& call) {
        return call({{"PING"}}).map([&](const std::vector<Reply>& replies) {
            for (const Reply& reply : replies) answers.emplace_back(text_of(*reply));
        });
    });
    BOOST_TEST(walked.has_value());
    BOOST_TEST(answers == std::vector<std::string>{"PONG"});
}

BOOST_AUTO_TEST_CASE(a_call_whose_reply_was_lost_is_repeated_once) {
    Wire wire(shared_server().place());
    Redis redis(wire.place());
    for (const auto trouble : {Wire::Trouble::lose_reply, Wire::Trouble::lose_command}) {
        answer(redis, {"PING"});
        const int before = wire.connections();
        wire.next(trouble);
        BOOST_TEST(answer(redis, {"PING"}) == "PONG");
        BOOST_TEST(wire.connections() == before + 1);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_serve_now_is_a_failure_with_its_words) {
    const RedisServer server;
    Redis redis(server.place());
    BOOST_TEST(answer(redis, {"SET", "a", "1"}) == "OK");
    server.call({"REPLICAOF", "127.0.0.1", "1"});
    BOOST_TEST(answer(redis, {"SET", "a", "1"}).starts_with("failure: READONLY"));
    server.call({"CONFIG", "SET", "replica-serve-stale-data", "no"});
    BOOST_TEST(answer(redis, {"GET", "a"}).starts_with("failure: MASTERDOWN"));
    server.call({"REPLICAOF", "NO", "ONE"});
    server.call({"CONFIG", "SET", "min-replicas-to-write", "1"});
    BOOST_TEST(answer(redis, {"SET", "a", "1"}).starts_with("failure: NOREPLICAS"));
    server.call({"CONFIG", "SET", "min-replicas-to-write", "0"});
    server.call({"CONFIG", "SET", "maxmemory", "1"});
    BOOST_TEST(answer(redis, {"SET", "a", "1"}).starts_with("failure: OOM"));
    for (const std::string loading : {"LOADING Redis is loading", "MISCONF x", "CLUSTERDOWN x",
                                      "MOVED 1 127.0.0.1:7000", "ERR max number of clients"}) {
        Wire wire(server.place(), "-" + loading + "\r\n");
        wire.next(Wire::Trouble::say);
        BOOST_TEST(ping(wire.place()) == "failure: " + loading);
    }
}

BOOST_AUTO_TEST_CASE(a_silent_server_costs_the_deadline_and_no_more) {
    const RedisServer server;
    Redis redis(server.tcp_place());
    answer(redis, {"PING"});
    server.suspend();
    for (int i = 0; i < 2; ++i) {  // on the connection that is there, and on a new one
        const auto begun = Deadline::clock::now();
        const auto reply = redis.call("", {"PING"}, begun + 100ms);
        BOOST_REQUIRE(!reply.has_value());
        BOOST_TEST(reply.error().why == "no reply in time");
        BOOST_TEST(!reply.error().lost);
        BOOST_TEST((Deadline::clock::now() - begun < 1s));
    }
    server.resume();
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
}

// A SIGPIPE of OpenSSL's own socket would end this program.
BOOST_AUTO_TEST_CASE(tls_carries_what_plain_tcp_does) {
    const TlsServer& tls = tls_server();
    Redis redis(tls.place());
    const std::string big(1'000'000, 'x');
    BOOST_TEST(answer(redis, {"SET", "big", big}) == "OK");
    BOOST_TEST((answer(redis, {"GET", "big"}) == big));
    tls.server.call({"CLIENT", "KILL", "TYPE", "normal"});
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
    BOOST_TEST(redis.describe() ==
               fmt::format("redis 127.0.0.1:{} over TLS database 0", tls.tls_port));
}

BOOST_AUTO_TEST_CASE(tls_believes_only_whom_it_should) {
    const TlsServer& tls = tls_server();
    BOOST_TEST(ping(tls.place("other-ca.pem"))
                   .starts_with("failure: TLS: the certificate is not accepted"));
    auto system = tls.place();
    system.tls->ca_file.clear();
    BOOST_TEST(ping(system).starts_with("failure: TLS: the certificate is not accepted"));
    auto other_name = tls.place();
    other_name.tls->name = "other.example";
    BOOST_TEST(ping(other_name) ==
               "failure: TLS: the certificate is not accepted: hostname mismatch");
    auto other_address = tls.place();
    other_address.tls->name = "127.0.0.2";
    BOOST_TEST(ping(other_address) ==
               "failure: TLS: the certificate is not accepted: IP address mismatch");
    auto right_name = tls.place();
    right_name.tls->name = "redis.example";
    BOOST_TEST(ping(right_name) == "PONG");
    auto by_name = tls.place();
    by_name.hosts = {{"localhost", tls.tls_port}};
    BOOST_TEST(ping(by_name) == "PONG");
    auto no_name = tls.place();
    no_name.tls->name = std::string(300, 'x');
    BOOST_TEST(ping(no_name).ends_with("cannot stand in a certificate"));
}

BOOST_AUTO_TEST_CASE(a_server_may_ask_for_our_certificate) {
    const TlsServer tls("yes");
    auto place = tls.place();
    const std::string refused = ping(place);
    BOOST_TEST(refused.starts_with("failure: "));
    place.tls->cert_file = certificates().file("client.pem");
    place.tls->key_file = certificates().file("client.key");
    BOOST_TEST(ping(place) == "PONG");
}

BOOST_AUTO_TEST_CASE(tls_and_plain_do_not_meet) {
    const TlsServer& tls = tls_server();
    auto tls_to_plain = tls.place();
    tls_to_plain.hosts = {{"127.0.0.1", tls.server.port()}};
    BOOST_TEST(ping(tls_to_plain).starts_with("failure: TLS: "));
    BOOST_TEST(ping(place_at("127.0.0.1", tls.tls_port)).starts_with("failure: "));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_not_answered_costs_the_deadline) {
    std::uint16_t port = 0;
    const system::Descriptor mute = listening_socket(port);
    auto place = tls_server().place();
    place.hosts = {{"127.0.0.1", port}};
    Redis redis(place);
    const auto begun = Deadline::clock::now();
    const auto reply = redis.call("", {"PING"}, begun + 100ms);
    BOOST_REQUIRE(!reply.has_value());
    BOOST_TEST(reply.error().why == "TLS: no answer in time");
    BOOST_TEST((Deadline::clock::now() - begun < 1s));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_named_at_the_start) {
    auto place = tls_server().place();
    place.tls->ca_file = "/nonexistent/ca";
    BOOST_CHECK_EXCEPTION(Redis{place}, std::runtime_error,
                          names_file("ca-file /nonexistent/ca: "));
    place = tls_server().place();
    place.tls->cert_file = certificates().file("server.key");
    BOOST_CHECK_EXCEPTION(Redis{place}, std::runtime_error, names_file("cert-file /"));
    place.tls->cert_file = certificates().file("client.pem");
    place.tls->key_file = certificates().file("server.key");
    BOOST_CHECK_EXCEPTION(Redis{place}, std::runtime_error, names_file("key-file /"));
    place = shared_server().place();
    place.login.password_file = "/nonexistent/password";
    BOOST_CHECK_EXCEPTION(
        Redis{place}, std::runtime_error,
        names_file("password-file /nonexistent/password: No such file or directory"));
    place.login.password_file = "/dev/null";
    BOOST_CHECK_EXCEPTION(Redis{place}, std::runtime_error,
                          names_file("password-file /dev/null: not a regular file"));
    const Password empty("");
    place.login.password_file = empty.path();
    BOOST_CHECK_THROW(Redis{place}, std::runtime_error);
    BOOST_CHECK_EXCEPTION(Redis{place_at("no-such-host.invalid", 6379)}, std::runtime_error,
                          names_file("redis host no-such-host.invalid: "));
}

BOOST_AUTO_TEST_CASE(a_user_logs_in_with_the_password_of_a_file) {
    const RedisServer server;
    server.call({"ACL", "SETUSER", "spillway", "on", ">first word", "~spillway*", "+ping", "+get"});
    const Password password("first word");
    Redis redis(as_user(server.tcp_place(), "spillway", password));
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
    BOOST_TEST(answer(redis, {"GET", "other"}).starts_with("NOPERM"));
}

BOOST_AUTO_TEST_CASE(a_password_alone_is_the_default_users) {
    const RedisServer server;
    server.call({"CONFIG", "SET", "requirepass", "secret"});
    BOOST_TEST(ping(server.tcp_place()).starts_with("failure: NOAUTH"));
    const Password password("secret");
    BOOST_TEST(ping(as_user(server.tcp_place(), "", password)) == "PONG");
}

BOOST_AUTO_TEST_CASE(a_changed_password_is_found_without_a_restart) {
    const RedisServer server;
    server.call({"ACL", "SETUSER", "spillway", "on", ">first", "~*", "+@all"});
    const Password password("first");
    Redis redis(as_user(server.tcp_place(), "spillway", password));
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
    // The connection that is logged in stays so; new ones are refused.
    server.call({"ACL", "SETUSER", "spillway", "resetpass", ">second"});
    server.call({"CLIENT", "KILL", "TYPE", "normal"});
    const std::string refused = answer(redis, {"PING"});
    BOOST_TEST(refused.starts_with("failure: WRONGPASS"), refused);
    BOOST_TEST(refused.find("first") == refused.npos);
    password.change("second");
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
    password.remove();
    server.call({"ACL", "SETUSER", "spillway", "resetpass", ">third"});
    server.call({"CLIENT", "KILL", "TYPE", "normal"});
    BOOST_TEST(answer(redis, {"PING"}).ends_with("password: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_logged_out_logs_in_again) {
    const RedisServer server;
    server.call({"CONFIG", "SET", "requirepass", "secret"});
    const Password password("secret");
    Redis redis(as_user(server.tcp_place(), "", password), nullptr, 1);
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
    answer(redis, {"RESET"});
    BOOST_TEST(answer(redis, {"PING"}) == "PONG");
}

BOOST_AUTO_TEST_CASE(a_password_that_everybody_may_read_is_warned_of) {
    std::vector<std::string> notices;
    const auto told = [&](std::string notice) { notices.push_back(std::move(notice)); };
    const Password open("secret", 0644);
    Redis(as_user(shared_server().place(), "u", open), told);
    BOOST_REQUIRE(notices.size() == 1u);
    BOOST_TEST(notices[0] ==
               "password-file " + open.path() + ": every user of this machine may read it");
    const Password closed("secret", 0640);
    Redis(as_user(shared_server().place(), "u", closed), told);
    BOOST_TEST(notices.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_shared_connection_limit_is_ours) {
    Redis redis(shared_server().place(), nullptr, 0);
    const auto reply = redis.call("", {"PING"}, Deadline::clock::now() + 1ms);
    BOOST_REQUIRE(!reply.has_value());
    BOOST_TEST(reply.error().ours);
}

BOOST_AUTO_TEST_SUITE_END()
