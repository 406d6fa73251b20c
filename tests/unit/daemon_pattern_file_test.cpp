#include "daemon/pattern_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "unit/temp_folder.h"

using namespace spillway;

namespace {

const std::vector<match::SavedSet> sets{{"recipe", "database"}};

std::string name() { return "patterns." + std::to_string(::geteuid()); }

// Whether the file is there for the next start.
bool is_kept(const TempFolder& folder) {
    const auto kept = daemon::kept_patterns(folder.path());
    return kept.size() == 1 && kept[0].database == "database";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern_file)

BOOST_AUTO_TEST_CASE(what_is_kept_is_found_again) {
    const TempFolder folder;
    BOOST_TEST(daemon::kept_patterns(folder.path()).empty());
    BOOST_TEST(daemon::keep_patterns(folder.path(), sets).has_value());
    BOOST_TEST(is_kept(folder));
    BOOST_TEST(daemon::keep_patterns(folder.path(), sets).has_value());
    BOOST_TEST(is_kept(folder));
    struct stat facts {};
    BOOST_REQUIRE(::stat(folder.file(name()).c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 07777) == 0600u);
    const auto files = std::filesystem::directory_iterator(folder.path());
    BOOST_TEST(std::distance(begin(files), end(files)) == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_could_have_written_is_not_read) {
    const TempFolder folder;
    BOOST_REQUIRE(daemon::keep_patterns(folder.path(), sets).has_value());
    ::chmod(folder.file(name()).c_str(), 0620);
    BOOST_TEST(!is_kept(folder));
    ::chmod(folder.file(name()).c_str(), 0600);
    BOOST_TEST(is_kept(folder));

    std::filesystem::create_hard_link(folder.file(name()), folder.file("second name"));
    BOOST_TEST(!is_kept(folder));
    std::filesystem::remove(folder.file(name()));
    std::filesystem::create_symlink("second name", folder.file(name()));
    BOOST_TEST(!is_kept(folder));
}

BOOST_AUTO_TEST_CASE(a_draft_that_was_left_is_no_obstacle) {
    const TempFolder folder;
    std::filesystem::create_symlink("/dev/null", folder.file(name() + ".new"));
    BOOST_TEST(daemon::keep_patterns(folder.path(), sets).has_value());
    BOOST_TEST(is_kept(folder));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_yet_keeps_nothing) {
    const TempFolder folder;
    BOOST_TEST(daemon::keep_patterns(folder.file("none"), sets).has_value());
    std::ofstream(folder.file("plain")) << "x";
    BOOST_TEST(!daemon::keep_patterns(folder.file("plain"), sets).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
