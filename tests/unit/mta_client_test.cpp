#include "mta/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

using spillway::mta::client_of;
using spillway::policy::Client;

namespace {

Client at_v4(const char* ip, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, ip, &address.sin_addr);
    return client_of("host.example", reinterpret_cast<const sockaddr*>(&address));
}

Client at_v6(const char* ip, std::uint16_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    inet_pton(AF_INET6, ip, &address.sin6_addr);
    return client_of("host.example", reinterpret_cast<const sockaddr*>(&address));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clients)

BOOST_AUTO_TEST_CASE(both_families_are_known) {
    BOOST_TEST(at_v4("192.0.2.7", 40000).ip->text() == "192.0.2.7");
    BOOST_TEST(at_v6("2001:db8::9", 40000).ip->text() == "2001:db8::9");
    BOOST_TEST(!at_v4("192.0.2.7", 40000).local_submission);
}

BOOST_AUTO_TEST_CASE(loopback_with_port_zero_is_sendmail_1) {
    BOOST_TEST(at_v4("127.0.0.1", 0).local_submission);
    BOOST_TEST(at_v6("::1", 0).local_submission);
    BOOST_TEST(!at_v4("127.0.0.1", 40000).local_submission);
    BOOST_TEST(!at_v6("::1", 40000).local_submission);
    BOOST_TEST(!at_v4("192.0.2.7", 0).local_submission);
    BOOST_TEST(!at_v6("2001:db8::1", 0).local_submission);
}

BOOST_AUTO_TEST_CASE(no_address_is_a_client_gone_or_a_local_one) {
    BOOST_TEST(!client_of("unknown", nullptr).ip.has_value());
    BOOST_TEST(!client_of("unknown", nullptr).local_submission);
    BOOST_TEST(client_of("localhost", nullptr).local_submission);
}

BOOST_AUTO_TEST_SUITE_END()
