#include "session/spool.h"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <system_error>

#include <boost/test/unit_test.hpp>

#include "unit/temp_folder.h"

namespace spillway {
namespace {

using session::Spool;

// Files of this process may grow to `bytes` only while this lives: the quickest full disk.
class FullDisk {
  public:
    explicit FullDisk(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    rlimit before_{};
    void (*signal_)(int);
};

bool is_empty(const TempFolder& folder) { return std::filesystem::is_empty(folder.path()); }

BOOST_AUTO_TEST_SUITE(spools)

BOOST_AUTO_TEST_CASE(a_small_message_touches_no_disk) {
    Spool spool("/nonexistent", 10);
    spool.append("12345");
    spool.append("67890");
    BOOST_TEST(spool.bytes() == "1234567890");
}

BOOST_AUTO_TEST_CASE(a_large_one_is_whole_and_leaves_no_name) {
    const TempFolder folder;
    Spool spool(folder.path(), 10);
    std::string all;
    for (int i = 0; i < 1000; ++i) {
        const std::string piece = "line " + std::to_string(i) + "\r\n";
        spool.append(piece);
        all += piece;
        if (i % 300 == 0) BOOST_TEST(spool.bytes() == all);  // and may grow after being read
    }
    BOOST_TEST(spool.bytes() == all);
    BOOST_TEST(spool.size() == all.size());
    BOOST_TEST(is_empty(folder));
}

BOOST_AUTO_TEST_CASE(nuls_are_bytes_like_others) {
    const TempFolder folder;
    Spool spool(folder.path(), 2);
    const std::string nuls("a\0b\0c", 5);
    spool.append(nuls);
    BOOST_TEST(spool.bytes() == nuls);
}

BOOST_AUTO_TEST_CASE(a_cleared_spool_begins_anew) {
    const TempFolder folder;
    Spool spool(folder.path(), 3);
    spool.append("first message");
    spool.clear();
    BOOST_TEST(spool.bytes() == "");
    spool.append("2nd");
    BOOST_TEST(spool.bytes() == "2nd");
}

BOOST_AUTO_TEST_CASE(a_missing_folder_and_a_full_disk_are_told) {
    Spool nowhere("/nonexistent", 3);
    BOOST_CHECK_THROW(nowhere.append("four"), std::system_error);

    const TempFolder folder;
    Spool spool(folder.path(), 3);
    {
        const FullDisk full(1000);
        spool.append(std::string(900, 'a'));
        BOOST_CHECK_THROW(spool.append(std::string(900, 'b')), std::system_error);
    }
    spool.clear();
    spool.append("and recovers");
    BOOST_TEST(spool.bytes() == "and recovers");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
