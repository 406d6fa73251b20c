// Notices on their whole way: a sendmail the test writes, a small HTTP server, and what the log
// says.
#include "daemon/notices.h"

#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "unit/a_notice.h"
#include "unit/daemon_folder.h"
#include "unit/http_server.h"

using namespace spillway;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

struct Told {
    Folder folder;
    log::Log log{{.target = language::LogTarget::file, .path = folder / "log"}};
    log::Metrics metrics{"0"};
    policy::NoticeForm form;
    daemon::Notices::Means means{.sendmail = {folder / "sendmail"},
                                 .host = "mx.example",
                                 .program_time = 30s,
                                 .webhook_time = 30s,
                                 .most_waiting = 1000,
                                 .pauses = {1ms, 2ms, 3ms}};
    std::unique_ptr<daemon::Notices> notices;

    Told() { ::setenv("no_proxy", "*", 1); }

    // Of each mail one line with its words; its text is in a file of its number.
    void sendmail(const std::string& ending = "exit 0") const {
        folder.write("sendmail", "#!/bin/sh\ncd " + folder.path +
                                     "\nn=$(($(cat tries 2> /dev/null | wc -l) + 1))\n"
                                     "cat > mail.$n; echo \"$@\" >> tries\n" +
                                     ending + "\n");
        ::chmod((folder / "sendmail").c_str(), 0755);
    }
    daemon::Notices& start() {
        notices = std::make_unique<daemon::Notices>(
            means, [this] { return form; }, log, metrics);
        return *notices;
    }
    void webhook(const std::string& url) {
        auto notice = a_notice();
        notice.to.clear();
        notice.webhooks = {url};
        notices->tell(notice);
    }
    int logged(const std::string& part) const {
        const std::string text = folder.read("log");
        int count = 0;
        for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size())
            ++count;
        return count;
    }
    // Waits for what is told to nobody but the log.
    void expect(const std::string& part, int times = 1) const {
        const auto end = steady_clock::now() + 30s;
        while (logged(part) < times && steady_clock::now() < end) std::this_thread::sleep_for(2ms);
        BOOST_TEST(logged(part) == times, part << " in\n" << folder.read("log"));
    }
    bool counted(const std::string& kind, const std::string& result, int times) const {
        const std::string series = "spillway_notices_total{kind=\"" + kind + "\",result=\"" +
                                   result + "\"} " + std::to_string(times) + "\n";
        return metrics.text().find(series) != std::string::npos;
    }
    std::string field(const std::string& mail, const std::string& name) const {
        const std::string text = folder.read(mail);
        const std::size_t at = text.find("\n" + name + ": ") + name.size() + 3;
        return text.substr(at, text.find('\n', at) - at);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_notice_is_logged_and_mailed, Told) {
    sendmail();
    auto notice = a_notice();
    notice.to = {"ann@customer.example", "postmaster"};
    start().tell(notice);
    expect(" by mail sent");
    BOOST_TEST(logged("queue-id=4XYZ notice=") == 1);
    BOOST_TEST(
        logged(" percent=80 limit=domain-hour scope=domain who=customer.example used=400 "
               "max=500 unit=recipients window=1h user=ann@customer.example account=acme ") == 1);
    BOOST_TEST(folder.read("tries") == "-i -f <> -- ann@customer.example postmaster\n");
    BOOST_TEST(field("mail.1", "From") == "postmaster@mx.example");
    BOOST_TEST(field("mail.1", "Subject") ==
               "customer.example: 80% of sending limit domain-hour is used");
    BOOST_TEST(counted("mail", "sent", 1));
}

BOOST_FIXTURE_TEST_CASE(the_form_is_the_one_in_force_now, Told) {
    sendmail();
    form.from = "limits@a.example";
    form.subject = policy::Template::parse("%{limit}!").value();
    start().tell(a_notice());
    expect(" by mail sent");
    BOOST_TEST(field("mail.1", "From") == "limits@a.example");
    BOOST_TEST(field("mail.1", "Subject") == "domain-hour!");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_is_missing_is_tried_again_until_it_is_there, Told) {
    means.pauses = daemon::Outbox::Pauses(10'000, 5ms);
    start().tell(a_notice());
    expect("No such file or directory; once more in 0s");
    sendmail();
    expect(" by mail sent");
    BOOST_TEST(folder.read("tries") == "-i -f <> -- postmaster\n");
}

BOOST_FIXTURE_TEST_CASE(a_temporary_failure_is_tried_again_and_a_success_is_not, Told) {
    sendmail("test $n -gt 1 || { echo full >&2; exit 75; }");
    start().tell(a_notice());
    expect(" by mail sent");
    notices->stop();
    BOOST_TEST(logged("sendmail ended with exit code 75: full; once more in 0s") == 1);
    BOOST_TEST(folder.read("tries") == "-i -f <> -- postmaster\n-i -f <> -- postmaster\n");
    BOOST_TEST(field("mail.1", "Message-ID") == field("mail.2", "Message-ID"));
    BOOST_TEST(field("mail.1", "X-Spillway-Notice") != field("mail.2", "X-Spillway-Notice"));
    BOOST_TEST((counted("mail", "sent", 1) && counted("mail", "retried", 1)));
}

BOOST_FIXTURE_TEST_CASE(in_the_end_a_notice_is_given_up, Told) {
    sendmail("exit 1");
    start().tell(a_notice());
    expect("; given up");
    BOOST_TEST(logged("exit code 1; once more in") == 3);
    BOOST_TEST((counted("mail", "retried", 3) && counted("mail", "failed", 1)));
}

BOOST_FIXTURE_TEST_CASE(a_hanging_program_is_ended_and_tried_again, Told) {
    sendmail("test $n -gt 1 || sleep 600");
    means.program_time = 300ms;
    start().tell(a_notice());
    expect(" by mail sent");
    BOOST_TEST(logged("took too long and was ended; once more") >= 1);
}

BOOST_FIXTURE_TEST_CASE(a_mail_of_ours_is_let_through_once, Told) {
    sendmail();
    start().tell(a_notice());
    expect(" by mail sent");
    const std::string name = field("mail.1", "X-Spillway-Notice");
    BOOST_TEST(!notices->take("0123456789abcdef0123456789abcdef"));
    BOOST_TEST(!notices->take(field("mail.1", "Message-ID").substr(1, 32)));  // which anybody sees
    BOOST_TEST(notices->take(name));
    BOOST_TEST(!notices->take(name));
}

BOOST_FIXTURE_TEST_CASE(addresses_that_are_none_are_left_out_and_told, Told) {
    sendmail();
    auto notice = a_notice();
    notice.to = {"-oQ/tmp", "postmaster", "x y@z\nBcc: v", "postmaster"};
    start().tell(notice);
    expect(" by mail sent");
    BOOST_TEST(folder.read("tries") == "-i -f <> -- postmaster\n");
    BOOST_TEST(logged("cannot be mailed to -oQ/tmp") == 1);
    BOOST_TEST(logged("cannot be mailed to \"x y@z\\nBcc: v\"") == 1);
    notice.to = {"| sh"};
    notices->tell(notice);
    expect("cannot be mailed to \"| sh\"");
    notices->stop();
    BOOST_TEST(logged(" by mail sent") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_webhook_is_tried_again_after_500, Told) {
    const HttpServer server({500, 503});
    start();
    webhook(server.url());
    expect(" sent");
    const auto requests = server.requests();
    BOOST_REQUIRE(requests.size() == 3);
    const auto body = [](const std::string& request) {
        return request.substr(request.find("\r\n\r\n"));
    };
    BOOST_TEST(body(requests[0]) == body(requests[2]));  // the id too
    BOOST_TEST(body(requests[0]).find(R"("percent":80,"limit":"domain-hour")") !=
               std::string::npos);
    BOOST_TEST((counted("webhook", "retried", 2) && counted("webhook", "sent", 1)));
}

BOOST_FIXTURE_TEST_CASE(a_webhook_that_refuses_for_good_is_told_once, Told) {
    const HttpServer server({404});
    start();
    webhook(server.url("/secret"));
    expect("answered 404; given up");
    BOOST_TEST(server.requests().size() == 1);
    BOOST_TEST(logged("secret") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_hanging_webhook_is_left_and_tried_again, Told) {
    const HttpServer server({HttpServer::hang});
    means.webhook_time = 300ms;
    start();
    webhook(server.url());
    expect(" sent");
    BOOST_TEST(logged("no answer in time; once more") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_refusing_webhook_is_given_up_in_the_end, Told) {
    std::string url;
    {
        const HttpServer gone;
        url = gone.url();
    }
    start();
    webhook(url);
    expect("; given up");
    BOOST_TEST(logged("once more") == 3);
}

BOOST_FIXTURE_TEST_CASE(one_way_that_fails_does_not_repeat_the_other, Told) {
    sendmail();
    const HttpServer server({500, 500, 500, 500});
    auto notice = a_notice();
    notice.webhooks = {server.url()};
    start().tell(notice);
    expect("; given up");
    expect(" by mail sent");
    BOOST_TEST(folder.read("tries") == "-i -f <> -- postmaster\n");
}

BOOST_FIXTURE_TEST_CASE(when_too_many_wait_the_others_are_only_logged, Told) {
    const HttpServer server({HttpServer::hang});
    means.most_waiting = 3;
    start();
    webhook(server.url());
    while (server.requests().empty()) std::this_thread::sleep_for(1ms);
    const auto begun = steady_clock::now();
    for (int i = 0; i < 10; ++i) webhook(server.url());
    BOOST_TEST((steady_clock::now() - begun < 5s));  // nobody waited for the hanging one
    BOOST_TEST(logged("queue-id=4XYZ notice=") == 11);
    BOOST_TEST(logged("3 notices wait to be sent: others are only logged") == 1);
    BOOST_TEST(counted("webhook", "dropped", 7));
}

BOOST_FIXTURE_TEST_CASE(a_stop_sends_what_is_quick_and_tells_the_rest, Told) {
    sendmail("test $n -gt 1 || sleep 600");
    means.pauses = {1h};
    start();
    auto notice = a_notice();
    for (int i = 0; i < 3; ++i) notices->tell(notice);
    while (!std::filesystem::exists(folder / "tries")) std::this_thread::sleep_for(1ms);
    const auto begun = steady_clock::now();
    notices->stop();
    const auto took = steady_clock::now() - begun;
    BOOST_TEST((took >= 1s && took < 20s));
    BOOST_TEST(logged("not sent: stopped") == 3);
    notices->tell(notice);
    BOOST_TEST(logged("queue-id=4XYZ notice=") == 4);  // only logged
}

BOOST_FIXTURE_TEST_CASE(a_stop_does_not_wait_for_a_pause, Told) {
    sendmail("test $n -gt 1 || exit 75");
    means.pauses = {1h};
    start().tell(a_notice());
    expect("once more in 3600s");
    notices->stop();
    BOOST_TEST(logged(" by mail sent") == 1);
    BOOST_TEST(logged("not sent") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_idle_stop_is_quick, Told) {
    start();
    const auto begun = steady_clock::now();
    notices->stop();
    BOOST_TEST((steady_clock::now() - begun < 1s));
}

BOOST_FIXTURE_TEST_CASE(many_may_tell_at_once, Told) {
    const HttpServer server;
    start();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 10; ++n) webhook(server.url());
            });
    }
    expect(" sent", 40);
    BOOST_TEST(server.requests().size() == 40);
}
