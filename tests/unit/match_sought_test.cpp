#include "match/sought.h"

#include <random>
#include <sstream>

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

std::shared_ptr<const WordList> words(const std::vector<WordEntry>& entries) {
    auto list = std::make_shared<WordList>();
    for (const auto& entry : entries) BOOST_REQUIRE(list->add(entry));
    return list;
}

Expression expression(std::string_view pattern, std::optional<Identifier> valid = {}) {
    return {Pattern::compile(pattern, "").value(), valid};
}

Sum sum(const Sought& sought, std::string_view text, std::int64_t enough = 1000) {
    Budget budget;
    return sum_of(sought, text, enough, budget);
}

std::int64_t found(const Sought& sought, std::string_view text) {
    return sum(sought, text).count.found;
}

const std::string two_cards = "4111111111111111 4111-1111-1111-1111 5555555555554444";

}  // namespace

BOOST_AUTO_TEST_SUITE(sought)

BOOST_AUTO_TEST_CASE(occurrences_values_and_weights_are_different_sums) {
    const auto list = words({{"fever", 1}, {"high blood pressure", 5}});
    const std::string text = "Fever, fever and high blood pressure";
    BOOST_TEST(found({list, {}, Measure::count}, text) == 3);
    BOOST_TEST(found({list, {}, Measure::distinct}, text) == 2);
    BOOST_TEST(found({list, {}, Measure::weight}, text) == 7);
    BOOST_TEST(found({Identifier::card_number, {}, Measure::count}, two_cards) == 3);
    BOOST_TEST(found({Identifier::card_number, {}, Measure::distinct}, two_cards) == 2);
    BOOST_TEST(found({expression("[a-z]+"), {}, Measure::count}, "a b a") == 3);
    BOOST_TEST(found({expression("(?i)[a-z]+"), {}, Measure::distinct}, "a b A") == 2);
}

BOOST_AUTO_TEST_CASE(counting_stops_at_enough_and_tells_the_first) {
    const auto list = words({{"b"}});
    const Sum some = sum({list, {}, Measure::count}, "a b b b", 2);
    BOOST_TEST(some.count.found == 2);
    BOOST_TEST(!some.count.gave_up);
    BOOST_REQUIRE(some.first.has_value());
    BOOST_TEST(some.first->begin == 2);
    BOOST_TEST(!sum({list, {}, Measure::count}, "a").first.has_value());
}

BOOST_AUTO_TEST_CASE(a_match_must_be_valid_where_that_is_asked) {
    const std::string digits = "\\b\\d(?:[ -]?\\d){12,18}\\b";
    BOOST_TEST(found({expression(digits), {}, Measure::count},
                     "4111111111111111 4111111111111112 "
                     "5555555555554444x") == 2);
    BOOST_TEST(found({expression(digits, Identifier::card_number), {}, Measure::count},
                     "4111111111111112, 4111111111111111") == 1);
    BOOST_TEST(found({expression("SSN \\K\\d{9}", Identifier::us_ssn), {}, Measure::count},
                     "SSN 536904399 SSN 000904399") == 1);
}

BOOST_AUTO_TEST_CASE(near_is_told_in_words_to_either_side) {
    const auto terms = words({{"diabetes"}});
    const auto near = [&](std::int64_t apart, std::string_view text) {
        return found({Identifier::nz_nhi, Near{terms, apart}, Measure::count}, text);
    };
    BOOST_TEST(near(1, "diabetes ZAC5361") == 1);
    BOOST_TEST(near(1, "ZAC5361: diabetes") == 1);
    BOOST_TEST(near(1, "diabetes, of ZAC5361") == 0);
    BOOST_TEST(near(2, "diabetes, of ZAC5361") == 1);
    BOOST_TEST(near(3, "ZAC5361 has no... diabetes ") == 1);
    BOOST_TEST(near(2, "ZAC5361 has no... diabetes ") == 0);
    BOOST_TEST(near(5, "ZAC5361") == 0);
    BOOST_TEST(near(5, "diabetes") == 0);
    BOOST_TEST(near(2, "ZAC5361 diabetes x x x x ZBN77VL") == 1);
}

BOOST_AUTO_TEST_CASE(what_overlaps_is_near_but_nothing_is_near_itself) {
    const auto list = words({{"a b"}});
    BOOST_TEST(found({list, Near{expression("b c"), 1}, Measure::count}, "x a b c") == 1);
    BOOST_TEST(found({list, Near{list, 3}, Measure::count}, "a b") == 0);
    BOOST_TEST(found({list, Near{list, 3}, Measure::count}, "a b x x a b") == 2);
    BOOST_TEST(found({list, Near{list, 2}, Measure::count}, "a b x x a b") == 0);
}

BOOST_AUTO_TEST_CASE(nearness_is_what_counting_the_words_between_says) {
    std::mt19937 dice(5);
    const auto left = words({{"l"}});
    const auto right = words({{"r"}});
    std::int64_t all = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<char> letters(1 + dice() % 40);
        std::string text;
        for (char& letter : letters) {
            letter = "lrxxxx"[dice() % 6];
            text += std::string(1, letter) + (dice() % 4 == 0 ? ", " : " ");
        }
        const auto apart = static_cast<std::ptrdiff_t>(1 + dice() % 5);
        std::int64_t expected = 0;
        const auto size = static_cast<std::ptrdiff_t>(letters.size());
        for (std::ptrdiff_t i = 0; i < size; ++i) {
            bool near = false;
            for (auto j = std::max<std::ptrdiff_t>(0, i - apart); j < std::min(size, i + apart + 1);
                 ++j)
                near |= letters[static_cast<std::size_t>(j)] == 'r';
            expected += near && letters[static_cast<std::size_t>(i)] == 'l';
        }
        BOOST_REQUIRE_MESSAGE(found({left, Near{right, apart}, Measure::count}, text) == expected,
                              text);
        all += expected;
    }
    BOOST_TEST(all > 1000);
}

BOOST_AUTO_TEST_CASE(more_than_is_kept_is_not_told_near_or_far) {
    const auto list = words({{"x"}, {"y"}});
    std::string text;
    for (std::size_t i = 0; i <= occurrences_kept; ++i) text += "x ";
    const Sought sought{list, Near{expression("z"), 1}, Measure::count};
    BOOST_TEST(sum(sought, text).count.gave_up);
    BOOST_TEST(sum(sought, text + "z").count.gave_up);
    BOOST_TEST(!sum(sought, text.substr(2) + "z").count.gave_up);
    BOOST_TEST(sum(sought, text.substr(2) + "z").count.found == 1);
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_used_up_answers_nothing) {
    Budget budget;
    budget.spend(std::chrono::hours(1));
    for (const What& what :
         {What{words({{"x"}})}, What{Identifier::email}, What{expression("x")}}) {
        const Sum none = sum_of({what, {}, Measure::count}, "x", 1, budget);
        BOOST_TEST(none.count.gave_up);
        BOOST_TEST(none.count.found == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
