// How long a list of words takes to load, and how fast texts are searched for it.
//
// usage: word_list_bench [PHRASES [MEGABYTES]]; 100,000 and 64 by default. The words are made up:
// the letters of English in about their frequencies, a phrase in three of two words; a word in ten
// of the text is one of the list's.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "mail/text.h"
#include "match/word_list.h"

using namespace spillway;

namespace {

// Of this process's CPU time: what else the machine does is no matter.
class Clock {
  public:
    double seconds() const { return static_cast<double>(std::clock() - began_) / CLOCKS_PER_SEC; }

  private:
    std::clock_t began_ = std::clock();
};

std::string made_up_word(std::mt19937& dice) {
    constexpr std::string_view by_frequency = "etaoinshrdlucmfwygpbvkjxqz";
    std::string word;
    for (std::size_t letters = 4 + dice() % 8; letters > 0; --letters) {
        word += by_frequency[std::min(dice() % by_frequency.size(), dice() % by_frequency.size())];
    }
    return word;
}

std::vector<std::string> lines_of(std::size_t phrases, std::mt19937& dice) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < phrases; ++i) {
        lines.push_back(made_up_word(dice));
        if (i % 3 == 0) lines.back() += " " + made_up_word(dice);
    }
    return lines;
}

std::string text_with(const std::vector<std::string>& lines, std::size_t bytes, bool ascii,
                      std::mt19937& dice) {
    std::string text;
    while (text.size() < bytes) {
        text += dice() % 10 == 0 ? lines[dice() % lines.size()] : made_up_word(dice);
        if (!ascii && dice() % 3 == 0) text += "é";
        text += dice() % 12 == 0 ? "\n" : " ";
    }
    return mail::readable(text);
}

void print_speed(const char* what, const match::WordList& list, const std::string& text) {
    std::size_t found = 0;
    const Clock clock;
    list.scan(text, [&](const match::Occurrence&) { return ++found > 0; });
    const double seconds = clock.seconds();
    fmt::print("{:<14} {:7.1f} MB/s, {} occurrences in {:.0f} MB\n", what,
               static_cast<double>(text.size()) / seconds / 1e6, found,
               static_cast<double>(text.size()) / 1e6);
}

}  // namespace

int main(int count, char** words) {
    const std::size_t phrases = count > 1 ? std::strtoull(words[1], nullptr, 10) : 100'000;
    const std::size_t bytes = 1'000'000 * (count > 2 ? std::strtoull(words[2], nullptr, 10) : 64);
    std::mt19937 dice(1);
    const std::vector<std::string> lines = lines_of(phrases, dice);
    match::WordList list;
    const Clock clock;
    for (const auto& line : lines) {
        const auto entry = match::parse_word_entry(line);
        if (!entry || !list.add(*entry)) return 1;
    }
    fmt::print("{:<14} {:7.1f} ms for {} phrases\n", "load", clock.seconds() * 1e3, list.size());
    print_speed("ASCII", list, text_with(lines, bytes, true, dice));
    print_speed("Latin", list, text_with(lines, bytes, false, dice));
    return list.size() > 0 ? 0 : 1;
}
