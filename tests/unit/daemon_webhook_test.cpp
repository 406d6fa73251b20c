#include "daemon/webhook.h"

#include <cstdio>
#include <cstdlib>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "unit/a_notice.h"
#include "unit/daemon_folder.h"
#include "unit/http_server.h"

using namespace spillway;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

daemon::Attempt post(const std::string& url, std::chrono::milliseconds most = 30s) {
    ::setenv("no_proxy", "*", 1);
    daemon::prepare_webhooks();
    const auto end = steady_clock::now() + most;
    return daemon::post(url, R"({"a":1})", [end] {
        return std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    });
}

daemon::Undelivered failure(const HttpServer& server) { return post(server.url()).error(); }

// openssl s_server with a certificate it signed itself; ends after one client.
struct TlsServer {
    Folder folder;
    FILE* output = nullptr;
    std::string port;

    TlsServer() {
        const std::string command =
            "cd " + folder.path +
            " && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2"
            " -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2> /dev/null"
            " && exec openssl s_server -accept 127.0.0.1:0 -naccept 1 -www -key key -cert cert "
            "2>&1";
        output = ::popen(command.c_str(), "r");
        char line[256];
        while (port.empty() && ::fgets(line, sizeof line, output) != nullptr) {
            const std::string text = line;
            const std::size_t colon = text.rfind(':');
            if (text.starts_with("ACCEPT ")) port = text.substr(colon + 1, text.size() - colon - 2);
        }
        BOOST_REQUIRE(!port.empty());
    }
    ~TlsServer() { ::pclose(output); }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
};

}  // namespace

BOOST_AUTO_TEST_CASE(json_is_posted) {
    const HttpServer server;
    BOOST_TEST(post(server.url("/hook?x=1")).has_value());
    const std::string request = server.requests().at(0);
    BOOST_TEST(request.starts_with("POST /hook?x=1 HTTP/1.1\r\n"));
    BOOST_TEST(request.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
    BOOST_TEST(request.ends_with("\r\n\r\n{\"a\":1}"));
}

BOOST_AUTO_TEST_CASE(failures_that_may_pass_are_not_for_good) {
    for (const int status : {500, 503, 408, 429}) {
        const auto undelivered = failure(HttpServer({status}));
        BOOST_TEST(undelivered.why == "answered " + std::to_string(status));
        BOOST_TEST(!undelivered.for_good);
    }
    for (const int status : {400, 401, 404, 410})
        BOOST_TEST(failure(HttpServer({status})).for_good);
}

BOOST_AUTO_TEST_CASE(redirects_are_not_followed) {
    const HttpServer elsewhere;
    const HttpServer server({307}, "Location: " + elsewhere.url() + "\r\n");
    const auto undelivered = failure(server);
    BOOST_TEST(undelivered.why == "answered 307");
    BOOST_TEST(undelivered.for_good);
    BOOST_TEST(elsewhere.requests().empty());
}

BOOST_AUTO_TEST_CASE(a_refused_connection_may_pass) {
    std::string url;
    {
        const HttpServer gone;
        url = gone.url();
    }
    const auto attempt = post(url);
    BOOST_TEST(!attempt.has_value());
    BOOST_TEST(!attempt.error().for_good);
}

BOOST_AUTO_TEST_CASE(a_hanging_server_is_left_in_time) {
    const HttpServer server({HttpServer::hang});
    const auto begun = steady_clock::now();
    const auto attempt = post(server.url(), 300ms);
    BOOST_TEST(attempt.error().why == "no answer in time");
    BOOST_TEST((steady_clock::now() - begun < 10s));
}

BOOST_AUTO_TEST_CASE(only_http_is_spoken) {
    for (const char* url :
         {"file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", ""}) {
        const auto attempt = post(url);
        BOOST_TEST(!attempt.has_value(), url);
        BOOST_TEST(attempt.error().for_good, url);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_nobody_vouches_for_is_refused) {
    const TlsServer server;
    const auto attempt = post("https://127.0.0.1:" + server.port);
    BOOST_TEST(!attempt.has_value());
    BOOST_TEST(attempt.error().why.find("certificate") != std::string::npos, attempt.error().why);
    BOOST_TEST(!attempt.error().for_good);  // until it is renewed
}

BOOST_AUTO_TEST_CASE(logs_see_where_a_url_points_and_no_secret_in_it) {
    BOOST_TEST(daemon::place_of("https://user:secret@hooks.example:8443/services/T0/key?k=v") ==
               "https://hooks.example:8443");
    BOOST_TEST(daemon::place_of("https://hooks.example/x") == "https://hooks.example");
    BOOST_TEST(daemon::place_of("no url") == "a URL");
}

BOOST_AUTO_TEST_CASE(the_json_has_every_field_of_a_notice) {
    auto notice = a_notice();
    notice.next_free = notice.at + 1h;
    notice.user = "\xff\"\n";
    const auto json = nlohmann::json::parse(daemon::webhook_json(notice, "0123"));
    BOOST_TEST(json.at("id") == "0123");
    BOOST_TEST(json.at("percent") == 80);
    BOOST_TEST(json.at("used") == 400);
    BOOST_TEST(json.at("max") == 500);
    BOOST_TEST(json.at("limit") == "domain-hour");
    BOOST_TEST(json.at("scope") == "domain");
    BOOST_TEST(json.at("who") == "customer.example");
    BOOST_TEST(json.at("unit") == "recipients");
    BOOST_TEST(json.at("window") == "1h");
    BOOST_TEST(json.at("at") == "2026-11-23T00:00:00Z");
    BOOST_TEST(json.at("next_free") == "2026-11-23T01:00:00Z");
    BOOST_TEST(json.at("user") == "\uFFFD\"\n");
    BOOST_TEST(json.at("queue_id") == "4XYZ");
    BOOST_TEST(json.size() == 16U);
    notice.next_free.reset();
    BOOST_TEST(nlohmann::json::parse(daemon::webhook_json(notice, ""))["next_free"].is_null());
}
