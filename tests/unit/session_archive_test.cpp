// What is to be archived is kept before the message may leave, or the message does not leave.
#include <boost/test/unit_test.hpp>

#include "session/session.h"
#include "unit/workbench.h"
#include "vault/folder.h"

namespace spillway {
namespace {

const std::string rules =
    "limit hourly { scope domain; count recipients; rate 3 / 1h; over reject 552 5.7.1 \"full\" }\n"
    "rule no { when subject has \"forbidden\"; archive legal; reject }\n"
    "rule keep { archive legal; bcc capture@audit.example }\n";

struct Desk {
    TempFolder folder;
    std::vector<std::string> told;
    vault::Archives archives{[this](const std::string& text) { told.push_back(text); }};
    Workbench bench;
    session::Session session{bench.around};

    explicit Desk(const std::string& place = "legal")
        : bench("archive legal " + folder.file(place) + "\n" + rules) {
        bench.around.archives = &archives;
    }

    policy::Decision send(const std::string& subject = "Hello") {
        session.mail({.user = "ann@a.example", .argument = "<ann@a.example>", .queue_id = "4Q"});
        session.recipient("bob@b.example", "<bob@b.example>");
        session.data();
        session.header("Subject", " " + subject);
        session.end_of_headers(false);
        session.body("Dear Bob\r\n");
        auto decision = session.end_of_message([] { return true; });
        session.settle(true);
        return std::move(decision).value();
    }
    std::vector<std::string> kept() {
        std::vector<std::string> messages;
        vault::for_each(folder.file("legal"), [&](const vault::Entry& entry, const std::string&) {
            messages.emplace_back(entry.message);
            return true;
        });
        return messages;
    }
};

BOOST_AUTO_TEST_SUITE(archiving)

BOOST_AUTO_TEST_CASE(a_message_that_leaves_is_kept_as_it_came_in_and_the_log_knows_its_entry) {
    Desk desk;
    const policy::Decision decision = desk.send();
    BOOST_TEST(policy::name_of(decision.verdict) == "accept");
    BOOST_REQUIRE(desk.kept().size() == 1);
    BOOST_TEST(desk.kept().front() == "Subject: Hello\r\n\r\nDear Bob\r\n");
    const vault::Verified verified = vault::verify(desk.folder.file("legal"));
    BOOST_TEST(verified.faults.empty());
    BOOST_TEST(desk.bench.logged("legal 1 " + verified.last.hash));
    BOOST_TEST(desk.bench.logged("copy=capture@audit.example"));
    BOOST_TEST(desk.bench.used() == 1);  // the recipient, not the copy
    BOOST_TEST(desk.bench.metrics.text().find(
                   "spillway_archived_total{archive=\"legal\",result=\"kept\"} 1") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_message_is_not_kept) {
    Desk desk;
    BOOST_TEST(policy::name_of(desk.send("forbidden").verdict) == "reject");
    desk.send();
    BOOST_TEST(desk.kept().size() == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_kept_is_deferred_uncounted_and_told) {
    Desk desk("missing/legal");
    const policy::Decision decision = desk.send();
    const auto* defer = std::get_if<policy::Defer>(&decision.verdict);
    BOOST_REQUIRE(defer != nullptr);
    BOOST_TEST(defer->reply.code == 451);
    BOOST_TEST(defer->reply.text.find("archive") != std::string::npos);
    BOOST_TEST(decision.decided_by == "archive legal");
    BOOST_TEST(desk.bench.used() == 0);
    BOOST_TEST(desk.bench.logged("deferred"));
    BOOST_TEST(desk.bench.metrics.text().find("result=\"deferred\"} 1") != std::string::npos);
    // The folder is there again, so the client's next try is kept.
    std::filesystem::create_directory(desk.folder.file("missing"));
    BOOST_TEST(policy::name_of(desk.send().verdict) == "accept");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
