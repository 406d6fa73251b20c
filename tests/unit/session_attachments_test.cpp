// What a message's attachments hold, asked of a reader that answers as it is told to.
#include "session/attachments.h"

#include <deque>

#include <boost/test/unit_test.hpp>

#include "session/session.h"
#include "unit/workbench.h"

namespace spillway {
namespace {

using extract::Extracted;
using extract::Trouble;
using std::chrono_literals::operator""s;
using Clock = std::chrono::steady_clock;

std::string part(const std::string& type, const std::string& name, const std::string& content) {
    return "--b\r\nContent-Type: " + type + "\r\nContent-Disposition: attachment; filename=\"" +
           name + "\"\r\n\r\n" + content + "\r\n";
}

std::string mixed(const std::string& parts) {
    return "From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
           parts + "--b--\r\n";
}

Extracted text(const std::string& content, const std::string& path = "") {
    Extracted extracted;
    extracted.pieces.push_back({.path = path, .type = "text/plain", .text = content});
    return extracted;
}

Extracted trouble(Trouble what) {
    Extracted extracted;
    extracted.findings.trouble = what;
    extracted.findings.trouble_at = "name-of-theirs";
    return extracted;
}

// Keeps what it is handed; answers with what is queued, then with the content itself.
struct Reader {
    struct Asked {
        std::string name, label, content;
        std::uint64_t text_bytes;
        extract::Deadline deadline;
    };
    std::vector<Asked> asked;
    std::deque<Extracted> answers;

    session::ReadDocument as_function() {
        return [this](const extract::Extractor::Document& document, const extract::Source& source,
                      const extract::Limits& limits, extract::Deadline deadline) {
            std::string content;
            source([&](std::string_view piece) {
                content += piece;
                return true;
            });
            asked.push_back({std::string(document.name), std::string(document.label), content,
                             limits.text_bytes, deadline});
            if (answers.empty()) return text(content);
            Extracted answer = std::move(answers.front());
            answers.pop_front();
            return answer;
        };
    }
};

struct Reading : Reader {
    session::AttachmentBudget budget{.text_bytes = 1000, .deadline = Clock::now() + 60s};

    std::vector<policy::AttachmentText> texts_of(const std::string& message) {
        const mail::ReadingLimits limits;
        const mail::Parts parts = mail::parts_of(message, limits);
        return session::texts_of(mail::attachments_of(parts, limits), as_function(), budget);
    }
};

BOOST_FIXTURE_TEST_SUITE(texts_of_attachments, Reading)

BOOST_AUTO_TEST_CASE(each_attachment_is_handed_over_decoded_with_its_name_and_type) {
    const auto texts = texts_of(
        mixed(part("application/zip", "a.zip", "PK1") +
              part("application/x-any\r\nContent-Transfer-Encoding: base64", "b.bin", "aGVsbG8=")));
    BOOST_REQUIRE_EQUAL(asked.size(), 2U);
    BOOST_TEST(asked[0].name == "a.zip");
    BOOST_TEST(asked[0].label == "application/zip");
    BOOST_TEST(asked[0].content == "PK1");
    BOOST_TEST(asked[1].content == "hello");
    BOOST_TEST((asked[0].deadline == budget.deadline && asked[1].deadline == budget.deadline));
    BOOST_REQUIRE_EQUAL(texts.size(), 2U);
    BOOST_TEST(texts[0].text == "PK1");
    BOOST_TEST(texts[1].attachment == 1U);
    BOOST_TEST(texts[1].text == "hello");
}

BOOST_AUTO_TEST_CASE(what_is_in_a_container_keeps_its_path_and_type) {
    answers.push_back(text("inner", "dir/x.txt"));
    const auto texts = texts_of(mixed(part("application/zip", "a.zip", "PK")));
    BOOST_REQUIRE_EQUAL(texts.size(), 1U);
    BOOST_TEST(texts[0].path == "dir/x.txt");
    BOOST_TEST(texts[0].type == "text/plain");
    BOOST_TEST(texts[0].trouble == "");
}

BOOST_AUTO_TEST_CASE(trouble_is_told_in_our_words_and_without_theirs) {
    answers.push_back(trouble(Trouble::damaged));
    Extracted locked = text("", "secret.txt");
    locked.findings.encrypted = locked.findings.truncated = true;
    answers.push_back(locked);
    const auto texts = texts_of(mixed(part("application/zip", "name-of-theirs", "PK") +
                                      part("application/zip", "b.zip", "PK")));
    BOOST_REQUIRE_EQUAL(texts.size(), 3U);
    BOOST_TEST(texts[0].trouble == "an attachment is damaged");
    BOOST_TEST(!texts[0].encrypted);
    BOOST_TEST(texts[1].path == "secret.txt");
    BOOST_TEST((texts[2].encrypted && texts[2].truncated && texts[2].trouble.empty()));
    BOOST_TEST(texts[2].attachment == 1U);
}

BOOST_AUTO_TEST_CASE(all_attachments_share_one_budget_of_text) {
    budget.text_bytes = 10;
    const auto texts = texts_of(mixed(part("application/x-any", "a", "12345678") +
                                      part("application/x-any", "b", "12345678") +
                                      part("application/x-any", "c", "x")));
    BOOST_REQUIRE_EQUAL(asked.size(), 2U);
    BOOST_TEST(asked[0].text_bytes == 10U);
    BOOST_TEST(asked[1].text_bytes == 2U);
    BOOST_REQUIRE_EQUAL(texts.size(), 3U);
    BOOST_TEST((texts[2].truncated && texts[2].attachment == 2U));
}

BOOST_AUTO_TEST_CASE(after_the_deadline_nothing_is_handed_over) {
    budget.deadline = Clock::now() - 1s;
    const auto texts = texts_of(mixed(part("application/x-any", "a", "1")));
    BOOST_TEST(asked.empty());
    BOOST_REQUIRE_EQUAL(texts.size(), 1U);
    BOOST_TEST(texts[0].trouble == "the attachments took too long to read");
}

BOOST_AUTO_TEST_CASE(messages_have_been_taken_apart_already_and_empty_files_hold_nothing) {
    texts_of(mixed(part("message/rfc822", "m.eml", "Subject: x\r\n\r\nhello") +
                   part("application/x-any", "a", "")));
    BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(what_only_calls_itself_a_message_is_read) {
    texts_of(mixed(part("message/rfc822", "m.eml", "%PDF-1.7\r\n1 0 obj")));
    BOOST_REQUIRE_EQUAL(asked.size(), 1U);
    BOOST_TEST(asked[0].content == "%PDF-1.7\r\n1 0 obj");
}

BOOST_AUTO_TEST_CASE(what_is_encrypted_for_others_is_not_even_tried) {
    const auto texts = texts_of(
        mixed(part("application/octet-stream", "a.asc", "-----BEGIN PGP MESSAGE-----\r\n\r\nxx")));
    BOOST_TEST(asked.empty());
    BOOST_REQUIRE_EQUAL(texts.size(), 1U);
    BOOST_TEST(texts[0].encrypted);
}

BOOST_AUTO_TEST_SUITE_END()

struct Office : Reader {
    Workbench bench{
        "rule secret { when attachment.text has \"blue moon\"; on-error quarantine; "
        "reject 550 5.7.1 \"secret\" }\n"};

    std::string verdict(const std::string& attachment) {
        if (!bench.around.read_document) bench.around.read_document = as_function();
        session::Session session(bench.around);
        session.mail({.user = "ann@customer.example", .argument = "<a@b.c>", .queue_id = "Q1"});
        session.recipient("b@good.example", "<b@good.example>");
        session.header("MIME-Version", " 1.0");
        session.header("Content-Type", " multipart/mixed; boundary=b");
        session.end_of_headers(true);
        session.body(attachment + "--b--\r\n");
        const auto decision = session.end_of_message([] { return true; });
        session.settle(true);
        return policy::name_of(decision.value().verdict);
    }
};

BOOST_FIXTURE_TEST_SUITE(sessions_and_attachments, Office)

BOOST_AUTO_TEST_CASE(rules_decide_by_what_attachments_hold) {
    BOOST_TEST(verdict(part("application/zip", "a", "the blue moon")) == "reject");
    BOOST_TEST(verdict(part("application/zip", "a", "the red moon")) == "accept");
    BOOST_TEST(verdict("--b\r\n\r\nthe blue moon\r\n") == "accept");
    BOOST_TEST(asked.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_document_that_was_not_read_is_cannot_tell_and_the_log_says_why) {
    answers.push_back(trouble(Trouble::crashed));
    BOOST_TEST(verdict(part("application/zip", "a", "x")) == "quarantine");
    BOOST_TEST(bench.logged("an attachment could not be read: the reading process died"));
}

// One reason each, the same for whoever holds, the log and the metrics.
BOOST_AUTO_TEST_CASE(every_trouble_with_a_document_is_held_and_told_alike) {
    bench.metrics.rules().replace(bench.policy);
    constexpr auto last = static_cast<int>(Trouble::unavailable);
    for (int one = static_cast<int>(Trouble::none) + 1; one <= last; ++one) {
        const auto why = "an attachment " + std::string(words(static_cast<Trouble>(one)));
        answers.push_back(trouble(static_cast<Trouble>(one)));
        BOOST_TEST(verdict(part("application/zip", "a", "x")) == "quarantine");
        BOOST_TEST(bench.logged("reason=\"rule secret: could not be checked (" + why + ")\""));
        BOOST_TEST(bench.logged("unsure=\"secret: " + why + "\""));
        const auto tally = bench.metrics.rules().report().rules.at(0).since_start;
        BOOST_TEST(tally.unsure.size() == static_cast<std::size_t>(one));
        BOOST_TEST(tally.unsure.at(why) == 1U);
        BOOST_TEST(tally.times_out_of_budget() == 0U);
    }
    BOOST_TEST(bench.metrics.rules().report().shared[1].since_start.took.count() ==
               static_cast<std::uint64_t>(last));
}

// A client that hangs up has had its rules read all the same.
BOOST_AUTO_TEST_CASE(a_message_that_is_given_up_counts_for_the_rules_it_met) {
    bench.load("rule stranger { when rcpt.domain = bad.example; reject }\n");
    bench.metrics.rules().replace(bench.policy);
    {
        session::Session session(bench.around);
        session.mail({.user = "", .argument = "<a@b.c>", .queue_id = "Q1"});
        session.recipient("b@good.example", "<b@good.example>");
        session.recipient("b@bad.example", "<b@bad.example>");
        session.abort();
    }
    const auto tally = bench.metrics.rules().report().rules.at(0).since_start;
    BOOST_TEST(tally.took.count() == 1U);
    BOOST_TEST(tally.hits == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_where_no_rule_wants_to_know) {
    bench.load("rule text { when text has \"blue moon\" or attachment.name has \"x\"; reject }\n");
    BOOST_TEST(verdict(part("application/zip", "a", "x")) == "accept");
    BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(without_a_reader_it_cannot_be_told) {
    bench.around.read_document = nullptr;
    session::Session session(bench.around);
    session.mail({.user = "ann@customer.example", .argument = "<a@b.c>", .queue_id = "Q1"});
    session.recipient("b@good.example", "<b@good.example>");
    session.header("Content-Type", " application/zip");
    session.end_of_headers(true);
    session.body("PK");
    const auto decision = session.end_of_message([] { return true; });
    BOOST_TEST(policy::name_of(decision.value().verdict) == std::string("quarantine"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
