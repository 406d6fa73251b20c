#include "match/map.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::match;
using spillway::mail::Address;

namespace {

ValueSet set_of(const std::vector<std::string>& entries) {
    ValueSet set;
    for (const std::string& entry : entries) BOOST_TEST(set.add(entry).has_value(), entry);
    return set;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(map)

BOOST_AUTO_TEST_CASE(a_domain_holds_itself_and_its_addresses_but_no_subdomain) {
    const ValueSet set = set_of({"A.example"});
    BOOST_TEST(set.holds_domain("a.example"));
    BOOST_TEST(set.holds_address({"ann", "a.example"}));
    BOOST_TEST(!set.holds_domain("b.a.example"));
    BOOST_TEST(!set.holds_domain("nota.example"));
    BOOST_TEST(!set.holds_domain("a.example.evil.example"));
}

BOOST_AUTO_TEST_CASE(a_leading_dot_means_the_subdomains_only) {
    const ValueSet set = set_of({".a.example"});
    BOOST_TEST(!set.holds_domain("a.example"));
    BOOST_TEST(set.holds_domain("b.a.example"));
    BOOST_TEST(set.holds_address({"ann", "c.b.a.example"}));
    BOOST_TEST(!set.holds_domain("nota.example"));
    BOOST_TEST(!set.holds_domain(""));
}

BOOST_AUTO_TEST_CASE(a_leading_at_means_the_domain) {
    BOOST_TEST(set_of({"@a.example"}).holds_address({"ann", "a.example"}));
    BOOST_TEST(set_of({"@a.example"}).holds_domain("a.example"));
}

BOOST_AUTO_TEST_CASE(an_address_holds_itself_in_any_case_and_not_its_domain) {
    const ValueSet set = set_of({"Ann.Lee@A.example", "\"b\"@a.example"});
    BOOST_TEST(set.holds_address({"ann.LEE", "a.example"}));
    BOOST_TEST(set.holds_address({"b", "a.example"}));
    BOOST_TEST(!set.holds_address({"annlee", "a.example"}));
    BOOST_TEST(!set.holds_domain("a.example"));
}

BOOST_AUTO_TEST_CASE(both_spellings_of_an_international_domain_are_one_entry) {
    BOOST_TEST(set_of({"bücher.example"}).holds_domain("xn--bcher-kva.example"));
    BOOST_TEST(set_of({"ann@BÜCHER.example."}).holds_address({"ann", "xn--bcher-kva.example"}));
}

BOOST_AUTO_TEST_CASE(nobody_is_in_no_set) {
    const ValueSet set = set_of({"a.example", ".example", "example"});
    BOOST_TEST(!set.holds_address(Address{}));
    BOOST_TEST(!set.holds_address({"ann", ""}));
    BOOST_TEST(!ValueSet().holds_address({"ann", "a.example"}));
    BOOST_TEST(ValueSet().empty());
    BOOST_TEST(!set.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_entry_is_a_mistake) {
    ValueSet set;
    for (const char* entry :
         {"", ".", "@", "a..example", "a b.example", "ann@", "<ann@a.example>", "a.example,", "*",
          "*.", "**.a.example", "a*.example", "*@*.a.example", "ann@a b"})
        BOOST_TEST(!set.add(entry), entry);
    BOOST_TEST(set.empty());
    BOOST_TEST(set.add("a,b").error() == "expected a domain or an address, got \"a,b\"");
}

BOOST_AUTO_TEST_CASE(a_star_in_a_local_part_stands_for_any_characters) {
    const ValueSet set = set_of({"sales-*@a.example", "*-x-*@b.example", "*@c.example"});
    BOOST_TEST(set.holds_address({"Sales-eu", "a.example"}));
    BOOST_TEST(set.holds_address({"sales-", "a.example"}));
    BOOST_TEST(!set.holds_address({"sales", "a.example"}));
    BOOST_TEST(!set.holds_address({"sales-eu", "b.example"}));
    BOOST_TEST(!set.holds_address({"sales-eu", "b.a.example"}));
    BOOST_TEST(!set.holds_domain("a.example"));
    BOOST_TEST(set.holds_address({"a-x-b-x-c", "b.example"}));
    BOOST_TEST(set.holds_address({"-x-", "b.example"}));
    BOOST_TEST(!set.holds_address({"-x", "b.example"}));
    BOOST_TEST(set.holds_address({"anybody", "c.example"}));
    BOOST_TEST(!set.holds_domain("c.example"));
    BOOST_TEST(
        !set_of({"*a@a.example"}).holds_address({std::string(1000, 'a') + 'b', "a.example"}));
}

BOOST_AUTO_TEST_CASE(a_star_for_a_whole_label_means_the_subdomains) {
    const ValueSet set = set_of({"*.a.example"});
    BOOST_TEST(set.holds_domain("b.a.example"));
    BOOST_TEST(set.holds_address({"ann", "c.b.a.example"}));
    BOOST_TEST(!set.holds_domain("a.example"));
    BOOST_TEST(!set.holds_domain("ba.example"));
}

// Sets that are kept elsewhere are asked for these one by one, so they must hold alike.
BOOST_AUTO_TEST_CASE(the_entries_that_hold_an_address_are_those_that_a_set_would_take) {
    using Texts = std::vector<std::string>;
    const Address ann{"Ann", "b.a.example"};
    BOOST_TEST(entries_that_hold(ann) ==
               (Texts{"ann@b.a.example", "b.a.example", "@b.a.example", ".a.example", ".example"}));
    for (const std::string& entry : entries_that_hold(ann))
        BOOST_TEST(set_of({entry}).holds_address(ann), entry);
    for (const std::string& entry : entries_that_hold({"", "b.a.example"}))
        BOOST_TEST(set_of({entry}).holds_domain("b.a.example"), entry);
    BOOST_TEST(entries_that_hold({"", "a.example"}) ==
               (Texts{"a.example", "@a.example", ".example"}));
    BOOST_TEST(entries_that_hold({"a", "[192.0.2.1]"}) ==
               (Texts{"a@[192.0.2.1]", "[192.0.2.1]", "@[192.0.2.1]"}));
    BOOST_TEST(entries_that_hold({"ann", ""}) == Texts{});
    BOOST_TEST(entries_that_hold({}) == Texts{});
}

BOOST_AUTO_TEST_CASE(networks_hold_what_any_of_them_holds) {
    NetworkSet set;
    BOOST_TEST(set.add("192.0.2.0/24").has_value());
    BOOST_TEST(set.add("2001:db8::/32").has_value());
    BOOST_TEST(!set.add("192.0.2.1/24"));
    BOOST_TEST(set.holds(parse_ip("192.0.2.200").value()));
    BOOST_TEST(set.holds(parse_ip("2001:db8:1::1").value()));
    BOOST_TEST(!set.holds(parse_ip("198.51.100.1").value()));
}

BOOST_AUTO_TEST_CASE(a_key_has_all_its_values_and_remembers_the_first) {
    PairMap pairs;
    BOOST_TEST(pairs.add("Customer-7", "a.example").has_value());
    BOOST_TEST(pairs.add("customer-7", "b.example").has_value());
    BOOST_TEST(pairs.values_of("CUSTOMER-7").holds_domain("a.example"));
    BOOST_TEST(pairs.values_of("customer-7").holds_domain("b.example"));
    BOOST_TEST(pairs.first_value_of("customer-7").value() == "a.example");
    BOOST_TEST(!pairs.values_of("customer-8").holds_domain("a.example"));
    BOOST_TEST(!pairs.first_value_of("customer-8"));
    BOOST_TEST(pairs.values_of("").empty());
    BOOST_TEST(pairs.names_of("customer-7") ==
               (std::vector<std::string>{"a.example", "b.example"}));
    BOOST_TEST(pairs.names_of("customer-8").empty());
}

BOOST_AUTO_TEST_CASE(keys_with_international_domains_meet_in_both_spellings) {
    PairMap pairs;
    BOOST_TEST(pairs.add("Ann@bücher.example", "customer-7").has_value());
    BOOST_TEST(pairs.first_value_of("ann@xn--bcher-kva.example").value() == "customer-7");
}

BOOST_AUTO_TEST_CASE(an_account_may_be_any_word_but_a_mistyped_domain_is_a_mistake) {
    PairMap pairs;
    BOOST_TEST(pairs.add("ann", "Customer:7/north").has_value());
    BOOST_TEST(pairs.first_value_of("ann").value() == "Customer:7/north");
    BOOST_TEST(pairs.values_of("ann").empty());
    BOOST_TEST(!pairs.add("ann", "a..example"));
    BOOST_TEST(!pairs.add("ann", "b@"));
    BOOST_TEST(!pairs.add("ann", ""));
    BOOST_TEST(!pairs.add("", "a.example"));
}

BOOST_AUTO_TEST_SUITE_END()
