// Documents handed to the real program.
#include "extract/extractor.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <latch>
#include <set>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "temp_folder.h"

using namespace spillway::extract;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

Extractor::Settings settings(const spillway::TempFolder& folder, std::size_t processes = 1) {
    return {.program = SPILLWAY_EXTRACT,
            .spool_folder = folder.path(),
            .spool_above = 1000,
            .processes = processes};
}

struct Fixture {
    spillway::TempFolder folder;
    Extractor extractor{settings(folder)};

    Extracted read(std::string_view bytes, const Limits& limits = {}) {
        return extractor.read({.name = "a.txt", .label = "text/plain"}, bytes, limits,
                              Clock::now() + 60s);
    }
    std::string field_of_keeper(const std::string& name) const {
        std::ifstream status("/proc/" + std::to_string(extractor.idle().at(0)) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with(name + ":")) return line.substr(name.size() + 2);
        return {};
    }
};

std::string text_of(const Extracted& extracted) {
    std::string all;
    for (const Piece& piece : extracted.pieces) all += piece.text;
    return all;
}

// Groups that never close: a second of work or more.
std::string slow_document() {
    std::string rtf = "{\\rtf1 ";
    for (int i = 0; i < 3'000'000; ++i) rtf += "{\\f1\\'e4\\u8364?}";
    return rtf + "}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(extractor_of_documents, Fixture)

BOOST_AUTO_TEST_CASE(text_comes_back) {
    const Extracted extracted = read(
        "Ein gr\xC3\xBC\xC3\x9F"
        "er");
    BOOST_TEST(text_of(extracted) == "Ein grüßer");
    BOOST_TEST(extracted.complete());
}

BOOST_AUTO_TEST_CASE(large_documents_come_by_way_of_the_disk) {
    const std::string large(100'000, 'x');
    BOOST_TEST(text_of(read(large)) == large);
}

BOOST_AUTO_TEST_CASE(a_source_is_read_to_its_end) {
    const Source five_pieces = [](const spillway::mail::TakePiece& take) {
        for (int i = 0; i < 5; ++i) BOOST_TEST(take(std::string(600, 'y')));
    };
    const Extracted extracted = extractor.read({}, five_pieces, Limits{}, Clock::now() + 60s);
    BOOST_TEST(text_of(extracted) == std::string(3000, 'y'));
}

BOOST_AUTO_TEST_CASE(a_source_without_end_is_stopped_at_the_limit) {
    int pieces = 0;
    const Source endless = [&](const spillway::mail::TakePiece& take) {
        while (take(std::string(600, 'y'))) ++pieces;
    };
    const Extracted extracted =
        extractor.read({}, endless, {.document_bytes = 3000}, Clock::now() + 60s);
    BOOST_TEST(pieces == 5);
    BOOST_TEST((extracted.findings.trouble == Trouble::too_large));
}

BOOST_AUTO_TEST_CASE(one_keeper_serves_all_documents) {
    read("one");
    const auto keepers = extractor.idle();
    read("two");
    BOOST_TEST(extractor.idle() == keepers, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_keeper_has_no_rights) {
    read("one");
    BOOST_TEST(field_of_keeper("Seccomp") == "2");
    BOOST_TEST(field_of_keeper("NoNewPrivs") == "1");
}

// No connection of the mail server, no log, no counter file.
BOOST_AUTO_TEST_CASE(the_keeper_has_three_descriptors) {
    const int leaked = ::open("/dev/zero", O_RDONLY);  // not close-on-exec
    read("one");
    ::close(leaked);
    std::set<std::string> names;
    const std::string path = "/proc/" + std::to_string(extractor.idle().at(0)) + "/fd";
    DIR* const open = ::opendir(path.c_str());
    while (const dirent* entry = ::readdir(open))
        if (entry->d_name[0] != '.') names.insert(entry->d_name);
    ::closedir(open);
    BOOST_TEST(names == (std::set<std::string>{"0", "1", "2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_keeper_that_died_is_replaced_unnoticed) {
    read("one");
    const pid_t first = extractor.idle().at(0);
    ::kill(first, SIGKILL);
    const Extracted extracted = read("two");
    BOOST_TEST(text_of(extracted) == "two");
    BOOST_TEST(extracted.complete());
    BOOST_TEST(extractor.idle().at(0) != first);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_killed_is_cannot_tell_and_the_next_is_read) {
    read("warm");
    const pid_t keeper = extractor.idle().at(0);
    std::atomic<bool> killed = false;
    std::jthread killer([&] {
        const std::string path =
            "/proc/" + std::to_string(keeper) + "/task/" + std::to_string(keeper) + "/children";
        while (!killed) {
            pid_t reader = 0;
            if (std::ifstream(path) >> reader) killed = ::kill(reader, SIGKILL) == 0;
            std::this_thread::yield();
        }
    });
    const Extracted extracted = read(slow_document());
    killer.join();
    BOOST_TEST((extracted.findings.trouble == Trouble::crashed));
    BOOST_TEST(text_of(read("next")) == "next");
    BOOST_TEST(extractor.idle().at(0) == keeper);
}

BOOST_AUTO_TEST_CASE(a_document_without_end_is_cannot_tell_in_time) {
    const auto begin = Clock::now();
    const Extracted extracted = read(slow_document(), {.time_ms = 50});
    BOOST_TEST((extracted.findings.trouble == Trouble::time));
    BOOST_TEST((Clock::now() - begin < 5s));
    BOOST_TEST(text_of(read("next")) == "next");
}

BOOST_AUTO_TEST_CASE(the_deadline_is_kept) {
    const Extracted extracted = extractor.read({}, slow_document(), Limits{}, Clock::now() + 50ms);
    BOOST_TEST((extracted.findings.trouble == Trouble::time));
}

BOOST_AUTO_TEST_CASE(a_document_beyond_the_limit_is_not_read) {
    BOOST_TEST((read("12345", {.document_bytes = 4}).findings.trouble == Trouble::too_large));
}

BOOST_AUTO_TEST_CASE(text_beyond_the_limit_is_cut_between_characters) {
    const Extracted extracted = read("ääää", {.text_bytes = 5});
    BOOST_TEST(text_of(extracted) == "ää");
    BOOST_TEST(extracted.findings.truncated);
}

BOOST_AUTO_TEST_CASE(threads_take_turns) {
    std::vector<std::jthread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const std::string own = "text " + std::to_string(i);
            for (int round = 0; round < 10; ++round)
                if (text_of(read(own)) == own) ++right;
        });
    threads.clear();
    BOOST_TEST(right == 80);
    BOOST_TEST(extractor.idle().size() == 1U);
}

BOOST_AUTO_TEST_CASE(all_busy_until_the_deadline_is_said) {
    std::latch began(1);
    std::jthread other([&] {
        extractor.read(
            {}, [](const spillway::mail::TakePiece&) {}, Limits{}, Clock::now() + 60s);
        began.count_down();
        read(slow_document(), {.time_ms = 2000});
    });
    began.wait();
    bool said_busy = false;
    for (int i = 0; i < 1000 && !said_busy; ++i)
        said_busy =
            extractor.read({}, "x", Limits{}, Clock::now() + 1ms).findings.trouble == Trouble::busy;
    BOOST_TEST(said_busy);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_missing_or_wrong_is_unavailable) {
    for (const char* const program : {"/nonexistent/spillway-extract", "/bin/true"}) {
        Extractor broken({.program = program, .spool_folder = folder.path()});
        const Extracted extracted = broken.read({}, "x", Limits{}, Clock::now() + 10s);
        const Trouble trouble = extracted.findings.trouble;
        BOOST_TEST((trouble == Trouble::unavailable));
        BOOST_TEST(extracted.pieces.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
