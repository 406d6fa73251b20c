#include "match/fingerprint.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <random>
#include <set>

#include <fmt/format.h>

#include "effort.h"
#include "mail/text.h"
#include "unit/cpu_time.h"

using namespace spillway;
using namespace spillway::match;
using namespace std::string_literals;

namespace {

using Features = std::vector<std::uint64_t>;

const Names nobody;

Features features_of(std::string_view text, const Names& names = nobody) {
    return text_features("", mail::readable(text), names);
}

Names names_of(const std::string& address, const std::string& display_name) {
    Names names;
    names.add_address(mail::envelope_address(address));
    names.add_display_name(display_name);
    return names;
}

// What a message shows after all its decoding.
std::string shown(const std::string& message) {
    const mail::ReadText read = mail::read_text(message, {});
    return read.text.substr(0, read.shown_bytes);
}

const std::string offer =
    "we have a new range of garden chairs in our showroom and would like to invite you for coffee "
    "and cake to try them all before the season starts";

// Texts that nobody wrote: words of syllables, as unevenly frequent as those of a language.
class Writer {
  public:
    explicit Writer(unsigned seed) : random_(seed) {
        double sum = 0;
        for (int rank = 0; rank < 5'000; ++rank) {
            words_.push_back(new_word(1 + rank / 60 % 3));
            sums_.push_back(sum += 1 / (rank + 2.7));  // Zipf's law with Mandelbrot's shift
        }
    }

    std::size_t below(std::size_t end) { return random_() % end; }

    std::string new_word(int syllables) {
        std::string word;
        for (int i = 0; i <= syllables; ++i) {
            word += "bcdfghklmnprstvw"[below(16)];
            word += "aeiou"[below(5)];
        }
        return word + "lnrst"[below(5)];
    }

    // No month, greeting or other word that is left out.
    std::string unknown_word() { return "x" + new_word(3); }

    std::vector<std::string> words(std::size_t count) {
        std::vector<std::string> text;
        for (std::size_t i = 0; i < count; ++i) text.push_back(word());
        return text;
    }

  private:
    std::string word() {
        const double place = sums_.back() * static_cast<double>(random_() % 1'000'000) / 1e6;
        return words_[std::ranges::upper_bound(sums_, place) - sums_.begin()];
    }

    std::mt19937 random_;
    std::vector<std::string> words_;
    std::vector<double> sums_;
};

using Text = std::vector<std::string>;

std::string joined(const Text& text) {
    std::string line;
    for (const std::string& word : text) line += word + ' ';
    return line;
}

Text operator+(Text left, const Text& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

// `count` different places of a text, in no order.
std::set<std::size_t> places(Writer& writer, std::size_t size, std::size_t count) {
    std::set<std::size_t> chosen;
    while (chosen.size() < count) chosen.insert(writer.below(size));
    return chosen;
}

// How many percent of pairs are taken for one mailing.
double recognised(const std::string& what, int pairs,
                  const std::function<std::pair<Features, Features>()>& next) {
    int same = 0;
    for (int i = 0; i < pairs; ++i) {
        const auto [one, other] = next();
        same += one_mailing(one, other);
    }
    const double percent = 100.0 * same / pairs;
    BOOST_TEST_MESSAGE(fmt::format("{:60} {:7.3f} % of {} pairs", what, percent, pairs));
    return percent;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint)

BOOST_AUTO_TEST_CASE(what_differs_from_piece_to_piece_is_left_out) {
    const Features one = features_of("Dear Karen,\n\n" + offer +
                                         ".\nKaren Smith, your customer number is 4711 since "
                                         "Monday, 12 March 2024.\nLeave: https://a.example/u?t=x1\n"
                                         "Sent to <karen.smith@one.example>",
                                     names_of("karen.smith@one.example", "Karen Smith"));
    const Features other = features_of("Hi Jo!\n" + offer +
                                           "\n> Jo Meier: your customer number is A-12/9 since "
                                           "Friday, 1st April 2025. Leave: www.b.example/zz\n",
                                       names_of("jo@two.example", "MEIER, Jo"));
    const Features offered =
        features_of("Hello\n" + offer + " your customer number is since leave sent to");
    BOOST_TEST(one == offered, boost::test_tools::per_element());
    BOOST_TEST(one_mailing(one, offered));
    BOOST_TEST(one_mailing(features_of(offer), features_of("Kia ora koutou,\n" + offer)));
    BOOST_TEST(one_mailing(other, features_of(offer)));
}

BOOST_AUTO_TEST_CASE(only_a_greeting_goes_with_its_line) {
    const std::string more = "this is all that needs to be said about the chairs in our shop";
    const Features plain = features_of(more);
    for (const char* greeting :
         {"Hello\n", "Dear Karen\n", "dear mr. and mrs. van Dyke,\n", "Good morning! ",
          "Liebe Anna,\n", "Sehr geehrte Frau Müller, ", "Chère Madame,\n", "Hello, Karen!\n",
          "Здравствуйте, Анна!\n", "Добрый день: ", "Γεια σου,\n", "您好，", "Hello, "})
        BOOST_TEST((features_of(greeting + more) == plain), greeting);
    for (const char* text :
         {"Chairs for Karen,\n", "Hello to all of you who like chairs, ", "We say hello,\n"})
        BOOST_TEST((features_of(text + more) != plain), text);
    // What comes after the comma stays: this was no line of greeting.
    BOOST_TEST((features_of("Hi Karen, these are chairs, all of them:\n" + more) ==
                features_of("these are chairs all of them " + more)));
}

BOOST_AUTO_TEST_CASE(names_come_from_addresses_and_display_names) {
    const Names names = names_of("<k.smith23@shop.acme.it>", "Karen \"Kay\" O’Neil");
    const auto leaves_out = [&](const std::string& word) {
        return features_of(word + ' ' + offer, names) == features_of(offer);
    };
    for (const char* word : {"Smith", "ACME", "shop", "karen", "Kay", "O'Neil"})
        BOOST_TEST(leaves_out(word), word);
    // One letter, and what a top-level domain is called, are words of texts.
    for (const char* word : {"k", "it", "smit", "smiths"}) BOOST_TEST(!leaves_out(word), word);

    Names of_field;
    of_field.add_display_name("\"Smith, Karen\" <ks@acme.it>, bob.miller (Bob) <bob@x.at>");
    BOOST_TEST((features_of("Karen smith and bob miller " + offer, of_field) ==
                features_of("and " + offer)));
    BOOST_TEST(
        (features_of("acme at it " + offer, of_field) == features_of("acme at it " + offer)));
}

BOOST_AUTO_TEST_CASE(quotes_and_signatures_are_left_out) {
    const Features plain = features_of(offer);
    BOOST_TEST((features_of("> they wrote to us\n" + offer + "\n>> before\n") == plain));
    BOOST_TEST((features_of(offer + "\n--\nThe Chair Company\nlimited") == plain));
    BOOST_TEST((features_of(offer + "\n-- \nThe Chair Company\nlimited") == plain));
    BOOST_TEST((features_of(offer + "\n---\nThe Chair Company\nlimited") != plain));
}

BOOST_AUTO_TEST_CASE(punctuation_white_space_case_and_accents_never_matter) {
    const Features plain = features_of("the café in our showroom doesn't open before the season");
    for (const char* text :
         {"THE CAFÉ IN OUR SHOWROOM DOESN'T OPEN BEFORE THE SEASON",
          "The cafe in our show\xc2\xadroom does\xe2\x80\x8bn’t; open -- before: the (season)!!!",
          "\n\nthe\ncafe\u0301   in\tour  showroom\n\ndoesnt open\nbefore the season\n",
          "\"the\" café, in our showroom... doesn’t open before/the_season"})
        BOOST_TEST((features_of(text) == plain), text);
}

BOOST_AUTO_TEST_CASE(short_texts_are_compared_as_a_whole) {
    const Features one = features_of("please see the attached file");
    BOOST_TEST(one.size() == 1u);
    BOOST_TEST((one == features_of("Please see the attached file: 2!")));
    BOOST_TEST((one != features_of("please see the attached report")));
    BOOST_TEST((one != features_of("the attached file please see")));
    BOOST_TEST(!one_mailing(one, features_of("please see the attached file " + offer)));
}

BOOST_AUTO_TEST_CASE(texts_that_say_nothing_fall_back_on_the_subject_and_then_on_all) {
    const auto features = [](std::string_view subject, std::string_view text) {
        return text_features(subject, text, nobody);
    };
    const Features subject = features("Garden chairs on sale", "");
    BOOST_TEST(
        (features("Garden chairs on sale 4711!", "Hello Ann,\nhttps://a.example/1") == subject));
    BOOST_TEST(
        (features("garden chairs on sale", "look here\n--\nAnn, The Chair Company") == subject));
    BOOST_TEST((features("Garden chairs", offer) == features_of(offer)));

    BOOST_TEST((features("Invoice 17", "see file") == features("Invoice", "17, see file")));
    BOOST_TEST((features("Invoice 17", "see file") != features("Invoice 18", "see file")));
    BOOST_TEST((features("Re: it", "> thank you") == features("re it thank you", "")));

    const Features nothing = features("", "");
    BOOST_TEST(nothing.size() == 1u);
    BOOST_TEST((features("...", "\n \n!?\xff\n") == nothing));
    BOOST_TEST((features("", "a") != nothing));
}

BOOST_AUTO_TEST_CASE(texts_of_scripts_without_blanks_are_compared_letter_by_letter) {
    const std::string text =
        "我们的新款花园椅已经到店，欢迎您来喝咖啡、吃蛋糕，并在季节开始之前试坐。";
    const Features one = features_of("您好，\n" + text + "订单号12345，https://a.example/1。");
    const Features other = features_of("尊敬的王先生：" + text + "订单号998，http://b.example/2。");
    BOOST_TEST(one.size() == features_of_text);
    BOOST_TEST(one_mailing(one, other));
    BOOST_TEST(
        !one_mailing(one, features_of("会议改到下周二上午，地点不变，请各位准时参加并带上资料。")));
}

// The hashes are kept in stores and shared by daemons of several releases: a change loses track of
// all mailings on their way, and must be meant.
BOOST_AUTO_TEST_CASE(hashes_are_the_same_everywhere) {
    const auto first = [](const std::string& text) {
        return fmt::format("{:x}", features_of(text).front());
    };
    BOOST_TEST(first("") == "cbf29ce484222325");
    BOOST_TEST(first("Grüße aus Köln") == "27b764acb45e80e9");
    BOOST_TEST(first(offer) == "746bc71fdfc80da");
}

BOOST_AUTO_TEST_CASE(any_bytes_have_sorted_distinct_features) {
    std::mt19937 random(5);
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (auto length = random() % 300; length > 0; --length)
            text += random() % 4 ? "ab1 >-\n,.@/:<\xd0\xb0\xcc\x81"[random() % 18]
                                 : static_cast<char>(random());
        const Features features = text_features(text.substr(0, 20), text, nobody);
        BOOST_REQUIRE(!features.empty());
        BOOST_REQUIRE(features.size() <= features_of_text);
        BOOST_REQUIRE(std::ranges::is_sorted(features, std::ranges::less_equal{}) ||
                      features.size() == 1);
        BOOST_REQUIRE(one_mailing(features, features));
    }
}

BOOST_AUTO_TEST_CASE(two_thirds_and_at_least_eight_must_agree) {
    for (const auto& [features, needed] : std::vector<std::pair<std::size_t, std::size_t>>{
             {1, 1}, {2, 2}, {8, 8}, {9, 8}, {12, 8}, {13, 9}, {24, 16}, {31, 21}, {32, 22}})
        BOOST_TEST(features_needed(features) == needed, features);
    const Features known{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    BOOST_TEST(one_mailing({1, 2, 3, 4, 5, 6, 7, 8, 20}, known));
    BOOST_TEST(one_mailing(known, {1, 2, 3, 4, 5, 6, 7, 8, 20}));
    BOOST_TEST(!one_mailing({1, 2, 3, 4, 5, 6, 7, 20, 21}, known));
    BOOST_TEST(!one_mailing({1}, known));
}

// The smallest of n evenly spread hashes is 1/(n + 1) of the range on average.
BOOST_AUTO_TEST_CASE(hashes_are_evenly_spread) {
    Writer writer(1);
    const int texts = 2'000, words = 41;
    double sum = 0;
    for (int i = 0; i < texts; ++i) {
        Text text;
        for (int word = 0; word < words; ++word) text.push_back(writer.unknown_word());
        sum += std::ldexp(static_cast<double>(features_of(joined(text)).front()), -64);
    }
    BOOST_TEST(sum / texts == 1.0 / words, boost::test_tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(names_numbers_links_and_dates_in_one_to_four_places_are_recognised) {
    Writer writer(2);
    const auto personal = [&](Text text, const std::set<std::size_t>& where, std::size_t kind) {
        const std::string name = writer.unknown_word();
        for (const std::size_t place : where) {
            const std::string number = std::to_string(writer.below(10'000));
            const std::string texts[] = {
                name, number, "https://" + writer.unknown_word() + ".example/?t=" + number,
                number + ". " + (writer.below(2) ? "März " : "April ") + number,
                name + "@" + writer.unknown_word() + ".example"};
            text[place] += ' ' + texts[kind++ % 5];
        }
        Names names;
        names.add_display_name(name);
        return features_of("Dear " + name + ",\n" + joined(text), names);
    };
    for (const std::size_t size : {20u, 60u, 300u}) {
        const auto pair = [&] {
            const Text text = writer.words(size);
            const auto where = places(writer, size, 1 + writer.below(4));
            const std::size_t kind = writer.below(5);
            return std::pair(personal(text, where, kind),
                             personal(text, where, kind + writer.below(2)));
        };
        BOOST_TEST(recognised(fmt::format("{} words, personal in 1 to 4 places", size), 2'000,
                              pair) > 99.9);
    }
}

// Names that no address tells: what the header of fingerprint.h says of changed words.
BOOST_AUTO_TEST_CASE(some_words_may_be_others) {
    Writer writer(3);
    const auto changed = [&](std::size_t size, std::size_t count) {
        return recognised(fmt::format("{} words, {} changed in each", size, count), 2'000, [&] {
            const Text text = writer.words(size);
            const auto piece = [&] {
                Text words = text;
                for (const std::size_t at : places(writer, size, count))
                    words[at] = writer.unknown_word();
                return features_of(joined(words));
            };
            const Features one = piece();
            return std::pair(one, piece());
        });
    };
    BOOST_TEST(changed(20, 1) > 99.9);
    BOOST_TEST(changed(40, 2) > 99.9);
    BOOST_TEST(changed(100, 4) > 99.5);
    BOOST_TEST(changed(300, 12) > 99);
    BOOST_TEST(changed(20, 4) < 1);  // two of five words differ between the pieces
}

BOOST_AUTO_TEST_CASE(a_common_footer_as_long_as_the_texts_makes_no_mailing) {
    Writer writer(4);
    const auto under_footer = [&](std::size_t size, double times) {
        const auto next = [&] {
            const Text footer = writer.words(static_cast<std::size_t>(times * double(size)));
            return std::pair(features_of(joined(writer.words(size) + footer)),
                             features_of(joined(writer.words(size) + footer)));
        };
        return recognised(fmt::format("{} words under a footer {} times as long", size, times),
                          2'000, next);
    };
    for (const std::size_t size : {20u, 40u, 100u, 400u}) BOOST_TEST(under_footer(size, 1) < 1);
    // Beyond the promise, for the record.
    BOOST_TEST(under_footer(40, 1.5) < 10);
    BOOST_TEST(under_footer(40, 2) < 50);
    BOOST_TEST(under_footer(40, 4) > 80);
}

BOOST_AUTO_TEST_CASE(unrelated_texts_are_never_one_mailing) {
    Writer writer(5);
    for (const std::size_t size : {4u, 12u, 20u, 100u, 1'000u})
        BOOST_TEST(recognised(fmt::format("unrelated texts of {} words", size), 2'000, [&] {
                       return std::pair(features_of(joined(writer.words(size))),
                                        features_of(joined(writer.words(size))));
                   }) == 0);
}

BOOST_AUTO_TEST_CASE(disguised_letters_are_seen_through) {
    const Features plain = features_of(offer);
    std::string zero_width, soft, alien, accents;
    for (const char c : offer) {
        zero_width += c + "\u200b"s;
        soft += c + "\u00ad"s;
        alien += c == 'a' ? "а" : c == 'e' ? "е" : c == 'o' ? "ο" : std::string(1, c);
        accents += c == ' ' ? " "s : c + "\u0308"s;
    }
    BOOST_TEST((features_of(zero_width) == plain));
    BOOST_TEST((features_of(soft) == plain));
    BOOST_TEST((features_of(alien) == plain));
    BOOST_TEST((features_of(accents) == plain));
}

BOOST_AUTO_TEST_CASE(hidden_html_is_no_text) {
    const Features plain = features_of(offer);
    std::string html = "Content-Type: text/html\n\n<p hidden>aaa bbb ccc ddd</p>";
    for (const char c : offer) html += c == 'e' ? "e<!-- q7w -->"s : std::string(1, c);
    BOOST_TEST((features_of(shown(html + "<title>other words here</title>")) == plain));
    BOOST_TEST((features_of(shown("Content-Type: multipart/mixed; boundary=b\n\nnobody sees this "
                                  "preamble of many words\n--b\n\n" +
                                  offer + "\n--b--\nnor this\n")) == plain));
}

BOOST_AUTO_TEST_CASE(random_tokens_and_other_line_ends_change_nothing) {
    const Features plain = features_of(offer);
    BOOST_TEST((features_of(offer + " f3a9c07de1 #88213-xk2 =?x9?=") == plain));
    std::string narrow = offer;
    for (std::size_t at = narrow.find(' '); at != narrow.npos; at = narrow.find(' ', at + 9))
        narrow[at] = '\n';
    BOOST_TEST((features_of(narrow) == plain));
}

BOOST_AUTO_TEST_CASE(a_synonym_shuffled_in_each_sentence_is_recognised) {
    Writer writer(6);
    for (const std::size_t sentence : {8u, 12u, 16u}) {
        const auto next = [&] {
            const Text text = writer.words(sentence * 15);
            Text synonyms;
            for (int i = 0; i < 15; ++i) synonyms.push_back(writer.unknown_word());
            const auto shuffled = [&] {
                Text words = text;
                for (std::size_t i = 0; i < synonyms.size(); ++i)
                    if (writer.below(2)) words[i * sentence + 3] = synonyms[i];
                return features_of(joined(words));
            };
            const Features one = shuffled();
            return std::pair(one, shuffled());
        };
        BOOST_TEST(recognised(fmt::format("one of 2 synonyms in {} words", sentence), 2'000, next) >
                   99);
    }
}

BOOST_AUTO_TEST_CASE(random_words_at_the_end_help_only_when_they_are_many) {
    Writer writer(7);
    const auto with_tail = [&](std::size_t tail) {
        const auto next = [&] {
            const Text text = writer.words(100);
            return std::pair(features_of(joined(text + writer.words(tail))),
                             features_of(joined(text + writer.words(tail))));
        };
        return recognised(fmt::format("100 words and {} random ones", tail), 2'000, next);
    };
    BOOST_TEST(with_tail(10) > 99.9);
    BOOST_TEST(with_tail(20) > 98);
    BOOST_TEST(with_tail(50) < 50);
    BOOST_TEST(with_tail(100) < 1);
}

// Said openly: these pieces count as mailings of their own.
BOOST_AUTO_TEST_CASE(what_is_not_recognised) {
    const Features plain = features_of(offer);
    const auto not_recognised = [&](const std::string& text) {
        return !one_mailing(features_of(text), plain);
    };
    BOOST_TEST(not_recognised("some words of mine\n--\n" + offer));
    std::string dots = offer, digits = offer, spelt, mixed;
    for (std::size_t at = dots.find(' '); at != dots.npos; at = dots.find(' ', at + 12))
        dots[at] = '.';
    std::ranges::replace(digits, 'e', '3');
    for (const char c : offer) {
        spelt += {c, '-'};
        mixed += c == ' ' ? " so " : std::string(1, c);
    }
    BOOST_TEST(not_recognised(dots));
    BOOST_TEST(not_recognised(digits));
    BOOST_TEST(not_recognised(spelt));
    BOOST_TEST(not_recognised(mixed));
}

BOOST_AUTO_TEST_CASE(any_text_is_read_in_linear_time) {
    Writer writer(8);
    for (const std::string& piece :
         {joined(writer.words(200'000)), "a"s, "4711 "s, "a@"s, "./:"s, "dear a b c d e f\n"s,
          "> a\n"s, "ветер дует "s, "我们的新款花园椅"s, "\xff\xf0\x9f"s}) {
        const auto size = static_cast<std::size_t>(rounds(16'000'000));
        std::string text;
        while (text.size() < size) text += piece;
        const double seconds = cpu_seconds([&] { text_features("", text, nobody); });
        BOOST_TEST_MESSAGE(fmt::format("{:5.3f} s for {} bytes of {:.30}", seconds, size, piece));
        BOOST_TEST(seconds < 3, piece.substr(0, 30));
    }
    const std::string letter = joined(writer.words(300)).substr(0, 2'048);
    const double seconds = cpu_seconds([&] {
        for (int i = 0; i < 1'000; ++i) text_features("", letter, nobody);
    });
    BOOST_TEST_MESSAGE(fmt::format("a text of 2 kB: {:.1f} microseconds", seconds * 1'000));
    BOOST_TEST(seconds < (is_sanitized ? 20 : 1));
}

BOOST_AUTO_TEST_SUITE_END()
