#include "mta/callbacks.h"

#include <netinet/in.h>

#include <thread>

#include <boost/test/unit_test.hpp>

#include "mta/agreement.h"
#include "unit/fake_libmilter.h"
#include "unit/workbench.h"

namespace spillway {
namespace {

using namespace std::chrono_literals;

const std::string limit_of_three =
    "limit hourly { scope domain; count recipients; rate 3 / 1h; over reject 552 5.7.1 \"full\" "
    "}\n";
const std::string no_viagra = "rule word { when text has \"viagra\"; reject 550 5.7.1 \"no\" }\n";

constexpr mta::Terms everything{.actions = 0x1ff, .steps = 0x1fffff};

// An MTA with one connection to the filter. Returns what the filter answered.
class Mta {
  public:
    Mta() = default;  // behind a filter that is prepared already
    explicit Mta(Workbench& bench) { mta::prepare(bench.around, false); }
    ~Mta() { call_.xxfi_close(&context); }
    Mta(const Mta&) = delete;
    Mta& operator=(const Mta&) = delete;

    sfsistat negotiate(mta::Terms offered = everything) {
        unsigned long reserved2 = 1, reserved3 = 1;
        return call_.xxfi_negotiate(&context, offered.actions, offered.steps, 0, 0, &agreed.actions,
                                    &agreed.steps, &reserved2, &reserved3);
    }
    sfsistat connect(sockaddr* address = nullptr) {
        char host[] = "unknown";
        return call_.xxfi_connect(&context, host, address);
    }
    void begin(mta::Terms offered = everything) {
        negotiate(offered);
        connect();
    }
    sfsistat mail(std::string sender = "<ann@customer.example>") {
        char* arguments[] = {sender.data(), nullptr};
        return call_.xxfi_envfrom(&context, arguments);
    }
    sfsistat rcpt(std::string recipient = "<bob@partner.example>") {
        char* arguments[] = {recipient.data(), nullptr};
        return call_.xxfi_envrcpt(&context, arguments);
    }
    sfsistat data() { return call_.xxfi_data(&context); }
    sfsistat header(std::string name, std::string value) {
        return call_.xxfi_header(&context, name.data(), value.data());
    }
    sfsistat end_of_headers() { return call_.xxfi_eoh(&context); }
    sfsistat body(std::string text) {
        return call_.xxfi_body(&context, reinterpret_cast<unsigned char*>(text.data()),
                               text.size());
    }
    sfsistat end() { return call_.xxfi_eom(&context); }
    void abort() { call_.xxfi_abort(&context); }

    sfsistat content(const std::string& text = "Hello\r\n") {
        header("From", " Ann <ann@customer.example>");
        end_of_headers();
        body(text);
        return end();
    }
    sfsistat send(const std::string& text = "Hello\r\n") {
        const sfsistat begun = mail();
        if (begun != SMFIS_CONTINUE) return begun;
        rcpt();
        return content(text);
    }
    std::string last() const { return context.done.empty() ? "" : context.done.back(); }

    smfi_str context;
    mta::Terms agreed;

  private:
    smfiDesc call_ = mta::description();
};

const std::string trouble = "reply 451 4.3.0 Mail policy service is in trouble, try again later";

BOOST_AUTO_TEST_SUITE(callbacks)

BOOST_AUTO_TEST_CASE(an_ordinary_message_goes_through) {
    Workbench bench("");
    Mta mta(bench);
    mta.begin();
    BOOST_TEST(mta.send() == SMFIS_CONTINUE);
    BOOST_TEST(mta.context.done.empty());
}

BOOST_AUTO_TEST_CASE(one_recipient_is_refused_alone) {
    Workbench bench("rule no { when rcpt.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n");
    Mta mta(bench);
    mta.begin();
    mta.mail();
    BOOST_TEST(mta.rcpt("<a@bad.example>") == SMFIS_REJECT);
    BOOST_TEST(mta.last().starts_with("reply 550 5.7.1 no"));
    BOOST_TEST(mta.rcpt() == SMFIS_CONTINUE);
    BOOST_TEST(mta.content() == SMFIS_CONTINUE);
}

BOOST_AUTO_TEST_CASE(macros_outrank_what_the_client_wrote) {
    Workbench bench(
        "rule no { when rcpt.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n"
        "rule spoof { when mail-from.domain in [evil.example]; reject 550 5.7.1 \"no\" }\n");
    Mta mta(bench);
    mta.begin();
    mta.context.macros = {{"{mail_addr}", "x@evil.example"}};
    BOOST_TEST(mta.mail("<x%evil.example@customer.example>") == SMFIS_REJECT);
    mta.context.macros = {{"{mail_addr}", ""}, {"{rcpt_addr}", "a@bad.example"}};
    BOOST_TEST(mta.mail() == SMFIS_CONTINUE);
    BOOST_TEST(mta.rcpt("<@relay.example:a@bad.example>") == SMFIS_REJECT);
    BOOST_TEST(bench.logged("recipient=a@bad.example"));
}

// The macro is there for as long as the connection is encrypted, and only then.
BOOST_AUTO_TEST_CASE(a_rule_knows_whether_the_connection_is_encrypted) {
    Workbench bench("rule plain { when not tls; reject 530 5.7.0 \"STARTTLS first\" }\n");
    Mta mta(bench);
    mta.begin();
    BOOST_TEST(mta.mail() == SMFIS_REJECT);
    mta.context.macros = {{"{tls_version}", "TLSv1.3"}};
    BOOST_TEST(mta.mail() == SMFIS_CONTINUE);
    mta.context.macros = {{"{tls_version}", ""}};
    BOOST_TEST(mta.mail() == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(login_and_queue_id_come_from_macros) {
    Workbench bench("");
    Mta mta(bench);
    mta.begin();
    mta.context.macros = {{"{auth_authen}", "ann@login.example"}};
    mta.mail();
    mta.rcpt();
    mta.context.macros["i"] = "4XYZ";
    mta.content();
    BOOST_TEST(bench.logged("queue-id=4XYZ verdict=accept user=ann@login.example"));
}

BOOST_AUTO_TEST_CASE(silent_events_stay_silent) {
    Workbench bench(no_viagra);
    Mta mta(bench);
    mta.negotiate();
    BOOST_TEST(mta.connect() == SMFIS_NOREPLY);
    mta.mail();
    mta.rcpt();
    BOOST_TEST(mta.header("From", " a@b.example") == SMFIS_NOREPLY);
    BOOST_TEST(mta.end_of_headers() == SMFIS_NOREPLY);
    BOOST_TEST(mta.body("viagra\r\n") == SMFIS_NOREPLY);
    BOOST_TEST(mta.end() == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(an_mta_that_offers_nothing_is_answered_each_time) {
    Workbench bench(no_viagra);
    Mta mta(bench);
    mta.negotiate({.actions = 0, .steps = 0});
    BOOST_TEST(mta.connect() == SMFIS_CONTINUE);
    mta.mail();
    mta.rcpt();
    BOOST_TEST(mta.header("From", "a@b.example") == SMFIS_CONTINUE);
    BOOST_TEST(mta.end_of_headers() == SMFIS_CONTINUE);
    BOOST_TEST(mta.body("viagra\r\n") == SMFIS_CONTINUE);
    BOOST_TEST(mta.end() == SMFIS_REJECT);
    BOOST_TEST(bench.count_logged("warning: the MTA offers actions") <= 1);
}

BOOST_AUTO_TEST_CASE(an_mta_too_old_to_negotiate_is_served) {
    Workbench bench(no_viagra);
    Mta mta(bench);
    BOOST_TEST(mta.connect() == SMFIS_CONTINUE);
    BOOST_TEST(mta.send("viagra\r\n") == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(an_unneeded_body_is_skipped) {
    Workbench bench("");
    Mta mta(bench);
    mta.begin();
    mta.mail();
    BOOST_TEST(mta.body("piece") == SMFIS_SKIP);
}

BOOST_AUTO_TEST_CASE(a_policy_loaded_during_a_connection_holds_for_its_next_message) {
    Workbench bench("");
    Mta mta(bench);
    mta.begin();
    BOOST_TEST(mta.send("viagra\r\n") == SMFIS_CONTINUE);
    bench.load(no_viagra);
    BOOST_TEST(mta.send("viagra\r\n") == SMFIS_REJECT);
    // Agreed without an answer at the end of headers, so the refusal comes at the end.
    bench.load("rule bulk { when header \"From\" =~ /ann/i; reject 550 5.7.1 \"ann\" }\n");
    mta.mail();
    mta.rcpt();
    mta.header("From", " Ann <ann@customer.example>");
    BOOST_TEST(mta.end_of_headers() == SMFIS_NOREPLY);
    mta.body("Hello\r\n");
    BOOST_TEST(mta.end() == SMFIS_REJECT);
    bench.load("");
    BOOST_TEST(mta.send("viagra\r\n") == SMFIS_CONTINUE);
}

BOOST_AUTO_TEST_CASE(headers_are_refused_at_their_end_when_that_was_agreed) {
    Workbench bench("rule bulk { when header \"From\" =~ /ann/i; reject 550 5.7.1 \"ann\" }\n");
    Mta mta(bench);
    mta.begin();
    mta.mail();
    mta.rcpt();
    mta.header("From", " Ann <ann@customer.example>");
    BOOST_TEST(mta.end_of_headers() == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(a_failure_where_no_answer_is_allowed_defers_at_the_end) {
    Workbench bench(no_viagra);
    bench.around.spool_dir = "/nonexistent";
    Mta mta(bench);
    mta.begin();
    mta.context.macros["i"] = "4XYZ";
    mta.mail();
    mta.rcpt();
    mta.end_of_headers();
    BOOST_TEST(mta.body(std::string(5000, 'x')) == SMFIS_NOREPLY);
    BOOST_TEST(mta.context.done.empty());  // a reply set now would be used by a later refusal
    BOOST_TEST(mta.body("more") == SMFIS_NOREPLY);
    BOOST_TEST(mta.end() == SMFIS_TEMPFAIL);
    BOOST_TEST(mta.last() == trouble);
    BOOST_TEST(bench.count_logged("queue-id=4XYZ error=\"at body:") == 1);
    BOOST_TEST(mta.send() == SMFIS_CONTINUE);
}

BOOST_AUTO_TEST_CASE(nothing_thrown_leaves_a_callback) {
    Workbench bench("");
    Mta mta(bench);
    mta.begin();
    bench.around.current_policy = []() -> std::shared_ptr<const policy::Policy> { throw 42; };
    BOOST_TEST(mta.mail() == SMFIS_TEMPFAIL);
    BOOST_TEST(mta.last() == trouble);
    BOOST_TEST(bench.logged("queue-id=NOQUEUE error=\"at MAIL: an unknown exception"));
    Mta second(bench);
    BOOST_TEST(second.negotiate() == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(a_refused_edit_defers_the_message) {
    Workbench bench("rule mark { add-header \"X-Mark\" \"ours\" }\n");
    Mta mta(bench);
    mta.begin();
    mta.context.fails = {"addheader"};
    BOOST_TEST(mta.send() == SMFIS_TEMPFAIL);
    BOOST_TEST(mta.last() == trouble);
    mta.context.fails.clear();
    BOOST_TEST(mta.send() == SMFIS_CONTINUE);
    BOOST_TEST(mta.last() == "add X-Mark: ours");
}

BOOST_AUTO_TEST_CASE(a_dead_mta_is_not_charged) {
    Workbench bench(limit_of_three);
    Mta mta(bench);
    mta.begin();
    mta.context.fails = {"progress"};
    BOOST_TEST(mta.send() == SMFIS_TEMPFAIL);
    BOOST_TEST(bench.used() == 0);
}

BOOST_AUTO_TEST_CASE(health_checks_may_come_and_go) {
    Workbench bench("");
    { Mta closed_at_once(bench); }
    {
        Mta negotiated(bench);
        negotiated.negotiate();
    }
    Mta connected(bench);
    connected.begin();
    BOOST_TEST(bench.log_lines().empty());
}

BOOST_AUTO_TEST_CASE(a_connection_that_cannot_be_kept_is_deferred_not_crashed) {
    Workbench bench("");
    Mta mta(bench);
    mta.context.fails = {"setpriv"};
    BOOST_TEST(mta.negotiate() == SMFIS_REJECT);
    BOOST_TEST(mta.connect() == SMFIS_TEMPFAIL);
    BOOST_TEST(mta.mail() == SMFIS_TEMPFAIL);
    BOOST_TEST(mta.end() == SMFIS_TEMPFAIL);
}

BOOST_AUTO_TEST_CASE(sendmail_1_is_refused_as_a_whole_never_one_recipient) {
    Workbench bench("rule no { when rcpt.domain in [bad.example]; reject 550 5.7.1 \"no\" }\n");
    Mta mta(bench);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    mta.negotiate();
    mta.connect(reinterpret_cast<sockaddr*>(&local));
    mta.mail("ann@customer.example");
    BOOST_TEST(mta.rcpt("a@bad.example") == SMFIS_CONTINUE);
    BOOST_TEST(mta.content() == SMFIS_REJECT);
}

BOOST_AUTO_TEST_CASE(an_ending_filter_defers_uncounted) {
    Workbench bench(limit_of_three);
    Mta mta(bench);
    mta.begin();
    BOOST_TEST(mta::finish(0ms));
    BOOST_TEST(mta.send() == SMFIS_TEMPFAIL);
    BOOST_TEST(bench.used() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_message_being_decided) {
    Workbench bench(limit_of_three);
    std::atomic<bool> deciding = false, go_on = false;
    bench.around.now = [&] {
        deciding = true;
        deciding.notify_all();
        go_on.wait(false);
        return bench.now;
    };
    Mta mta(bench);
    mta.begin();
    std::thread worker([&] { mta.mail(); });
    deciding.wait(false);
    BOOST_TEST(!mta::finish(0ms));
    go_on = true;
    go_on.notify_all();
    BOOST_TEST(mta::finish(10s));
    worker.join();
}

// One connection's callbacks come from different threads, many connections at once.
BOOST_AUTO_TEST_CASE(connections_share_nothing_but_counters_and_log) {
    Workbench bench(
        "limit hourly { scope domain; count recipients; rate 100 / 1h; "
        "over reject 552 5.7.1 \"full\" }\n" +
        no_viagra);
    std::atomic<int> accepted = 0;
    {
        mta::prepare(bench.around, false);
        std::vector<std::jthread> clients;
        for (int i = 0; i < 8; ++i)
            clients.emplace_back([&] {
                Mta mta;
                mta.begin();
                for (int k = 0; k < 20; ++k) accepted += mta.send() == SMFIS_CONTINUE;
            });
    }
    BOOST_TEST(accepted == 100);
    BOOST_TEST(bench.used() == 100);
    BOOST_TEST(bench.log_lines().size() == 160);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
