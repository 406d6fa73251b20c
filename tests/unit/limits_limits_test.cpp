#include "limits/limits.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::limits;

BOOST_AUTO_TEST_SUITE(limits_values)

BOOST_AUTO_TEST_CASE(all_granted_means_each_one) {
    BOOST_TEST(all_granted({}));
    BOOST_TEST(all_granted({Granted{1}, Granted{2}}));
    BOOST_TEST(!all_granted({Granted{1}, Exceeded{2, {}}}));
    BOOST_TEST(!all_granted({Unavailable{"silent"}, Granted{1}}));
    BOOST_TEST(!all_granted({NotAsked{}, Granted{1}}));
}

BOOST_AUTO_TEST_SUITE_END()
