#include "daemon/metrics_endpoint.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

std::string reply_to(const std::string& request) {
    return daemon::http_reply(request, [] { return std::string("spillway_up 1\n"); });
}

bool begins(const std::string& text, const std::string& part) { return text.starts_with(part); }

const daemon::SteadyTime start{1000s};

struct Served {
    daemon::MetricsEndpoint endpoint{{"127.0.0.1", 0}};
    std::string text = "spillway_up 1\n";

    // One round of housekeeping at this time.
    void serve(daemon::SteadyTime now = start) {
        std::vector<pollfd> watched;
        endpoint.add_watched(watched, now);
        ::poll(watched.data(), watched.size(), 1000);
        endpoint.serve(
            watched, [this] { return text; }, now);
    }
    system::Descriptor client() const {
        system::Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(endpoint.port());
        const auto* to = reinterpret_cast<const sockaddr*>(&address);
        BOOST_REQUIRE(::connect(fd.get(), to, sizeof address) == 0);
        return fd;
    }
};

void say(const system::Descriptor& client, const std::string& text) {
    BOOST_REQUIRE(::send(client.get(), text.data(), text.size(), 0) ==
                  static_cast<ssize_t>(text.size()));
}

// What comes until the daemon closes.
std::string heard(const system::Descriptor& client) {
    std::string text;
    char block[65536];
    for (ssize_t count = 0; (count = ::recv(client.get(), block, sizeof block, 0)) > 0;)
        text.append(block, static_cast<std::size_t>(count));
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(metrics_are_at_one_path) {
    const std::string found = reply_to("GET /metrics HTTP/1.1\r\nHost: x");
    BOOST_TEST(begins(found, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"));
    BOOST_TEST(found.find("Content-Length: 14\r\n") != std::string::npos);
    BOOST_TEST(found.ends_with("\r\n\r\nspillway_up 1\n"));
    BOOST_TEST(begins(reply_to("GET /metrics?x=1 HTTP/1.0"), "HTTP/1.1 200 "));
    BOOST_TEST(begins(reply_to("GET / HTTP/1.1"), "HTTP/1.1 404 "));
    BOOST_TEST(begins(reply_to("GET /metricsx HTTP/1.1"), "HTTP/1.1 404 "));
}

BOOST_AUTO_TEST_CASE(a_head_request_gets_the_length_without_the_text) {
    const std::string found = reply_to("HEAD /metrics HTTP/1.1");
    BOOST_TEST(found.find("Content-Length: 14\r\n") != std::string::npos);
    BOOST_TEST(found.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(other_methods_and_nonsense_are_refused) {
    BOOST_TEST(begins(reply_to("POST /metrics HTTP/1.1"), "HTTP/1.1 405 "));
    BOOST_TEST(reply_to("DELETE /metrics HTTP/1.1").find("Allow: GET, HEAD\r\n") !=
               std::string::npos);
    for (const char* nonsense :
         {"", " ", "GET", "GET /metrics", "GET /metrics SMTP", "\x16\x03\x01"})
        BOOST_TEST(begins(reply_to(nonsense), "HTTP/1.1 400 "), nonsense);
}

BOOST_FIXTURE_TEST_CASE(a_request_in_pieces_is_answered_when_it_is_whole, Served) {
    const auto prometheus = client();
    serve();
    say(prometheus, "GET /metrics HT");
    serve();
    say(prometheus, "TP/1.1\r\nHost: here\r\n\r\n");
    serve();
    BOOST_TEST(heard(prometheus).ends_with("\r\n\r\nspillway_up 1\n"));
}

BOOST_FIXTURE_TEST_CASE(who_dawdles_is_dropped_and_holds_up_nobody, Served) {
    const auto slow = client();
    say(slow, "GET /metrics");
    serve();
    serve();
    const auto quick = client();
    say(quick, "GET /metrics HTTP/1.1\n\n");
    serve(start + 1s);
    serve(start + 1s);
    BOOST_TEST(heard(quick).ends_with("spillway_up 1\n"));
    say(slow, "x");
    serve(start + 5s);
    BOOST_TEST(heard(slow) == "");
}

BOOST_FIXTURE_TEST_CASE(a_head_without_end_is_cut_off, Served) {
    const auto endless = client();
    say(endless, "GET /metrics HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
    serve();
    serve();
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(endless.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    BOOST_TEST(heard(endless) == "");
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_an_error_at_start) {
    const daemon::MetricsEndpoint first({"127.0.0.1", 0});
    BOOST_CHECK_THROW(daemon::MetricsEndpoint({"127.0.0.1", first.port()}), std::system_error);
    BOOST_CHECK_THROW(daemon::MetricsEndpoint({std::string(300, 'x'), 1}), std::runtime_error);
}
