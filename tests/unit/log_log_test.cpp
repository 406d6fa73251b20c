#include "log/log.h"

#include <filesystem>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "unit/temp_folder.h"

namespace spillway {
namespace {

language::LogSetting to_file(const std::string& path, bool json = false) {
    return {.target = language::LogTarget::file, .path = path, .json = json};
}

bool ends_with(const std::string& line, const std::string& end) { return line.ends_with(end); }

BOOST_AUTO_TEST_SUITE(logs)

BOOST_AUTO_TEST_CASE(events_say_how_bad_they_are) {
    const TempFolder folder;
    log::Log log(to_file(folder.file("log")));
    log.info("ready");
    log.warning("Redis is silent");
    log.error("no state");
    const auto lines = lines_of(folder.file("log"));
    BOOST_REQUIRE(lines.size() == 3);
    BOOST_TEST(ends_with(lines[0], "]: ready"));
    BOOST_TEST(lines[0].find(" spillwayd[") != std::string::npos);
    BOOST_TEST(ends_with(lines[1], "]: warning: Redis is silent"));
    BOOST_TEST(ends_with(lines[2], "]: error: no state"));
}

BOOST_AUTO_TEST_CASE(trouble_with_a_message_begins_with_its_queue_id) {
    const TempFolder folder;
    log::Log log(to_file(folder.file("log")));
    log.trouble("4XYZ", "disk full\nqueue-id=FAKE");
    log.trouble("", "early");
    const auto lines = lines_of(folder.file("log"));
    BOOST_REQUIRE(lines.size() == 2);
    BOOST_TEST(ends_with(lines[0], R"(]: queue-id=4XYZ error="disk full\nqueue-id=FAKE")"));
    BOOST_TEST(ends_with(lines[1], "]: queue-id=NOQUEUE error=early"));
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line_and_no_format_string) {
    const TempFolder folder;
    log::Log log(to_file(folder.file("log")));
    log.info("100% {} of\nit");
    BOOST_TEST(ends_with(lines_of(folder.file("log")).at(0), "]: 100% {} of it"));
}

BOOST_AUTO_TEST_CASE(events_are_json_too_when_json_is_asked_for) {
    const TempFolder folder;
    log::Log log(to_file(folder.file("log"), true));
    log.warning("bad \xff byte");
    log.trouble("4XYZ", "disk full");
    const auto lines = lines_of(folder.file("log"));
    BOOST_REQUIRE(lines.size() == 2);
    const auto event = nlohmann::json::parse(lines[0]);
    BOOST_TEST(event["level"] == "warning");
    BOOST_TEST(event.contains("time"));
    BOOST_TEST(nlohmann::json::parse(lines[1])["queue-id"] == "4XYZ");
}

BOOST_AUTO_TEST_CASE(a_rotated_file_is_opened_anew) {
    const TempFolder folder;
    log::Log log(to_file(folder.file("log")));
    log.info("before");
    std::filesystem::rename(folder.file("log"), folder.file("log.1"));
    log.reopen();
    log.info("after");
    BOOST_TEST(lines_of(folder.file("log.1")).size() == 1);
    BOOST_TEST(ends_with(lines_of(folder.file("log")).at(0), "after"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_anew_is_kept) {
    const TempFolder folder;
    std::filesystem::create_directory(folder.file("sub"));
    log::Log log(to_file(folder.file("sub/log")));
    std::filesystem::rename(folder.file("sub"), folder.file("moved"));
    log.reopen();
    log.info("still here");
    const auto lines = lines_of(folder.file("moved/log"));
    BOOST_REQUIRE(lines.size() == 2);
    BOOST_TEST(lines[0].find("cannot open the log file") != std::string::npos);
    BOOST_TEST(ends_with(lines[1], "still here"));
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_opened_is_an_error_at_start) {
    const TempFolder folder;
    BOOST_CHECK_THROW(log::Log(to_file(folder.file("none/log"))), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
