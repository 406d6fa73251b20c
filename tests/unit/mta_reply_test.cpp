#include "mta/reply.h"

#include <boost/test/unit_test.hpp>

using spillway::mta::percent_escaped;
using spillway::mta::ReplyClass;
using spillway::mta::wire_reply;
using spillway::policy::Reply;

BOOST_AUTO_TEST_SUITE(replies)

BOOST_AUTO_TEST_CASE(every_percent_is_doubled) {
    BOOST_TEST(percent_escaped("50% off, %s %%") == "50%% off, %%s %%%%");
    BOOST_TEST(wire_reply({550, "5.7.1", "100%"}, ReplyClass::reject).text == "100%%");
}

BOOST_AUTO_TEST_CASE(a_good_reply_is_passed_on) {
    const auto wire = wire_reply({421, "4.7.0", "Slow down"}, ReplyClass::defer);
    BOOST_TEST(wire.code == "421");
    BOOST_TEST(wire.enhanced == "4.7.0");
    BOOST_TEST(wire.text == "Slow down");
}

// Postfix closes the filter for the rest of the SMTP session over one malformed reply.
BOOST_AUTO_TEST_CASE(codes_of_another_class_become_the_generic_ones) {
    const Reply mixed{550, "4.7.1", "No"};
    BOOST_TEST(wire_reply(mixed, ReplyClass::reject).enhanced == "5.7.1");
    BOOST_TEST(wire_reply(mixed, ReplyClass::reject).text == "No");
    BOOST_TEST(wire_reply({550, "5.7.1", "No"}, ReplyClass::defer).code == "451");
    BOOST_TEST(wire_reply({250, "2.0.0", "No"}, ReplyClass::reject).code == "550");
    for (const char* broken : {"5.7", "5.7.1234", "5..1", "5.7.x", "5.7.1.1", ""})
        BOOST_TEST(wire_reply({554, broken, "No"}, ReplyClass::reject).enhanced == "5.7.1");
}

BOOST_AUTO_TEST_CASE(text_is_one_printable_line) {
    const auto wire = wire_reply({550, "5.7.1", "a\r\n250 ok\t\xc3\xbc\x7f"}, ReplyClass::reject);
    BOOST_TEST(wire.text == "a??250 ok????");
    BOOST_TEST(wire_reply({550, "5.7.1", ""}, ReplyClass::reject).text == "Refused by policy");
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_512_octets_and_libmilter_980) {
    const auto plain = wire_reply({550, "5.7.1", std::string(5000, 'a')}, ReplyClass::reject);
    BOOST_TEST(plain.text.size() == 512 - std::string("550 5.7.1 \r\n").size());
    const auto percents = wire_reply({550, "5.7.1", std::string(5000, '%')}, ReplyClass::reject);
    BOOST_TEST(percents.text == std::string(980, '%'));
}

BOOST_AUTO_TEST_SUITE_END()
