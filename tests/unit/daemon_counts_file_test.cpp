// The counters on disk, with a folder that misbehaves on command.
#include "daemon/counts_file.h"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <csignal>

#include <fmt/format.h>

#include "daemon/files.h"
#include "unit/daemon_folder.h"

using namespace spillway;
using namespace std::chrono_literals;

namespace {

const limits::Time noon{1'800'000'000'000ms};

struct Machine {
    Folder folder;
    log::Log log{{language::LogTarget::file, folder / "log", false}};
    limits::MemoryCounters counters;

    void count(int cost) {
        limits::Call call;
        call.charges = {{.limit = "hour",
                         .key = "hour:domain:a.example",
                         .account = "a.example",
                         .cost = cost,
                         .rate = limits::Sliding{100, 1h}}};
        counters.charge(call, noon);
    }
    std::int64_t counted() {
        const auto uses = counters.list("", 10, noon);
        return uses.empty() ? 0 : uses.front().used;
    }
    int logged(const std::string& words) const {
        const std::string text = folder.read("log");
        int times = 0;
        for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos; ++at) ++times;
        return times;
    }
    std::string state() const {
        std::filesystem::create_directory(folder / "state");
        return folder / "state";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(counts_come_back_from_the_disk, Machine) {
    {
        daemon::CountsFile file(state(), counters, log);
        file.load(noon);
        count(7);
        file.save(noon);
    }
    limits::MemoryCounters next;
    daemon::CountsFile file(state(), next, log);
    file.load(noon);
    BOOST_TEST(next.list("", 10, noon).at(0).used == 7);
    BOOST_TEST(!file.status().unsaved_changes);
}

// As a kill leaves it: what was not saved is in the journal, whatever part of a save was done.
BOOST_FIXTURE_TEST_CASE(what_came_after_the_last_save_comes_back_as_well, Machine) {
    {
        daemon::CountsFile file(state(), counters, log);
        file.load(noon);
        count(7);
        file.save(noon);
        count(5);
        BOOST_TEST(!file.status().unsaved_changes);
    }
    for (int start = 0; start < 3; ++start) {
        limits::MemoryCounters next;
        daemon::CountsFile file(state(), next, log);
        file.load(noon);
        BOOST_TEST(next.list("", 10, noon).at(0).used == 12);
    }
    BOOST_TEST(folder.read("log") == "");
}

BOOST_FIXTURE_TEST_CASE(a_kill_between_a_save_and_the_end_of_its_journal_doubles_nothing, Machine) {
    std::string journal;
    {
        daemon::CountsFile file(state(), counters, log);
        file.load(noon);
        count(7);
        journal = folder.read("state/counters.journal.1");
        BOOST_TEST(!journal.empty());
        file.save(noon);
        BOOST_TEST(!std::filesystem::exists(folder / "state/counters.journal.1"));
        count(1);
    }
    folder.write("state/counters.journal.1", journal);
    limits::MemoryCounters next;
    daemon::CountsFile file(state(), next, log);
    file.load(noon);
    BOOST_TEST(next.list("", 10, noon).at(0).used == 8);
}

BOOST_FIXTURE_TEST_CASE(the_last_line_of_a_journal_may_be_cut_short, Machine) {
    {
        daemon::CountsFile file(state(), counters, log);
        file.load(noon);
        count(7);
        count(5);
    }
    const std::string journal = folder.read("state/counters.journal.1");
    folder.write("state/counters.journal.1", journal.substr(0, journal.size() - 1));
    limits::MemoryCounters next;
    daemon::CountsFile file(state(), next, log);
    file.load(noon);
    BOOST_TEST(next.list("", 10, noon).at(0).used == 7);
    BOOST_TEST(logged("cut short") == 1);
    BOOST_TEST(logged("damaged") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_line_is_told_kept_aside_and_does_not_count, Machine) {
    {
        daemon::CountsFile file(state(), counters, log);
        file.load(noon);
        for (const int cost : {1, 20, 3}) count(cost);
    }
    std::string journal = folder.read("state/counters.journal.1");
    journal[journal.find('\n') + 20] ^= 1;
    folder.write("state/counters.journal.1", journal);
    {
        limits::MemoryCounters next;
        daemon::CountsFile file(state(), next, log);
        file.load(noon);
        BOOST_TEST(next.list("", 10, noon).at(0).used == 4);
        BOOST_TEST(logged("counters.journal.1:2 is damaged") == 1);
        BOOST_TEST(folder.read("state/counters.journal.1.damaged-1800000000000") == journal);
    }
    limits::MemoryCounters again;
    daemon::CountsFile file(state(), again, log);
    file.load(noon);
    BOOST_TEST(again.list("", 10, noon).at(0).used == 4);
    BOOST_TEST(logged("is damaged") == 1);
}

// Files may not grow beyond a bound, as if the disk were full: a write ends in the middle of a
// line.
BOOST_FIXTURE_TEST_CASE(lines_that_a_full_disk_lost_are_made_good_by_the_next_save, Machine) {
    const std::string journal = folder / "state/counters.journal.1";
    daemon::CountsFile file(state(), counters, log);
    file.load(noon);
    for (int i = 0; i < 20; ++i) count(1);
    const auto length = std::filesystem::file_size(journal);

    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{length + 10, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    for (int i = 0; i < 3; ++i) count(1);
    ::setrlimit(RLIMIT_FSIZE, &before);

    BOOST_TEST(std::filesystem::file_size(journal) == length);
    BOOST_TEST(logged("changes are not being journaled") == 1);
    BOOST_TEST(file.status().unsaved_changes);
    BOOST_TEST(!file.status().trouble.empty());
    count(1);
    BOOST_TEST(logged("changes are being journaled again") == 1);
    BOOST_TEST(file.status().unsaved_changes);
    file.save_when_due(noon, {});
    BOOST_TEST(!file.status().unsaved_changes);
    BOOST_TEST(folder.read("state/counters").find(" 24\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_cannot_be_read_never_passes_for_an_empty_one, Machine) {
    std::filesystem::create_directory(state() + "/counters.journal.4");
    daemon::CountsFile file(state(), counters, log);
    BOOST_CHECK_THROW(file.load(noon), std::runtime_error);
}

BOOST_FIXTURE_TEST_CASE(a_save_is_due_each_minute, Machine) {
    const std::chrono::steady_clock::time_point start{24h};
    daemon::CountsFile file(state(), counters, log);
    file.load(noon);
    count(1);
    file.save_when_due(noon, start);
    const std::string first = folder.read("state/counters");
    count(1);
    file.save_when_due(noon, start + 59s);
    BOOST_TEST(folder.read("state/counters") == first);
    file.save_when_due(noon, start + 60s);
    BOOST_TEST(folder.read("state/counters") != first);
}

// The bound for policies stopped a daemon from starting with what it had saved itself.
BOOST_FIXTURE_TEST_CASE(a_file_beyond_the_bound_of_policies_comes_back, Machine) {
    const std::string blanks(190, ' ');  // three bytes each in the file
    for (int i = 0; i < 120'000; ++i) {
        counters.record({{.limit = "hour",
                          .key = fmt::format("hour:login:{}{}", i, blanks),
                          .account = "a.example",
                          .cost = 1,
                          .rate = limits::Sliding{100, 1h}}},
                        noon);
    }
    {
        daemon::CountsFile file(state(), counters, log);
        file.save(noon);
    }
    BOOST_TEST(std::filesystem::file_size(folder / "state/counters") > daemon::largest_file_bytes);
    limits::MemoryCounters next;
    daemon::CountsFile file(state(), next, log);
    file.load(noon);
    BOOST_TEST(next.size() == counters.size());
}

BOOST_FIXTURE_TEST_CASE(nothing_new_is_not_written_again, Machine) {
    daemon::CountsFile file(state(), counters, log);
    file.load(noon);
    count(1);
    file.save(noon);
    std::filesystem::remove(folder / "state/counters");
    file.save(noon);
    BOOST_TEST(!std::filesystem::exists(folder / "state/counters"));
    count(1);
    file.save(noon);
    BOOST_TEST(std::filesystem::exists(folder / "state/counters"));
}

BOOST_FIXTURE_TEST_CASE(a_failing_disk_is_told_once_and_once_more_when_it_is_well, Machine) {
    daemon::CountsFile file(state(), counters, log);
    file.load(noon);
    count(1);
    file.save(noon);
    const std::string old = folder.read("state/counters");

    std::filesystem::create_directory(folder / "state/counters.new");
    for (int i = 0; i < 3; ++i) {
        count(1);
        file.save(noon);
    }
    BOOST_TEST(logged("not being saved") == 1);
    BOOST_TEST(!file.status().trouble.empty());
    BOOST_TEST(folder.read("state/counters") == old);
    BOOST_TEST(counted() == 4);
    // The file that was begun for the first of them goes on.
    BOOST_TEST(!std::filesystem::exists(folder / "state/counters.journal.4"));

    std::filesystem::remove(folder / "state/counters.new");
    file.save(noon);
    BOOST_TEST(logged("being saved again") == 1);
    BOOST_TEST(file.status().trouble.empty());
    BOOST_TEST(folder.read("state/counters") != old);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_file_is_kept_aside_and_counting_starts_anew, Machine) {
    state();
    folder.write("state/counters", "not what was written");
    daemon::CountsFile file(state(), counters, log);
    file.load(noon);
    BOOST_TEST(counted() == 0);
    BOOST_TEST(logged("is damaged") == 1);
    const std::string aside = "state/counters.damaged-1800000000000";
    BOOST_TEST(folder.read(aside) == "not what was written");
    count(1);
    file.save(noon);
    BOOST_TEST(!folder.read("state/counters").empty());
}

BOOST_FIXTURE_TEST_CASE(a_file_that_cannot_be_read_never_passes_for_no_counts, Machine) {
    std::filesystem::create_directory(state() + "/counters");
    daemon::CountsFile file(state(), counters, log);
    BOOST_CHECK_THROW(file.load(noon), std::runtime_error);
}

BOOST_FIXTURE_TEST_CASE(one_folder_belongs_to_one_daemon, Machine) {
    const daemon::CountsFile first(state(), counters, log);
    limits::MemoryCounters other;
    BOOST_CHECK_THROW(daemon::CountsFile(state(), other, log), std::runtime_error);
    BOOST_CHECK_THROW(daemon::CountsFile(folder / "absent", other, log), std::system_error);
}
