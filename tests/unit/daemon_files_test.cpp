// Files as the policy is read from them.
#include "daemon/files.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "unit/daemon_folder.h"

using namespace spillway;
using namespace std::string_literals;

BOOST_AUTO_TEST_CASE(a_file_is_read_byte_for_byte) {
    const Folder folder;
    const std::string bytes = std::string(200'000, 'x') + "\0\r\n\xFF"s;
    folder.write("map", bytes);
    BOOST_TEST((daemon::disk_files().read(folder / "map").value() == bytes));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told_in_words) {
    const Folder folder;
    const auto missing = daemon::read_file(folder / "absent");
    BOOST_TEST(missing.error().why == "No such file or directory");
    BOOST_TEST((missing.error().error == std::errc::no_such_file_or_directory));
    BOOST_TEST(daemon::read_file(folder.path).error().why == "is a folder");
    BOOST_TEST(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    BOOST_TEST(daemon::read_file(folder / "pipe").error().why == "is not a plain file");
    BOOST_TEST(daemon::read_file("/dev/zero").error().why == "is not a plain file");
}

BOOST_AUTO_TEST_CASE(a_file_beyond_the_limit_is_not_read_into_memory) {
    const Folder folder;
    folder.write("huge", "");
    std::filesystem::resize_file(folder / "huge", daemon::largest_file_bytes + 1);
    BOOST_TEST(daemon::read_file(folder / "huge").error().why == "is larger than 64 MB");
    std::filesystem::resize_file(folder / "huge", daemon::largest_file_bytes);
    BOOST_TEST(daemon::read_file(folder / "huge").value().size() == daemon::largest_file_bytes);
}

BOOST_AUTO_TEST_CASE(a_pattern_names_existing_files_sorted) {
    const Folder folder;
    for (const char* name : {"b.rules", "a.rules", "c.conf"}) folder.write(name, "");
    const std::vector<std::string> wanted{folder / "a.rules", folder / "b.rules"};
    BOOST_TEST(daemon::disk_files().glob(folder / "*.rules") == wanted,
               boost::test_tools::per_element());
    BOOST_TEST(daemon::disk_files().glob(folder / "absent/*.rules").empty());
}
