// Which folders a message finds, and in which order its rules are asked.
#include "policy/folders.h"

#include <boost/test/unit_test.hpp>

namespace spillway::policy {
namespace {

Rule rule(const std::string& name) {
    Rule one;
    one.name = name;
    one.actions.emplace_back(std::in_place_type<AcceptAction>);
    return one;
}

Policy with_folders(const std::vector<std::string>& names) {
    Policy policy;
    for (const std::string& name : names) policy.folders[name].rules.push_back(rule(name + "/r"));
    return policy;
}

std::string names(const Policy& policy, const Identity& identity) {
    std::string all;
    for (const auto rules : rules_of(policy, folders_of(policy, identity)))
        for (const Rule& one : rules) all += (all.empty() ? "" : " ") + one.name;
    return all;
}

BOOST_AUTO_TEST_CASE(the_operators_rules_frame_those_of_account_and_domain) {
    Policy policy = with_folders({"a.example", "acme", "b.example"});
    policy.rules.push_back(rule("first"));
    policy.rules.push_back(rule("last"));
    const Identity ann{.user = "", .domain = "a.example", .account = "Acme", .counted_user = "x"};
    BOOST_TEST(names(policy, ann) == "acme/r a.example/r first last");
    policy.rules_before_folders = 1;
    BOOST_TEST(names(policy, ann) == "first acme/r a.example/r last");
    policy.rules_before_folders = 2;
    BOOST_TEST(names(policy, ann) == "first last acme/r a.example/r");
}

BOOST_AUTO_TEST_CASE(a_domain_that_is_its_own_account_is_asked_once) {
    const Policy policy = with_folders({"a.example"});
    BOOST_TEST(
        names(policy,
              {.user = "", .domain = "a.example", .account = "a.example", .counted_user = "x"}) ==
        "a.example/r");
}

BOOST_AUTO_TEST_CASE(nobody_elses_folder_is_found) {
    const Policy policy = with_folders({"a.example", "acme"});
    for (const std::string other : {"example", "x.a.example", "acme.a.example", "[192.0.2.1]", ""})
        BOOST_TEST(
            names(policy, {.user = "", .domain = other, .account = other, .counted_user = "x"}) ==
            "");
}

BOOST_AUTO_TEST_CASE(names_of_folders_are_those_of_domains_and_accounts) {
    BOOST_TEST(folder_key("Acme") == "acme");
    BOOST_TEST(folder_key("B\xC3\xBC"
                          "cher.Example") == "xn--bcher-kva.example");
    BOOST_TEST(folder_key("acme_2-b") == "acme_2-b");
    for (const std::string bad : {"", "two words", "a/b", "..", "[x]y", "a@b.example"})
        BOOST_TEST(folder_key(bad) == "");
}

BOOST_AUTO_TEST_CASE(rules_are_found_by_their_whole_name) {
    Policy policy = with_folders({"acme"});
    policy.rules.push_back(rule("r"));
    BOOST_TEST(rule_named(policy, "r") == &policy.rules[0]);
    BOOST_TEST(rule_named(policy, "acme/r") == &policy.folders["acme"].rules[0]);
    BOOST_TEST(!rule_named(policy, "acme/s"));
    BOOST_TEST(!rule_named(policy, "other/r"));
    int count = 0;
    for_each_rule(policy, [&](const Rule&) { ++count; });
    BOOST_TEST(count == 2);
}

}  // namespace
}  // namespace spillway::policy
