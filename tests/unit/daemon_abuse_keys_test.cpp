#include "daemon/abuse_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "unit/daemon_folder.h"

using namespace spillway;

namespace {

struct stat facts_of(const std::string& file) {
    struct stat facts {};
    BOOST_REQUIRE(::stat(file.c_str(), &facts) == 0);
    return facts;
}

std::string mistake_in(const std::string& file) {
    const auto ring = daemon::read_keys(file);
    return ring ? "" : ring.error();
}

std::vector<std::string> ids_in(const std::string& file) {
    std::vector<std::string> ids;
    const crypto::KeyRing ring = daemon::read_keys(file).value();
    for (const auto& key : ring.all()) ids.push_back(crypto::id_text(key.id));
    return ids;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(daemon_abuse_keys)

BOOST_AUTO_TEST_CASE(keys_are_made_added_and_removed_in_a_file_of_its_owner_alone) {
    const Folder folder;
    const std::string file = folder / "abuse.keys";
    const mode_t before = ::umask(0);
    const std::string first = daemon::add_key(file, "2026-11-23");
    const std::string second = daemon::add_key(file, "2027-01-01");
    ::umask(before);
    BOOST_TEST((facts_of(file).st_mode & 07777) == 0600U);
    const std::vector<std::string> both{first, second};
    BOOST_TEST(ids_in(file) == both, boost::test_tools::per_element());
    BOOST_TEST(daemon::read_keys(file)->newest().made == "2027-01-01");

    BOOST_TEST(!daemon::remove_key(file, "none"));
    BOOST_TEST(daemon::remove_key(file, first));
    BOOST_TEST(ids_in(file) == std::vector<std::string>{second});
    BOOST_CHECK_THROW(daemon::remove_key(file, second), std::runtime_error);
    BOOST_TEST(ids_in(file) == std::vector<std::string>{second});
    BOOST_TEST(!std::filesystem::exists(file + ".new"));
}

BOOST_AUTO_TEST_CASE(comments_of_the_file_and_its_owner_stay) {
    const Folder folder;
    const std::string file = folder / "abuse.keys";
    daemon::add_key(file, "2026-11-23");
    folder.write("abuse.keys", folder.read("abuse.keys") + "# ours");  // without a line end
    if (::geteuid() == 0) BOOST_REQUIRE(::chown(file.c_str(), 12345, 12346) == 0);
    daemon::add_key(file, "2026-11-24");
    BOOST_TEST(folder.read("abuse.keys").find("\n# ours\nkey ") != std::string::npos);
    if (::geteuid() == 0) BOOST_TEST(facts_of(file).st_uid == 12345U);
    BOOST_TEST(ids_in(file).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_or_write_is_refused) {
    const Folder folder;
    const std::string file = folder / "abuse.keys";
    daemon::add_key(file, "2026-11-23");
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0601U, 0610U}) {
        BOOST_REQUIRE(::chmod(file.c_str(), mode) == 0);
        BOOST_TEST(mistake_in(file).find("must be 0600") != std::string::npos);
        BOOST_CHECK_THROW(daemon::add_key(file, "2026-11-24"), std::runtime_error);
    }
    BOOST_REQUIRE(::chmod(file.c_str(), 0400) == 0);
    BOOST_TEST(mistake_in(file) == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_key_file_is_named_and_not_quoted) {
    const Folder folder;
    BOOST_TEST(mistake_in(folder / "none").find("No such file") != std::string::npos);
    BOOST_TEST(mistake_in(folder.path).find("not a plain file") != std::string::npos);
    folder.write("bad", "key 1234 2026-11-23 secretsecret\n");
    BOOST_REQUIRE(::chmod((folder / "bad").c_str(), 0600) == 0);
    const std::string mistake = mistake_in(folder / "bad");
    BOOST_TEST(mistake.find("/bad: line 1: a key is 32 bytes") != std::string::npos, mistake);
    BOOST_TEST(mistake.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_policy_without_keys_keeps_those_that_older_messages_need) {
    const Folder folder;
    const std::string file = folder / "abuse.keys";
    daemon::add_key(file, "2026-11-23");
    const std::optional<language::AbuseKeys> setting{language::AbuseKeys{.file = file}};
    daemon::AbuseKeys keys(setting);
    const auto first = keys.current();
    BOOST_REQUIRE(first);
    keys.replace(daemon::AbuseKeys::read(std::nullopt).value());
    BOOST_TEST(keys.current() == first);
    daemon::add_key(file, "2026-11-24");
    keys.replace(daemon::AbuseKeys::read(setting).value());
    BOOST_TEST(keys.current()->all().size() == 2U);
    BOOST_TEST(first->all().size() == 1U);
    BOOST_TEST(!daemon::AbuseKeys(std::nullopt).current());
}

BOOST_AUTO_TEST_SUITE_END()
