#include "session/abuse_id.h"

#include <boost/test/unit_test.hpp>

#include "crypto/abuse_token.h"
#include "crypto/digest.h"
#include "mail/token_text.h"
#include "unit/workbench.h"

namespace spillway {
namespace {

const std::string sealing = "abuse-keys /keys\nrule seal { abuse-id }\n";

std::shared_ptr<const crypto::KeyRing> some_keys() {
    return std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::parse(crypto::new_key_line(nullptr, "2026-11-23")).value());
}

// The decision on one message of Ann's.
policy::Decision decision_on(Workbench& bench, const std::string& user = "ann@customer.example") {
    session::Session session(bench.around);
    session.connected({.ip = match::parse_ip("192.0.2.7").value()});
    session.mail({.user = user, .argument = "<ann@customer.example>", .queue_id = ""});
    session.recipient("bob@else.example", "<bob@else.example>");
    session.data();
    session.header("From", " ann@customer.example");
    session.header("Message-ID", "\n <1@customer.example>");
    session.header("X-Spillway-Abuse-ID", " SPW1:forged");
    session.end_of_headers(false);
    session.body("Hello\r\n");
    session.named("4XYZ");
    auto decision = session.end_of_message([] { return true; });
    session.settle(true);
    return std::move(decision).value();
}

crypto::Origin origin_in(const policy::Decision& decision, const crypto::KeyRing& keys) {
    const auto& added = std::get<policy::AddHeader>(decision.edits.back());
    BOOST_TEST(added.name == "X-Spillway-Abuse-ID");
    const auto tokens = mail::tokens_in(added.value);
    return std::get<crypto::Origin>(crypto::opened(tokens.at(0).bytes, keys));
}

BOOST_AUTO_TEST_SUITE(session_abuse_id)

BOOST_AUTO_TEST_CASE(a_message_carries_who_sent_it_and_not_what_the_client_wrote) {
    Workbench bench(sealing);
    bench.keys = some_keys();
    const auto decision = decision_on(bench);
    BOOST_REQUIRE(decision.edits.size() == 2U);
    BOOST_TEST(std::get<policy::RemoveHeader>(decision.edits[0]).name == "X-Spillway-Abuse-ID");
    const crypto::Origin origin = origin_in(decision, *bench.keys);
    BOOST_TEST(origin.user == "ann@customer.example");
    BOOST_TEST(origin.account == "customer.example");
    BOOST_TEST(origin.client == "192.0.2.7");
    BOOST_TEST(origin.queue_id == "4XYZ");
    BOOST_TEST((origin.time == bench.now));
    BOOST_TEST(origin.message == crypto::short_digest("1@customer.example"));
}

BOOST_AUTO_TEST_CASE(mail_without_a_login_is_traced_to_whom_it_is_counted_under) {
    Workbench bench(sealing);
    bench.keys = some_keys();
    const crypto::Origin origin = origin_in(decision_on(bench, ""), *bench.keys);
    BOOST_TEST(origin.user == "ann@customer.example");
    BOOST_TEST(origin.account == "customer.example");
}

BOOST_AUTO_TEST_CASE(without_keys_nothing_leaves_that_should_be_sealed) {
    Workbench bench(sealing);
    BOOST_CHECK_THROW(decision_on(bench), std::runtime_error);
    bench.load("rule r { tag seen }\n");
    BOOST_TEST(std::holds_alternative<policy::Accept>(decision_on(bench).verdict));
}

BOOST_AUTO_TEST_CASE(neither_a_token_nor_a_key_is_in_the_log) {
    Workbench bench(sealing);
    bench.keys = some_keys();
    decision_on(bench);
    BOOST_TEST(bench.logged("verdict=accept"));
    BOOST_TEST(!bench.logged("SPW1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
