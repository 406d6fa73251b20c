// Who is charged, above all where nobody has logged in.
#include "policy/identity.h"

#include <boost/test/unit_test.hpp>

#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

// Mail given to sendmail(1) by uid 33, by a script, with an envelope sender.
Message local_mail() {
    Message message = mail_to({"bob@r.example"});
    message.user.clear();
    message.client = {.ip = {}, .local_submission = true};
    message.headers = {{"X-Spillway-Uid", "33"},
                       {"X-PHP-Originating-Script", "33:mailer.php"},
                       {"From", "ann@a.example"}};
    return message;
}

std::string owner(std::vector<Fallback> order, const Message& message) {
    Policy policy = policy_of();
    policy.without_login = std::move(order);
    const Identity identity = identify(policy, message);
    BOOST_TEST(identity.user.empty());
    BOOST_TEST(!identity.counted_user.empty());
    BOOST_TEST(identity.account == identity.domain);
    return identity.domain;
}

using enum Fallback;

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_identity)

BOOST_AUTO_TEST_CASE(mail_without_a_login_is_its_senders_in_the_declared_order) {
    BOOST_TEST(owner({sender_domain, script, uid, client_ip}, local_mail()) == "a.example");
    BOOST_TEST(owner({script, uid, sender_domain}, local_mail()) == "script 33:mailer.php");
    BOOST_TEST(owner({uid, script}, local_mail()) == "uid 33");
    BOOST_TEST(owner({client_ip, uid}, local_mail()) == "[unknown]");
    Message bounce = local_mail();
    bounce.sender = {};
    BOOST_TEST(owner({sender_domain, uid}, bounce) == "uid 33");
    bounce.headers.clear();
    BOOST_TEST(owner({sender_domain, script, uid}, bounce) == "[unknown]");
}

BOOST_AUTO_TEST_CASE(over_smtp_nobody_says_of_himself_which_uid_he_is) {
    Message message = local_mail();
    message.client = {.ip = *match::parse_ip("192.0.2.7"), .local_submission = false};
    BOOST_TEST(owner({script, uid, client_ip}, message) == "[192.0.2.7]");
    BOOST_TEST(owner({script, uid, sender_domain}, message) == "a.example");
}

BOOST_AUTO_TEST_CASE(only_the_topmost_uid_is_believed_and_only_a_number) {
    Message message = local_mail();
    message.headers.push_back({"X-Spillway-Uid", "0"});
    BOOST_TEST(owner({uid}, message) == "uid 33");
    for (const char* forged : {"-1", "0x21", "", "12345678901", "33\n44", "root"}) {
        message.headers[0].value = forged;
        BOOST_TEST(owner({uid, sender_domain}, message) == "a.example");
    }
}

BOOST_AUTO_TEST_CASE(a_login_outranks_everything_and_its_domain_is_its_own) {
    Message message = local_mail();
    message.user = "eve@B.example";
    Policy policy = policy_of();
    policy.without_login = {uid};
    BOOST_TEST(identify(policy, message).domain == "b.example");
    BOOST_TEST(identify(policy, message).counted_user == "eve@B.example");
}

// What limits count under may not be empty, whatever a message lacks.
BOOST_AUTO_TEST_CASE(no_message_makes_an_empty_key) {
    for (const Scope scope : {Scope::account, Scope::domain, Scope::user, Scope::client_ip,
                              Scope::user_ip, Scope::rcpt_domain, Scope::everything}) {
        const Policy policy = policy_of(limit_on(Unit::messages, scope));
        for (const bool local : {false, true}) {
            for (const char* user : {"", "@", "bob", "bob@", "@a.example"}) {
                Message message = mail_to({"postmaster"});  // an address without a domain
                message.user = user;
                message.sender = {};
                message.client = {.ip = {}, .local_submission = local};
                const auto all = charges(policy, message);
                BOOST_TEST_REQUIRE(all.size() == 1U);
                const std::string begin = std::string("l:") + name_of(scope) + ":";
                BOOST_TEST(all[0].key.starts_with(begin));
                BOOST_TEST(all[0].key.size() > begin.size());
                BOOST_TEST(!all[0].account.empty());
                for (const std::string& plan : all[0].plans) BOOST_TEST(!plan.ends_with(":"));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_decided_before_the_sender_can_be_known) {
    Policy policy = policy_of();
    Message message = local_mail();
    BOOST_TEST(!identity_needs_headers(policy, message));  // the sender's domain goes first
    message.sender = {};
    BOOST_TEST(identity_needs_headers(policy, message));
    policy.without_login = {client_ip, uid};
    BOOST_TEST(!identity_needs_headers(policy, message));
    policy.without_login = {uid};
    message.client.local_submission = false;
    BOOST_TEST(!identity_needs_headers(policy, message));
}

BOOST_AUTO_TEST_SUITE_END()
