// What root makes for the service account, with an account that plays tricks with names.
#include "daemon/folders.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "log/log.h"
#include "unit/daemon_folder.h"

using namespace spillway;

namespace {

const daemon::Account nobody{"nobody", 65534, 65534};

struct stat facts_of(const std::string& path) {
    struct stat facts {};
    BOOST_REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts;
}

language::LogSetting to_file(const std::string& path) {
    return {.target = language::LogTarget::file, .path = path, .json = false};
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result result(::geteuid() == 0);
    result.message() << "only root can give files away";
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(missing_folders_are_made_with_their_modes) {
    const Folder folder;
    daemon::make_folder(folder / "a/b/c", 0750, std::nullopt);
    BOOST_TEST((facts_of(folder / "a/b").st_mode & 07777) == 0755u);
    BOOST_TEST((facts_of(folder / "a/b/c").st_mode & 07777) == 0750u);
}

BOOST_AUTO_TEST_CASE(a_log_file_behind_a_link_is_not_written) {
    const Folder folder;
    folder.write("secret", "old");
    BOOST_REQUIRE(::symlink((folder / "secret").c_str(), (folder / "log").c_str()) == 0);
    BOOST_CHECK_EXCEPTION(log::Log(to_file(folder / "log")), std::runtime_error,
                          [](const std::exception& error) {
                              return std::string(error.what()).ends_with("it is a symbolic link");
                          });
    BOOST_TEST(folder.read("secret") == "old");
}

BOOST_AUTO_TEST_CASE(only_what_is_made_is_given, *boost::unit_test::precondition(is_root)) {
    const Folder folder;
    daemon::make_folder(folder / "a/b", 0750, nobody);
    BOOST_TEST(facts_of(folder / "a").st_uid == nobody.uid);
    BOOST_TEST(facts_of(folder / "a/b").st_uid == nobody.uid);
    BOOST_TEST(facts_of(folder.path).st_uid == 0u);
    daemon::give_log_file(to_file(folder / "a/log"), nobody);
    BOOST_TEST(facts_of(folder / "a/log").st_uid == nobody.uid);
}

// /etc/shadow could be had that way.
BOOST_AUTO_TEST_CASE(no_link_in_the_place_of_the_log_is_given_away,
                     *boost::unit_test::precondition(is_root)) {
    const Folder folder;
    folder.write("secret", "old");
    BOOST_REQUIRE(::symlink((folder / "secret").c_str(), (folder / "soft").c_str()) == 0);
    BOOST_REQUIRE(::link((folder / "secret").c_str(), (folder / "hard").c_str()) == 0);
    for (const char* name : {"soft", "hard"})
        BOOST_CHECK_THROW(daemon::give_log_file(to_file(folder / name), nobody),
                          std::runtime_error);
    BOOST_TEST(facts_of(folder / "secret").st_uid == 0u);
}
