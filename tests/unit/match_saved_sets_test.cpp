#include "match/saved_sets.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

const std::vector<SavedSet> two{{"recipe\none", std::string("\0\xff\n", 3)}, {"", ""}};

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_sets_of_patterns)

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    const auto read = saved_sets(bytes_of(two)).value();
    BOOST_REQUIRE(read.size() == 2u);
    BOOST_TEST(read[0].recipe == two[0].recipe);
    BOOST_TEST(read[0].database == two[0].database);
    BOOST_TEST(read[1].recipe.empty());
    BOOST_TEST(saved_sets(bytes_of({})).value().empty());
}

BOOST_AUTO_TEST_CASE(whatever_is_damaged_is_nothing) {
    const std::string good = bytes_of(two);
    for (std::size_t i = 0; i < good.size(); ++i) {
        BOOST_TEST(!saved_sets(good.substr(0, i)), "cut at " << i);
        std::string damaged = good;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        // The line end behind the checksum says nothing.
        const auto read = saved_sets(damaged);
        BOOST_TEST((!read || read->at(0).database == two[0].database), "damaged at " << i);
    }
    BOOST_TEST(!saved_sets(good + "x"));
    BOOST_TEST(!saved_sets(""));
}

BOOST_AUTO_TEST_SUITE_END()
