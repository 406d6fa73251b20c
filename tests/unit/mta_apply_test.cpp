#include "mta/apply.h"

#include <boost/test/unit_test.hpp>

#include "unit/fake_libmilter.h"

namespace spillway {
namespace {

using mta::apply;
using Done = std::vector<std::string>;

policy::Decision edited(policy::Verdict verdict) {
    policy::Decision decision;
    decision.verdict = std::move(verdict);
    decision.edits = {policy::RemoveHeader{"X-Mark", 2}, policy::RemoveHeader{"X-Mark", 1},
                      policy::AddHeader{"X-Mark", "ours"}};
    return decision;
}

BOOST_AUTO_TEST_SUITE(applying)

BOOST_AUTO_TEST_CASE(edits_come_in_order_and_the_message_goes_on) {
    smfi_str context;
    BOOST_TEST(apply(&context, edited(policy::Accept{}), "", true) == SMFIS_CONTINUE);
    const Done expected{"remove X-Mark 2", "remove X-Mark 1", "add X-Mark: ours"};
    BOOST_TEST(context.done == expected);
}

BOOST_AUTO_TEST_CASE(the_first_field_of_a_name_is_changed_where_it_stands) {
    for (const bool leading_blank : {true, false}) {
        smfi_str context;
        policy::Decision decision;
        decision.verdict = policy::Accept{};
        decision.edits = {policy::ReplaceHeader{"X-Mailer", "ours"}};
        apply(&context, decision, "", leading_blank);
        BOOST_TEST(context.done ==
                   Done{leading_blank ? "change X-Mailer 1: ours" : "change X-Mailer 1:ours"});
    }
}

BOOST_AUTO_TEST_CASE(a_copy_that_fails_is_not_told_to_the_sender_an_auditor_who_fails_is) {
    smfi_str context;
    policy::Decision decision;
    decision.edits = {policy::RemoveRecipient{"<Bob@b.example>"},
                      policy::AddRecipient{"auditor@b.example", false},
                      policy::AddRecipient{"capture@b.example", true}};
    BOOST_TEST(apply(&context, decision, "", true) == SMFIS_CONTINUE);
    const Done expected{"not to <Bob@b.example>", "to <auditor@b.example>",
                        "to <capture@b.example> NOTIFY=NEVER"};
    BOOST_TEST(context.done == expected);
}

BOOST_AUTO_TEST_CASE(a_copy_that_the_mta_does_not_take_defers_the_message) {
    smfi_str context;
    context.fails = {"addrcpt"};
    policy::Decision decision;
    decision.edits = {policy::AddRecipient{"capture@b.example", true}};
    BOOST_CHECK_THROW(apply(&context, decision, "", true), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_mta_that_adds_the_blank_is_given_none) {
    smfi_str context;
    apply(&context, edited(policy::Accept{}), "", false);
    BOOST_TEST(context.done.back() == "add X-Mark:ours");
}

BOOST_AUTO_TEST_CASE(a_quarantined_message_is_edited_and_held_without_a_reply) {
    smfi_str context;
    BOOST_TEST(apply(&context, edited(policy::Quarantine{"cards"}), "", true) == SMFIS_CONTINUE);
    BOOST_TEST(context.done.size() == 4);
    BOOST_TEST(context.done.back() == "hold cards");
}

BOOST_AUTO_TEST_CASE(a_quarantine_always_has_a_reason) {
    smfi_str context;
    policy::Decision held;
    held.verdict = policy::Quarantine{};
    apply(&context, held, "", true);
    BOOST_TEST(context.done.back() == "hold held by policy");
}

BOOST_AUTO_TEST_CASE(refused_and_discarded_messages_are_not_edited) {
    smfi_str refused;
    const policy::Reject no{{550, "5.7.1", "100% no"}};
    BOOST_TEST(apply(&refused, edited(no), "", true) == SMFIS_REJECT);
    BOOST_TEST(refused.done == Done{"reply 550 5.7.1 100%% no"});

    smfi_str deferred;
    const policy::Defer later{{451, "4.7.1", "later"}};
    BOOST_TEST(apply(&deferred, edited(later), "", true) == SMFIS_TEMPFAIL);
    BOOST_TEST(deferred.done == Done{"reply 451 4.7.1 later"});

    smfi_str discarded;
    BOOST_TEST(apply(&discarded, edited(policy::Discard{}), "", true) == SMFIS_DISCARD);
    BOOST_TEST(discarded.done.empty());
}

// The MTA may not hear another edit between two pieces of a body.
BOOST_AUTO_TEST_CASE(the_new_body_comes_first_and_in_one_go) {
    smfi_str context;
    policy::Decision decision = edited(policy::Accept{});
    decision.edits = {policy::ReplaceHeader{"Content-Type", "text/plain"}};
    decision.body = mail::BodyEdit{.body = 6, .changes = {{8, 8, "+new+"}, {9, 10, ""}}};
    apply(&context, decision, "X: y\n\nabcdef", true);
    const Done expected{"body ab", "body +new+", "body c", "body ef",
                        "change Content-Type 1: text/plain"};
    BOOST_TEST(context.done == expected);
}

BOOST_AUTO_TEST_CASE(a_refused_message_keeps_its_body) {
    smfi_str context;
    policy::Decision decision = edited(policy::Reject{{550, "5.7.1", "no"}});
    decision.body = mail::BodyEdit{.body = 6, .changes = {{8, 8, "new"}}};
    apply(&context, decision, "X: y\n\nabcdef", true);
    BOOST_TEST(context.done == Done{"reply 550 5.7.1 no"});
}

BOOST_AUTO_TEST_CASE(an_edit_that_is_refused_is_never_passed_over) {
    for (const char* function : {"addheader", "chgheader", "replacebody", "quarantine"}) {
        smfi_str context;
        context.fails = {function};
        policy::Decision decision = edited(policy::Quarantine{"cards"});
        decision.body = mail::BodyEdit{.body = 0, .changes = {{0, 0, "new"}}};
        BOOST_CHECK_THROW(apply(&context, decision, "", true), std::runtime_error);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
