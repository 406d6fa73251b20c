// Real messages as an oracle of what is no mailing.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "mail/text.h"
#include "match/fingerprint.h"
#include "unit/shared_data.h"
#include "unit/temp_folder.h"

using namespace spillway;

namespace {

struct Fingerprinted {
    std::string file;
    std::vector<std::uint64_t> features;
    std::set<std::string> words;
};

// Runs of ASCII letters and of other bytes: cut by another rule than the fingerprint's.
std::set<std::string> plain_words(const std::string& text) {
    std::set<std::string> words;
    std::string word;
    for (const char c : text + ' ') {
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
        if (letter) {
            word += c;
        } else if (!word.empty()) {
            words.insert(std::exchange(word, {}));
        }
    }
    return words;
}

Fingerprinted fingerprinted(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string message{std::istreambuf_iterator<char>(in), {}};
    const mail::ReadText read = mail::read_text(message, {});
    const std::string shown = read.text.substr(0, read.shown_bytes);
    return {file.filename(), match::text_features("", shown, {}), plain_words(shown)};
}

double words_in_common(const Fingerprinted& one, const Fingerprinted& other) {
    std::vector<std::string> common;
    std::ranges::set_intersection(one.words, other.words, std::back_inserter(common));
    return static_cast<double>(common.size()) /
           static_cast<double>(std::max(one.words.size(), other.words.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint_corpus)

// Of 1.6 million pairs of odd messages, those taken for one mailing have most words in common.
// Texts of few words, which are compared as a whole, are left out: they are "Test" and "test!".
BOOST_AUTO_TEST_CASE(messages_that_are_taken_for_one_mailing_are_alike) {
    const auto folder = shared_data();
    if (!folder) return;
    const TempFolder unpacked;
    output_of("tar xJf '" + (*folder / "corpus.tar.xz").string() + "' -C '" + unpacked.path() +
              "'");
    std::vector<Fingerprinted> messages;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(unpacked.path()))
        if (entry.path().extension() == ".eml") messages.push_back(fingerprinted(entry.path()));
    std::ranges::sort(messages, {}, &Fingerprinted::file);

    int pairs = 0, unlike = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (messages[i].features.size() < 8) continue;
            if (!match::one_mailing(messages[i].features, messages[j].features)) continue;
            ++pairs;
            if (words_in_common(messages[i], messages[j]) > 0.5) continue;
            ++unlike;
            BOOST_TEST_MESSAGE(messages[i].file + " and " + messages[j].file);
        }
    }
    BOOST_TEST_MESSAGE(pairs << " pairs taken for one mailing, " << unlike << " of them unlike");
    BOOST_TEST(pairs > 500);
    BOOST_TEST(unlike < 10);
}

BOOST_AUTO_TEST_SUITE_END()
