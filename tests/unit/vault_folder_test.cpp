// What was kept is read back, and nothing can be changed, cut, moved or added unseen.
#include "vault/folder.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

#include "unit/temp_folder.h"
#include "vault/writer.h"

namespace spillway {
namespace {

using vault::Verified;
using vault::Writer;

const std::string day = "2026-11-23";
const std::string next_day = "2026-11-24";

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

struct Kept {
    TempFolder folder;
    std::vector<std::string> told;

    Writer writer() {
        return Writer(folder.path(), [this](const std::string& text) { told.push_back(text); });
    }
    std::string file(const std::string& of = day) { return folder.file(of + ".archive"); }
    Verified verified() { return vault::verify(folder.path()); }

    explicit Kept(int messages = 3) {
        Writer one(folder.path(), [](const std::string&) {});
        for (int i = 1; i <= messages; ++i)
            one.keep(day, fmt::format("{{\"n\":{}}}", i), fmt::format("message {}\r\n", i));
    }
    std::vector<std::string> messages() {
        std::vector<std::string> all;
        vault::for_each(folder.path(), [&](const vault::Entry& entry, const std::string&) {
            all.emplace_back(entry.message);
            return true;
        });
        return all;
    }
};

// Where each entry begins, and the end.
std::vector<std::size_t> borders(const std::string& text) {
    std::vector<std::size_t> places;
    for (std::size_t at = text.find("ENTRY "); at != text.npos; at = text.find("\nENTRY ", at))
        places.push_back(places.empty() ? at : ++at);
    places.push_back(text.size());
    return places;
}

BOOST_AUTO_TEST_SUITE(vault_folder)

BOOST_AUTO_TEST_CASE(what_was_kept_is_read_back_over_days_and_restarts) {
    Kept kept;
    kept.writer().keep(next_day, "{}", "");
    // A clock that was set back changes no order.
    kept.writer().keep(day, "{}", "late\nENTRY 9 9 9 9\n");
    const std::vector<std::string> expected{"message 1\r\n", "message 2\r\n", "message 3\r\n", "",
                                            "late\nENTRY 9 9 9 9\n"};
    BOOST_TEST(kept.messages() == expected);
    const Verified verified = kept.verified();
    BOOST_TEST(verified.faults.empty());
    BOOST_TEST(verified.entries == 5);
    BOOST_TEST(verified.last.number == 5);
    BOOST_TEST(vault::segments_in(kept.folder.path()).size() == 2);
    BOOST_TEST(kept.told.empty());
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_found) {
    Kept kept;
    const std::string good = content(kept.file());
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
        put(kept.file(), bad);
        BOOST_TEST(!kept.verified().faults.empty(), "byte " << at);
    }
    put(kept.file(), good);
    BOOST_TEST(kept.verified().faults.empty());
}

BOOST_AUTO_TEST_CASE(every_cut_is_found) {
    Kept kept;
    const std::string good = content(kept.file());
    for (std::size_t size = 0; size < good.size(); ++size) {
        put(kept.file(), good.substr(0, size));
        BOOST_TEST(!kept.verified().faults.empty(), "cut to " << size);
    }
}

BOOST_AUTO_TEST_CASE(entries_that_are_taken_out_moved_or_doubled_are_found) {
    Kept kept;
    const std::string good = content(kept.file());
    const auto at = borders(good);
    BOOST_REQUIRE(at.size() == 4);
    const auto entry = [&](std::size_t n) { return good.substr(at[n], at[n + 1] - at[n]); };
    const std::string head = good.substr(0, at[0]);
    for (const std::string& bad :
         {head + entry(1) + entry(2), head + entry(0) + entry(2), head + entry(0) + entry(1),
          head + entry(1) + entry(0) + entry(2), head + entry(0) + entry(2) + entry(1),
          head + entry(0) + entry(0) + entry(1) + entry(2)}) {
        put(kept.file(), bad);
        BOOST_TEST(!kept.verified().faults.empty());
    }
}

BOOST_AUTO_TEST_CASE(an_entry_from_another_archive_is_found) {
    Kept kept(2);
    Kept other(3);
    put(kept.file(),
        content(kept.file()) + content(other.file()).substr(borders(content(other.file()))[2]));
    // It is the same text after the same entries, so it fits: what is not known is whether it was
    // ever kept here.
    BOOST_TEST(kept.verified().entries == 3);
    kept.writer().keep(day, "{}", "mine");
    const vault::Link foreign{3, std::string(64, 'a')};
    BOOST_TEST(!vault::verify(kept.folder.path(), foreign).faults.empty());
}

BOOST_AUTO_TEST_CASE(a_day_that_is_missing_in_the_middle_is_found) {
    Kept kept;
    kept.writer().keep(next_day, "{}", "one");
    kept.writer().keep("2026-11-25", "{}", "two");
    std::filesystem::remove(kept.file(next_day));
    BOOST_TEST(!kept.verified().faults.empty());
}

BOOST_AUTO_TEST_CASE(old_days_may_be_taken_away_from_the_front) {
    Kept kept;
    kept.writer().keep(next_day, "{}", "one");
    std::filesystem::remove(kept.file(day));
    const Verified verified = kept.verified();
    BOOST_TEST(verified.faults.empty());
    BOOST_TEST(verified.before.value().number == 3);
}

BOOST_AUTO_TEST_CASE(a_last_entry_that_is_not_whole_is_put_aside_and_told) {
    for (const std::size_t size : {1U, 6U, 40U, 110U}) {
        Kept kept;
        const std::string good = content(kept.file());
        const std::string more = "ENTRY 4 2 20 " + std::string(64, '0') + "\n{}\nhalf of a mess\n" +
                                 std::string(64, '1');
        put(kept.file(), good + more.substr(0, size));
        BOOST_TEST(kept.verified().faults.empty());
        BOOST_TEST(!kept.verified().unfinished.empty());
        kept.writer().keep(day, "{}", "after");
        BOOST_TEST(kept.told.size() == 1);
        BOOST_TEST(kept.verified().faults.empty());
        BOOST_TEST(kept.verified().unfinished.empty());
        BOOST_TEST(kept.messages().back() == "after");
        BOOST_TEST(content(kept.file() + ".unfinished") == more.substr(0, size));
    }
}

BOOST_AUTO_TEST_CASE(what_was_known_to_be_kept_is_never_mended_away) {
    Kept kept;
    const std::string good = content(kept.file());
    put(kept.file(), good.substr(0, good.size() - 10));
    BOOST_CHECK_THROW(kept.writer(), std::runtime_error);
    BOOST_TEST(content(kept.file()) == good.substr(0, good.size() - 10));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_only_begun_is_begun_anew) {
    Kept kept;
    put(kept.file(next_day), "SPILLWAY-ARCH");
    kept.writer().keep(next_day, "{}", "first");
    BOOST_TEST(kept.verified().faults.empty());
    BOOST_TEST(kept.verified().entries == 4);
}

BOOST_AUTO_TEST_CASE(a_folder_has_one_writer) {
    Kept kept;
    const Writer first(kept.folder.path(), [](const std::string&) {});
    BOOST_CHECK_THROW(kept.writer(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_entry_known_from_the_log_must_be_there) {
    Kept kept;
    const vault::Link known = kept.verified().last;
    BOOST_TEST(vault::verify(kept.folder.path(), known).faults.empty());
    std::filesystem::remove(kept.folder.file("HEAD"));
    const std::string good = content(kept.file());
    put(kept.file(), good.substr(0, borders(good)[2]));
    BOOST_TEST(vault::verify(kept.folder.path(), known).faults.size() == 2);
}

BOOST_AUTO_TEST_CASE(files_are_their_owners_alone) {
    Kept kept;
    using std::filesystem::perms;
    for (const std::string& file : {kept.file(), kept.folder.file("HEAD")})
        BOOST_TEST(((std::filesystem::status(file).permissions() &
                     (perms::group_all | perms::others_all)) == perms::none));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
