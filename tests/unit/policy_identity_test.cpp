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

// What a message says where the policy has an order for local mail.
std::string local_owner(std::vector<Fallback> order, const Message& message) {
    Policy policy = policy_of();
    policy.local_identity = std::move(order);
    return identify(policy, message).domain;
}

Message with_fields(Message message, std::vector<mail::Header> fields) {
    message.headers = std::move(fields);
    return message;
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

BOOST_AUTO_TEST_CASE(local_mail_goes_by_an_order_of_its_own) {
    BOOST_TEST(local_owner({uid, sender_domain}, local_mail()) == "uid 33");
    BOOST_TEST(local_owner({script, uid}, local_mail()) == "script 33:mailer.php");
    BOOST_TEST(local_owner({client_ip}, local_mail()) == "[unknown]");
    Message remote = local_mail();
    remote.client = {.ip = *match::parse_ip("192.0.2.7"), .local_submission = false};
    BOOST_TEST(local_owner({uid, script, received}, remote) == "a.example");  // by without-login
    Message known = remote;
    known.user = "eve@b.example";
    BOOST_TEST(local_owner({uid}, known) == "b.example");
}

BOOST_AUTO_TEST_CASE(smtp_from_this_machine_is_local_mail_but_names_no_uid) {
    for (const char* ip : {"127.0.0.1", "127.9.9.9", "::1"}) {
        Message message = local_mail();
        message.client = {.ip = *match::parse_ip(ip), .local_submission = false};
        BOOST_TEST(local_owner({uid, script}, message) == "script 33:mailer.php");
        BOOST_TEST(local_owner({uid, sender_domain}, message) == "a.example");
        BOOST_TEST(local_owner({uid, client_ip}, message) == std::string("[") + ip + "]");
        BOOST_TEST(owner({script, sender_domain}, message) == "a.example");  // none declared
    }
    Message other = local_mail();
    other.client = {.ip = *match::parse_ip("126.0.0.1"), .local_submission = false};
    BOOST_TEST(local_owner({script, client_ip}, other) == "a.example");
}

BOOST_AUTO_TEST_CASE(received_on_top_names_the_caller_and_only_there) {
    const auto by_received = [](std::vector<mail::Header> fields) {
        return local_owner({received, client_ip}, with_fields(local_mail(), std::move(fields)));
    };
    BOOST_TEST(by_received({{"Received", "by mx.example (Postfix, from userid 33)\n\tid 4F2;"}}) ==
               "received uid 33");
    BOOST_TEST(by_received({{"received", "(from www-data@localhost)\n\tby mx (8.17.1) id x;"}}) ==
               "received user www-data");
    BOOST_TEST(by_received({{"Received", "from [192.0.2.1] by mx;"},
                            {"Received", "by mx (Postfix, from userid 33)"}}) == "[unknown]");
    for (const char* forged : {"by mx (Postfix, from userid )", "by mx (Postfix, from userid 3x)",
                               "by mx (Postfix, from userid 33", "x (from www-data@localhost)",
                               "(from @localhost)", "(from a b@localhost)", "(from nobody)",
                               "(from aaaaaaaaaabbbbbbbbbbccccccccccddd@localhost)"})
        BOOST_TEST(by_received({{"Received", forged}}) == "[unknown]", forged);
}

BOOST_AUTO_TEST_CASE(a_script_is_named_without_who_called_it) {
    const auto by_script = [](std::vector<mail::Header> fields) {
        return local_owner({script, client_ip}, with_fields(local_mail(), std::move(fields)));
    };
    BOOST_TEST(by_script({{"X-PHP-Script", "www.a.example/form.php for 192.0.2.7, 192.0.2.8"}}) ==
               "script www.a.example/form.php");
    BOOST_TEST(by_script({{"X-PHP-Script", "www.a.example/form.php"}}) ==
               "script www.a.example/form.php");
    BOOST_TEST(by_script({{"X-PHP-Script", "old"}, {"X-PHP-Originating-Script", "33:new"}}) ==
               "script 33:new");
    BOOST_TEST(by_script({{"X-PHP-Originating-Script", std::string(9000, 'x')}}).size() ==
               std::string("script ").size() + 255);
}

// What the order leaves out is better than one name for all local programs.
BOOST_AUTO_TEST_CASE(local_mail_never_shares_a_name_while_anything_tells_it_apart) {
    Message message = local_mail();
    BOOST_TEST(owner({script}, with_fields(message, {{"X-Spillway-Uid", "33"}})) == "uid 33");
    BOOST_TEST(owner({uid}, with_fields(message, {{"X-PHP-Originating-Script", "1:a"}})) ==
               "script 1:a");
    BOOST_TEST(owner({uid, script}, with_fields(message, {})) == "local a.example");
    Policy policy = policy_of();
    policy.without_login = {uid};
    BOOST_TEST(identify(policy, with_fields(message, {})).counted_user == "local ann@a.example");
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
    policy.local_identity = {received};
    BOOST_TEST(!identity_needs_headers(policy, message));
    message.client.ip = *match::parse_ip("127.0.0.1");
    BOOST_TEST(identity_needs_headers(policy, message));
    message.user = "ann@a.example";
    BOOST_TEST(!identity_needs_headers(policy, message));
}

BOOST_AUTO_TEST_SUITE_END()
