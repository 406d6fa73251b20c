#include "match/rarity.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

std::vector<Shadows> places(const std::vector<std::string>& each) {
    std::vector<Shadows> run;
    for (const std::string& characters : each) {
        Shadows& shadows = run.emplace_back();
        for (const char c : characters) shadows.set(static_cast<unsigned char>(c));
    }
    return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rarity)

BOOST_AUTO_TEST_CASE(what_links_and_tags_begin_with_is_not_rare) {
    for (const char* text : {"http://", "https://", "ttps:/", "://", "<a href=", "<img ", "src=\""})
        BOOST_TEST(bits_of(std::string_view(text)) == 0);
    BOOST_TEST(bits_of(std::string_view("https://evil")) == bits_of(std::string_view("evil")));
}

BOOST_AUTO_TEST_CASE(words_with_a_few_of_those_letters_are_as_rare_as_others) {
    for (const std::string_view text : {"reference", "three", "ref", "sugar mill", "tps", ":/"}) {
        double bits = 0;
        for (const char c : text) bits += bits_of(static_cast<unsigned char>(c));
        BOOST_TEST(bits_of(text) == bits);
        BOOST_TEST(bits > 6);
    }
}

BOOST_AUTO_TEST_CASE(a_choice_of_characters_may_be_of_a_link_as_well) {
    const auto link = places({"h", "t", "t", "p", "s:", ":/", "/x"});
    BOOST_TEST(bits_of(std::span<const Shadows>(link)) == 0);
    const std::string many = "abcdefhijklmnopqrstuvwxyz:/<=";
    const auto gaps = places({many, many, many, "x"});
    BOOST_TEST(bits_of(std::span<const Shadows>(gaps)) > bits_of('x'));
}

BOOST_AUTO_TEST_SUITE_END()
