// Many writers at a time, and disks that are full.
#include "vault/writer.h"

#include <sys/resource.h>
#include <csignal>

#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

#include "unit/temp_folder.h"
#include "vault/folder.h"

namespace spillway {
namespace {

using vault::Writer;

void quiet(const std::string&) {}

// Files of this process cannot grow beyond a size, as on a full disk.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

BOOST_AUTO_TEST_SUITE(vault_writer)

BOOST_AUTO_TEST_CASE(all_threads_are_kept_once_and_in_one_chain) {
    constexpr int threads = 8;
    constexpr int each = 25;
    TempFolder folder;
    {
        Writer writer(folder.path(), quiet);
        std::vector<std::jthread> running;
        for (int thread = 0; thread < threads; ++thread) {
            running.emplace_back([&writer, thread] {
                for (int i = 0; i < each; ++i)
                    writer.keep(i < each / 2 ? "2026-11-23" : "2026-11-24", "{}",
                                fmt::format("{} {}", thread, i));
            });
        }
    }
    BOOST_TEST(vault::verify(folder.path()).faults.empty());
    std::set<std::string> kept;
    vault::for_each(folder.path(), [&](const vault::Entry& entry, const std::string&) {
        kept.emplace(entry.message);
        return true;
    });
    BOOST_TEST(kept.size() == std::size_t{threads} * each);
    BOOST_TEST(vault::verify(folder.path()).entries == std::uint64_t{threads} * each);
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_nothing_by_halves_and_the_next_message_is_kept) {
    TempFolder folder;
    Writer writer(folder.path(), quiet);
    writer.keep("2026-11-23", "{}", "before");
    {
        const SmallDisk full(2000);
        BOOST_CHECK_THROW(writer.keep("2026-11-23", "{}", std::string(5000, 'x')),
                          std::system_error);
        BOOST_TEST(vault::verify(folder.path()).unfinished == "");
        BOOST_TEST(writer.keep("2026-11-23", "{}", "small").number == 2);
    }
    BOOST_TEST(writer.keep("2026-11-23", "{}", "after").number == 3);
    const vault::Verified verified = vault::verify(folder.path());
    BOOST_TEST(verified.faults.empty());
    BOOST_TEST(verified.entries == 3);
}

BOOST_AUTO_TEST_CASE(a_new_day_that_cannot_begin_is_begun_with_the_next_message) {
    TempFolder folder;
    Writer writer(folder.path(), quiet);
    writer.keep("2026-11-23", "{}", "before");
    {
        const SmallDisk full(80);
        BOOST_CHECK_THROW(writer.keep("2026-11-24", "{}", "x"), std::system_error);
    }
    BOOST_TEST(writer.keep("2026-11-24", "{}", "after").number == 2);
    BOOST_TEST(vault::verify(folder.path()).faults.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
