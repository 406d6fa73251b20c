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
    BOOST_TEST(candidates(sets, book.seats, "") == "nnnnnyn");
    BOOST_TEST(candidates(sets, book.seats, "one pear, ripe") == "nynnnyn");
    BOOST_TEST(candidates(sets, book.seats, "1234-5678 plum.") == "nnyynyn");
    BOOST_TEST(candidates(sets, book.seats, "plums, figs") == "nnnnyyn");
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
    BOOST_TEST(saved.size() == 1u);
    const PatternSets loaded(book.draft, saved);
    BOOST_TEST(loaded.sizes().loaded == 1u);
    BOOST_TEST(loaded.to_save().empty());
    for (const char* text : {"", "pear", "plum 1234-5678", "aaaa", "medlar"})
        BOOST_TEST(candidates(loaded, book.seats, text) == candidates(compiled, book.seats, text));
}

BOOST_AUTO_TEST_CASE(what_was_saved_of_other_patterns_is_not_taken) {
    const std::vector<SavedSet> saved = PatternSets(Book(fruit).draft).to_save();
    const Book other({"apple", "pear", "plum", "figs"});
    BOOST_TEST(PatternSets(other.draft, saved).sizes().loaded == 0u);

    std::vector<SavedSet> foreign = saved;
    foreign[0].recipe += "x";
    BOOST_TEST(PatternSets(Book(fruit).draft, foreign).sizes().loaded == 0u);
}

BOOST_AUTO_TEST_CASE(a_database_the_engine_refuses_is_compiled_anew) {
    std::vector<SavedSet> saved = PatternSets(Book(fruit).draft).to_save();
    saved[0].database.resize(saved[0].database.size() / 2);
    const Book book(fruit);
    const PatternSets sets(book.draft, saved);
    BOOST_TEST(sets.sizes().loaded == 0u);
    BOOST_TEST(candidates(sets, book.seats, "pear") == "nynnnyn");
    saved[0].database = "nonsense";
    BOOST_TEST(PatternSets(book.draft, saved).sizes().loaded == 0u);
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
