#include "lookup/cache.h"

#include <boost/test/unit_test.hpp>

using namespace spillway;
using lookup::Cache;
using std::chrono::seconds;

namespace {

Cache::Answer answer_of(std::size_t values) {
    auto answer = std::make_shared<match::Values>();
    for (std::size_t i = 0; i < values; ++i)
        (void)answer->add("d" + std::to_string(i) + ".example");
    return answer;
}

const Cache::Time begin{};

}  // namespace

BOOST_AUTO_TEST_SUITE(lookup_cache)

BOOST_AUTO_TEST_CASE(an_answer_is_good_until_its_time_is_over) {
    Cache cache;
    const auto answer = answer_of(1);
    BOOST_TEST(!cache.find("a", begin));
    cache.keep("a", answer, begin + seconds(10), begin);
    BOOST_TEST(cache.find("a", begin + seconds(9)) == answer);
    BOOST_TEST(!cache.find("a", begin + seconds(10)));
    BOOST_TEST(!cache.find("b", begin));
    const auto newer = answer_of(2);
    cache.keep("a", newer, begin + seconds(20), begin + seconds(10));
    BOOST_TEST(cache.find("a", begin + seconds(19)) == newer);
}

BOOST_AUTO_TEST_CASE(what_is_over_gives_way_before_what_is_good) {
    Cache cache(10);
    cache.keep("old", answer_of(4), begin + seconds(1), begin);
    cache.keep("good", answer_of(3), begin + seconds(9), begin);
    cache.keep("new", answer_of(4), begin + seconds(9), begin + seconds(2));
    BOOST_TEST(cache.find("good", begin + seconds(2)));
    BOOST_TEST(cache.find("new", begin + seconds(2)));
    cache.keep("newest", answer_of(1), begin + seconds(9), begin + seconds(2));
    BOOST_TEST(!cache.find("good", begin + seconds(2)));
    BOOST_TEST(cache.find("newest", begin + seconds(2)));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_whatever_is_asked) {
    Cache cache(10);
    cache.keep("large", answer_of(10), begin + seconds(9), begin);
    BOOST_TEST(!cache.find("large", begin));
    for (int i = 0; i < 1000; ++i) cache.keep("same", answer_of(8), begin + seconds(9), begin);
    BOOST_TEST(cache.find("same", begin));
    cache.keep("small", answer_of(0), begin + seconds(9), begin);
    BOOST_TEST(cache.find("same", begin));
    BOOST_TEST(cache.find("small", begin));
}

BOOST_AUTO_TEST_SUITE_END()
