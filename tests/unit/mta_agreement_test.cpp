#include "mta/agreement.h"

#include <libmilter/mfapi.h>
#include <boost/test/unit_test.hpp>

using spillway::mta::agree;
using spillway::mta::Terms;
using spillway::policy::Policy;

namespace {

constexpr Terms everything{.actions = 0x1ff, .steps = 0x1fffff};  // Postfix 3.7 and Sendmail 8.17

unsigned long steps(const Policy& policy, bool over_tcp = false, Terms offered = everything) {
    return agree(offered, policy, over_tcp).steps;
}

Policy with_body() {
    Policy policy;
    policy.needs_body = true;
    return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(agreements)

BOOST_AUTO_TEST_CASE(refusals_at_mail_and_rcpt_are_always_heard) {
    const unsigned long deaf = SMFIP_NOMAIL | SMFIP_NORCPT | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
                               SMFIP_NOHDRS | SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NOCONNECT;
    BOOST_TEST((steps(Policy{}) & deaf) == 0);
    BOOST_TEST((steps(with_body()) & deaf) == 0);
}

BOOST_AUTO_TEST_CASE(stages_at_which_the_policy_refuses_are_answered) {
    BOOST_TEST((steps(Policy{}) & (SMFIP_NODATA | SMFIP_NR_EOH)) == (SMFIP_NODATA | SMFIP_NR_EOH));
    Policy early;
    early.refuses_at_data = early.refuses_at_headers = true;
    BOOST_TEST((steps(early) & (SMFIP_NODATA | SMFIP_NR_DATA | SMFIP_NR_EOH)) == 0);
}

BOOST_AUTO_TEST_CASE(tcp_keeps_the_answer_to_data) {
    BOOST_TEST((steps(Policy{}, true) & (SMFIP_NODATA | SMFIP_NR_DATA)) == 0);
}

BOOST_AUTO_TEST_CASE(a_needed_body_is_not_answered_an_unneeded_one_skipped) {
    BOOST_TEST((steps(with_body()) & SMFIP_NR_BODY) != 0);
    BOOST_TEST((steps(Policy{}) & (SMFIP_NR_BODY | SMFIP_SKIP)) == SMFIP_SKIP);
    const Terms no_skip{0x1ff, everything.steps & ~static_cast<unsigned long>(SMFIP_SKIP)};
    BOOST_TEST((steps(Policy{}, false, no_skip) & SMFIP_NR_BODY) != 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_that_is_not_offered) {
    const Terms poor = agree({.actions = SMFIF_ADDHDRS, .steps = SMFIP_NOHELO}, Policy{}, false);
    BOOST_TEST(poor.actions == SMFIF_ADDHDRS);
    BOOST_TEST(poor.steps == SMFIP_NOHELO);
    BOOST_TEST((agree(everything, Policy{}, false).actions & SMFIF_CHGFROM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
