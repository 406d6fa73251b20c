#include "mail/address.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::mail;

namespace spillway::mail {
std::ostream& boost_test_print_type(std::ostream& out, const Address& address) {
    return out << '<' << address.local << '|' << address.domain << '>';
}
}  // namespace spillway::mail

BOOST_AUTO_TEST_SUITE(domain)

BOOST_AUTO_TEST_CASE(case_and_the_last_dot_do_not_count) {
    BOOST_TEST(normal_domain("A.Example") == "a.example");
    BOOST_TEST(normal_domain("a.example.") == "a.example");
    BOOST_TEST(normal_domain("localhost") == "localhost");
    BOOST_TEST(normal_domain("_spf.a-b.example") == "_spf.a-b.example");
}

BOOST_AUTO_TEST_CASE(international_names_become_a_labels) {
    BOOST_TEST(normal_domain("Bücher.example") == "xn--bcher-kva.example");
    BOOST_TEST(normal_domain("XN--bcher-kva.example") == "xn--bcher-kva.example");
    BOOST_TEST(normal_domain("faß.example") == "xn--fa-hia.example");
    BOOST_TEST(normal_domain("ｏｗｎｅｄ。example") == "owned.example");
    BOOST_TEST(normal_domain("οwned.example") != "owned.example");
}

BOOST_AUTO_TEST_CASE(what_is_no_domain_is_empty) {
    for (const char* text :
         {"",   ".",    "..",  "a..b", ".a",    "a..",      "a b",     " a",
          "a ", "a\tb", "a@b", "a,b",  "a>b",   "a/b",      "a_b\x7f", "\xff\xfe.example",
          "[",  "[]",   "[a",  "[a]b", "[a b]", "℀.example"})
        BOOST_TEST(normal_domain(text) == "", text);
    BOOST_TEST(normal_domain(std::string_view("a.example\0.b", 12)) == "");
}

BOOST_AUTO_TEST_CASE(names_have_their_longest) {
    const std::string label(63, 'a');
    const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    BOOST_TEST(normal_domain(longest) == longest);
    BOOST_TEST(normal_domain(longest + '.') == longest);
    BOOST_TEST(normal_domain(longest + 'b') == "");
    BOOST_TEST(normal_domain(label + "a.example") == "");
}

BOOST_AUTO_TEST_CASE(address_literals_stay) {
    BOOST_TEST(normal_domain("[192.0.2.1]") == "[192.0.2.1]");
    BOOST_TEST(normal_domain("[IPv6:2001:DB8::1]") == "[ipv6:2001:db8::1]");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(an_address_is_read_with_and_without_brackets) {
    BOOST_TEST(envelope_address("<Ann@A.example>") == (Address{"Ann", "a.example"}));
    BOOST_TEST(envelope_address("Ann@A.example.") == (Address{"Ann", "a.example"}));
    BOOST_TEST(envelope_address("<jörg@bücher.example>") ==
               (Address{"jörg", "xn--bcher-kva.example"}));
    BOOST_TEST(envelope_address("<prvs=1a2b=ann+x=y@a.example>") ==
               (Address{"prvs=1a2b=ann+x=y", "a.example"}));
    BOOST_TEST(envelope_address("<ann@[192.0.2.1]>") == (Address{"ann", "[192.0.2.1]"}));
}

BOOST_AUTO_TEST_CASE(the_null_sender_is_empty_and_nothing_else_is) {
    BOOST_TEST(envelope_address("<>").empty());
    BOOST_TEST(envelope_address("").empty());
    for (const char* text :
         {"<", "<unqualified>", "<a@>", "<@b>", "<a@b", "< >", "<\"\"@b>", "<a b@c>", "<a@b@c>",
          "<a@b>x", "<<a@b>>", "<a\n@b>", "<@relay:>", "<@relay>"})
        BOOST_TEST(!envelope_address(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(what_is_no_address_has_no_domain_and_keeps_its_text) {
    BOOST_TEST(envelope_address("<unqualified>") == (Address{"unqualified", ""}));
    BOOST_TEST(envelope_address("<a@b@c>") == (Address{"a@b@c", ""}));
    BOOST_TEST(envelope_address("<a@owned.example\0@evil>").domain == "");
    BOOST_TEST(envelope_address("<a@owned.example>").text() == "a@owned.example");
    BOOST_TEST(envelope_address("<unqualified>").text() == "unqualified");
    BOOST_TEST(Address{}.text() == "");
}

BOOST_AUTO_TEST_CASE(source_routes_are_dropped) {
    BOOST_TEST(envelope_address("<@one.example,@two.example:ann@a.example>") ==
               (Address{"ann", "a.example"}));
}

BOOST_AUTO_TEST_CASE(quotes_are_no_part_of_a_local_part) {
    BOOST_TEST(envelope_address("<\"ann\"@a.example>") == (Address{"ann", "a.example"}));
    BOOST_TEST(envelope_address("<\"a b\\\"c\"@a.example>") == (Address{"a b\"c", "a.example"}));
    BOOST_TEST(envelope_address("<\"x@evil.example\"@a.example>") ==
               (Address{"x@evil.example", "a.example"}));
    BOOST_TEST(envelope_address("<\"a\".b.\"c\"@a.example>") == (Address{"a.b.c", "a.example"}));
    for (const char* text :
         {"<\"a@a.example>", "<\"a\"b@a.example>", "<b\"a\"@a.example>", "<\"a\\\"@a.example>"})
        BOOST_TEST(envelope_address(text).domain == "", text);
}

BOOST_AUTO_TEST_CASE(percent_and_bang_paths_are_local_parts) {
    BOOST_TEST(envelope_address("<user%d.example@mx.example>") ==
               (Address{"user%d.example", "mx.example"}));
    BOOST_TEST(envelope_address("<host!user@mx.example>") == (Address{"host!user", "mx.example"}));
    const std::string long_local(1000, 'a');
    BOOST_TEST(envelope_address('<' + long_local + "@a.example>").local == long_local);
}

BOOST_AUTO_TEST_SUITE_END()
