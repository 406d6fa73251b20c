#include "match/pattern_set.h"

#include <thread>

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

// A draft whose patterns are asked of one kind of text.
struct Book {
    PatternDraft draft;
    std::vector<Seat> seats;

    explicit Book(const std::vector<std::string>& expressions, const std::string& flags = "") {
        for (const std::string& expression : expressions)
            seats.push_back(draft.add("text", Pattern::compile(expression, flags).value()));
    }
};

const std::vector<std::string> fruit{"apple",    "pear\\b", "\\d{4}-\\d{4}", "(?<!\\w)plum(?!\\w)",
                                     "fig(?=s)", "(a+)+$",  "quince|medlar"};

// One letter a pattern: y for a candidate.
std::string candidates(const PatternSets& sets, const std::vector<Seat>& seats,
                       const std::string& text) {
    Scans scans(&sets);
    std::string answers;
    for (const Seat& seat : seats) answers += scans.where(seat, text).nowhere() ? 'n' : 'y';
    return answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern_sets)

BOOST_AUTO_TEST_CASE(only_patterns_that_may_match_are_candidates) {
    const Book book(fruit);
    const PatternSets sets(book.draft);
    BOOST_TEST(candidates(sets, book.seats, "") == "nnnnnnn");
    BOOST_TEST(candidates(sets, book.seats, "one pear, ripe") == "nynnnyn");
    BOOST_TEST(candidates(sets, book.seats, "1234-5678 plum.") == "nnyynnn");
    BOOST_TEST(candidates(sets, book.seats, "plums, figs") == "nnnnynn");
    BOOST_TEST(candidates(sets, book.seats, "Medlar medlar") == "nnnnnyy");
}

BOOST_AUTO_TEST_CASE(a_pattern_without_an_outline_is_always_a_candidate) {
    Book book(fruit);
    const Seat seat = book.draft.add("text", Pattern::compile("(*UCP)never", "").value());
    BOOST_TEST(seat.set == -1);
    const PatternSets sets(book.draft);
    Scans scans(&sets);
    BOOST_TEST(!scans.where(seat, "anything").nowhere());
    BOOST_TEST(!scans.where({}, "anything").nowhere());
}

BOOST_AUTO_TEST_CASE(without_sets_everything_is_a_candidate) {
    Scans scans(nullptr);
    BOOST_TEST(!scans.where({0, 0}, "anything").nowhere());
}

BOOST_AUTO_TEST_CASE(a_few_patterns_are_no_set) {
    const Book book({"apple", "pear", "plum"});
    const PatternSets sets(book.draft);
    BOOST_TEST(sets.sizes().sets == 0u);
    BOOST_TEST(candidates(sets, book.seats, "nothing") == "yyy");
}

BOOST_AUTO_TEST_CASE(alike_patterns_share_a_seat) {
    PatternDraft draft;
    const Seat first = draft.add("text", Pattern::compile("apple$", "").value());
    const Seat same = draft.add("text", Pattern::compile("^apple", "").value());
    const Seat other_case = draft.add("text", Pattern::compile("apple", "i").value());
    const Seat elsewhere = draft.add("subject", Pattern::compile("apple", "").value());
    BOOST_TEST((first.set == same.set && first.number == same.number));
    BOOST_TEST((first.set == other_case.set && first.number != other_case.number));
    BOOST_TEST(first.set != elsewhere.set);
}

BOOST_AUTO_TEST_CASE(each_kind_of_text_has_a_set_of_its_own) {
    PatternDraft draft;
    std::vector<Seat> texts;
    std::vector<Seat> subjects;
    for (const char* word : {"apple", "pear", "plum", "fig"}) {
        texts.push_back(draft.add("text", Pattern::phrase(word)));
        subjects.push_back(draft.add("subject", Pattern::phrase(std::string("my ") + word)));
    }
    const PatternSets sets(draft);
    BOOST_TEST(sets.sizes().sets == 2u);
    BOOST_TEST(sets.sizes().patterns == 8u);
    BOOST_TEST(candidates(sets, texts, "my apple") == "ynnn");
    BOOST_TEST(candidates(sets, subjects, "my apple") == "ynnn");
    BOOST_TEST(candidates(sets, subjects, "an apple") == "nnnn");
}

BOOST_AUTO_TEST_CASE(a_text_is_scanned_once_and_told_from_others) {
    const Book book({"apple", "pear", "plum", "fig"});
    const PatternSets sets(book.draft);
    Scans scans(&sets);
    std::string text = "apple";
    const std::string other = "pear";
    BOOST_TEST(!scans.where(book.seats[0], text).nowhere());
    BOOST_TEST(scans.where(book.seats[0], other).nowhere());
    BOOST_TEST(!scans.where(book.seats[1], other).nowhere());
    // It is the same text by its place: were it read again, its new content would be seen.
    text.replace(0, 5, "plums");
    BOOST_TEST(!scans.where(book.seats[0], text).nowhere());
    BOOST_TEST(scans.where(book.seats[2], text).nowhere());
    // Whoever changes texts says so.
    scans.forget();
    BOOST_TEST(scans.where(book.seats[0], text).nowhere());
    BOOST_TEST(!scans.where(book.seats[2], text).nowhere());
}

BOOST_AUTO_TEST_CASE(what_was_saved_is_loaded_and_says_the_same) {
    const Book book(fruit);
    const PatternSets compiled(book.draft);
    const std::vector<SavedSet> saved = compiled.to_save();
    BOOST_TEST(saved.size() == 4u);
    const PatternSets loaded(book.draft, saved);
    BOOST_TEST(loaded.sizes().loaded == 4u);
    BOOST_TEST(loaded.to_save().empty());
    for (const char* text : {"", "pear", "plum 1234-5678", "aaaa", "medlar"})
        BOOST_TEST(candidates(loaded, book.seats, text) == candidates(compiled, book.seats, text));
}

BOOST_AUTO_TEST_CASE(what_was_saved_of_other_patterns_is_not_taken) {
    const std::vector<SavedSet> saved = PatternSets(Book(fruit).draft).to_save();
    const Book other({"apple", "pear", "plum", "figs"});
    BOOST_TEST(PatternSets(other.draft, saved).sizes().loaded == 0u);

    std::vector<SavedSet> foreign = saved;
    for (SavedSet& set : foreign) set.recipe += "x";
    BOOST_TEST(PatternSets(Book(fruit).draft, foreign).sizes().loaded == 0u);
}

BOOST_AUTO_TEST_CASE(a_database_the_engine_refuses_is_compiled_anew) {
    const Book book(fruit);
    const std::vector<SavedSet> saved = PatternSets(book.draft).to_save();
    for (std::size_t damaged = 0; damaged < saved.size(); ++damaged) {
        std::vector<SavedSet> half = saved;
        half[damaged].database.resize(half[damaged].database.size() / 2);
        const PatternSets sets(book.draft, half);
        BOOST_TEST(sets.sizes().loaded + 1 == saved.size());
        BOOST_TEST(candidates(sets, book.seats, "pear") == "nynnnyn");
        BOOST_TEST(candidates(sets, book.seats, "plum") == "nnnynnn");
        for (const char* nonsense : {"", "nonsense", "17", "1 x\n", "\n"}) {
            half[damaged].database = nonsense;
            BOOST_TEST(PatternSets(book.draft, half).sizes().loaded + 1 == saved.size());
        }
    }
}

// Without what is rare at its beginning a pattern is looked for as a whole.
BOOST_AUTO_TEST_CASE(patterns_of_frequent_letters_are_told_apart) {
    const Book book({"[aeiou]{3}", "\\w+ing\\s", "(?<=t)e.{0,9}[nm]e", "[a-z]{5}\\s[a-z]{7}\\b"});
    const PatternSets sets(book.draft);
    BOOST_TEST(candidates(sets, book.seats, "tell me") == "nnyn");
    BOOST_TEST(candidates(sets, book.seats, "queue") == "ynnn");
    BOOST_TEST(candidates(sets, book.seats, "their seeing eye") == "yynn");
    BOOST_TEST(candidates(sets, book.seats, "heaps of") == "nnnn");
    BOOST_TEST(candidates(sets, book.seats, "seven letters") == "nnny");
}

// A word somewhere behind a gap without end tells that there may be a match, but not where.
BOOST_AUTO_TEST_CASE(behind_a_far_word_the_rest_is_looked_for_as_well) {
    const Book book({"[^>].*apricots\\s\\d", "[^>].*(?:apple|pear)s\\s\\d", "plum", "fig"});
    const PatternSets sets(book.draft);
    BOOST_TEST(candidates(sets, book.seats, "no apricots, 7") == "nnnn");
    BOOST_TEST(candidates(sets, book.seats, "two apricots 7") == "ynnn");
    BOOST_TEST(candidates(sets, book.seats, "two pears 7") == "nynn");
    const std::vector<SavedSet> saved = sets.to_save();
    BOOST_TEST(saved.size() == 4u);
    const PatternSets loaded(book.draft, saved);
    BOOST_TEST(loaded.sizes().loaded == 4u);
    BOOST_TEST(candidates(loaded, book.seats, "two apricots 7, plum") == "ynyn");
}

// Links are scanned together, and each is asked for what is in it.
BOOST_AUTO_TEST_CASE(values_that_stand_in_one_text_are_told_apart) {
    const Book book({"apple", "pear\\b", "[aeiou]{3}", "fig"});
    const PatternSets sets(book.draft);
    Scans scans(&sets);
    const std::string whole = "two apples\n\nsome pear\nqueue\nfi\ng\n";
    const auto asked = [&](std::size_t begin, std::size_t end) {
        const auto value = std::string_view(whole).substr(begin, end - begin);
        std::string answers;
        for (const Seat& seat : book.seats)
            answers += scans.where(seat, value, whole).nowhere() ? 'n' : 'y';
        return answers;
    };
    // The third, which is looked for as a whole, may be in any of them.
    BOOST_TEST(asked(0, 10) == "ynyn");
    BOOST_TEST(asked(11, 11) == "nnyn");
    BOOST_TEST(asked(12, 21) == "nyyn");
    BOOST_TEST(asked(22, 27) == "nnyn");
    BOOST_TEST(asked(28, 30) == "nnyn");
    BOOST_TEST(!scans.where({}, "anything", whole).nowhere());
}

// Hyperscan reads 16,000 characters of an expression.
BOOST_AUTO_TEST_CASE(what_the_engine_refuses_is_always_a_candidate) {
    std::string much = ".{60}";
    for (int i = 0; i < 500; ++i) much += "[acegikmoqsuwyACEGIKMOQSUWY02468!%)-]";
    const Book book({"[aeiou]{3}", much, "[aeiou]{4}", "fig"});
    const PatternSets compiled(book.draft);
    BOOST_TEST(candidates(compiled, book.seats, "queue") == "yyyn");
    BOOST_TEST(candidates(compiled, book.seats, "so") == "nynn");
    const PatternSets loaded(book.draft, compiled.to_save());
    BOOST_TEST(loaded.sizes().loaded == 3u);
    BOOST_TEST(candidates(loaded, book.seats, "so") == "nynn");
}

BOOST_AUTO_TEST_CASE(many_threads_scan_at_once) {
    const Book book(fruit);
    const PatternSets sets(book.draft);
    std::array<int, 6> right{};
    std::vector<std::thread> threads;
    for (int& mine : right)
        threads.emplace_back([&] {
            for (int i = 0; i < 300; ++i)
                mine += candidates(sets, book.seats, "one pear, ripe") == "nynnnyn";
        });
    for (std::thread& thread : threads) thread.join();
    for (const int mine : right) BOOST_TEST(mine == 300);
}

BOOST_AUTO_TEST_SUITE_END()
