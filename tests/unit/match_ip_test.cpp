#include "match/ip.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

std::string shown(std::string_view text) {
    const auto ip = parse_ip(text);
    return ip ? ip->text() : "mistake";
}

bool holds(std::string_view network, std::string_view ip) {
    return parse_network(network).value().holds(parse_ip(ip).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ip)

BOOST_AUTO_TEST_CASE(addresses_of_both_families_are_read_and_shown) {
    BOOST_TEST(shown("192.0.2.7") == "192.0.2.7");
    BOOST_TEST(shown("2001:DB8:0:0::9") == "2001:db8::9");
    BOOST_TEST(shown("IPv6:2001:db8::9") == "2001:db8::9");
    BOOST_TEST(shown("ipv6:::1") == "::1");
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_and_its_mapped_form_are_one) {
    BOOST_TEST((parse_ip("::ffff:192.0.2.7").value() == parse_ip("192.0.2.7").value()));
    BOOST_TEST(shown("::ffff:192.0.2.7") == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_a_mistake_that_names_the_text) {
    for (const char* text : {"", "192.0.2", "192.0.2.256", "2001:db8::9%eth0", "unknown", "[::1]",
                             "IPv6:192.0.2.7", " 192.0.2.7"})
        BOOST_TEST(shown(text) == "mistake", text);
    BOOST_TEST(shown(std::string("192.0.2.7\0x", 11)) == "mistake");
    BOOST_TEST(parse_ip("host").error() == "expected an IP address, got \"host\"");
}

BOOST_AUTO_TEST_CASE(a_network_holds_its_addresses_and_no_others) {
    BOOST_TEST(holds("192.0.2.0/24", "192.0.2.255"));
    BOOST_TEST(!holds("192.0.2.0/24", "192.0.3.0"));
    BOOST_TEST(holds("192.0.2.128/25", "::ffff:192.0.2.129"));
    BOOST_TEST(!holds("192.0.2.128/25", "192.0.2.127"));
    BOOST_TEST(holds("2001:db8::/33", "2001:db8:7fff::1"));
    BOOST_TEST(!holds("2001:db8::/33", "2001:db8:8000::1"));
}

BOOST_AUTO_TEST_CASE(a_single_address_is_a_network_of_one) {
    BOOST_TEST(holds("192.0.2.7", "192.0.2.7"));
    BOOST_TEST(!holds("192.0.2.7", "192.0.2.8"));
}

BOOST_AUTO_TEST_CASE(all_of_ipv4_holds_no_ipv6_address) {
    BOOST_TEST(holds("0.0.0.0/0", "203.0.113.1"));
    BOOST_TEST(!holds("0.0.0.0/0", "2001:db8::1"));
    BOOST_TEST(holds("::/0", "203.0.113.1"));
}

BOOST_AUTO_TEST_CASE(bits_beyond_the_prefix_are_a_mistake_with_the_right_network_in_it) {
    BOOST_TEST(parse_network("192.0.2.7/24").error() ==
               "\"192.0.2.7/24\" has bits beyond its prefix, did you mean 192.0.2.0/24?");
    BOOST_TEST(!parse_network("2001:db8::1/64"));
}

BOOST_AUTO_TEST_CASE(a_prefix_is_a_number_within_the_family) {
    for (const char* text : {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/2x",
                             "192.0.2.0/255.255.255.0", "2001:db8::/129", "/24", ""})
        BOOST_TEST(!parse_network(text), text);
    BOOST_TEST(holds("::ffff:192.0.2.0/120", "192.0.2.9"));
}

BOOST_AUTO_TEST_SUITE_END()
