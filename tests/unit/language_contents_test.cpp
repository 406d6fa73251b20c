// Conditions on contents, from their words to what they decide.
#include <boost/test/unit_test.hpp>

#include "language_load.h"
#include "mail/split.h"
#include "policy/evaluate.h"
#include "policy/facts.h"

using namespace spillway;
using language::load_text;
using language::mistakes_in;

namespace {

// The first rule's report on a message, and why it could not tell.
struct Said {
    match::Match matched;
    std::string note;
    policy::Verdict verdict;
};

struct Asking {
    bool body_seen = true;
    std::optional<std::vector<policy::AttachmentText>> texts{};
};

Said said(const std::string& rule, const std::string& message, const Asking& asking = {}) {
    const auto generation = load_text(rule);
    BOOST_REQUIRE(generation.policy != nullptr);
    const mail::SplitMessage split = mail::split_message(message);
    policy::Message value;
    value.headers = split.headers;
    value.bytes = split.bytes;
    value.size = split.bytes.size();
    value.body_seen = asking.body_seen;
    value.recipients.push_back({mail::envelope_address("bob@else.example"), "<bob@else.example>"});
    policy::Facts facts(*generation.policy, value);
    facts.report_all = true;
    if (asking.texts) facts.contents.know(*asking.texts);
    const policy::Questions questions = policy::questions(facts);
    const policy::RuleReport& report = questions.so_far.rules.at(0);
    return {report.matched, report.note, questions.so_far.verdict};
}

match::Match asked(const std::string& condition, const std::string& message,
                   const Asking& asking = {}) {
    return said("rule r { when " + condition + "; tag t }", message, asking).matched;
}

std::string attached(const std::string& name, const std::string& content) {
    return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
           "Content-Type: application/octet-stream; name=\"" +
           name + "\"\n\n" + content + "\n--b--\n";
}

constexpr auto yes = match::Match::yes;
constexpr auto no = match::Match::no;
constexpr auto unsure = match::Match::cannot_tell;

}  // namespace

namespace spillway::match {
static std::ostream& boost_test_print_type(std::ostream& out, Match value) {
    return out << (value == Match::yes ? "yes" : value == Match::no ? "no" : "cannot tell");
}
}  // namespace spillway::match

BOOST_AUTO_TEST_SUITE(language_contents)

BOOST_AUTO_TEST_CASE(each_text_holds_what_it_is_for) {
    const std::string html =
        "Subject: greeting\nContent-Type: text/html\n\n<p>shown</p><p hidden>unseen</p>"
        "<!-- remark --><a href='http://a.example/target'>x</a>";
    const auto found_in = [&](const std::string& word) {
        std::string fields;
        for (const char* field : {"text", "hidden", "any-text", "html", "raw", "links"})
            if (asked(std::string(field) + " has \"" + word + "\"", html) == yes)
                fields += std::string(field) + " ";
        return fields;
    };
    BOOST_TEST(found_in("shown") == "text any-text html raw ");
    BOOST_TEST(found_in("unseen") == "hidden any-text html raw ");
    BOOST_TEST(found_in("remark") == "hidden any-text html raw ");
    BOOST_TEST(found_in("target") == "any-text html raw links ");
    BOOST_TEST(found_in("greeting") == "any-text raw ");
    BOOST_TEST(found_in("nowhere") == "");
}

BOOST_AUTO_TEST_CASE(attachments_are_counted_weighed_and_named) {
    const std::string one = attached("a.EXE", "0123456789");
    BOOST_TEST(asked("attachment.count = 1", one) == yes);
    BOOST_TEST(asked("attachment.count > 1", one) == no);
    BOOST_TEST(asked("attachment.count = 0", "Subject: x\n\nhello\n") == yes);
    BOOST_TEST(asked("attachment.size = 10", one) == yes);
    BOOST_TEST(asked("attachment.size > 10", one) == no);
    BOOST_TEST(asked("attachment.size < 1K", "Subject: x\n\nhello\n") == no);
    BOOST_TEST(asked("attachment.name = \"a.exe\"", one) == yes);
    BOOST_TEST(asked("attachment.name =~ /\\.com$/", one) == no);
    BOOST_TEST(asked("attachment.type = \"text/plain\"", one) == yes);
    BOOST_TEST(asked("attachment.type = \"application/octet-stream\"", one) == yes);
    BOOST_TEST(asked("any-text has \"a.EXE\"", one) == yes);
}

BOOST_AUTO_TEST_CASE(texts_of_attachments_are_known_when_they_were_handed_in) {
    const std::string message = attached("a.bin", "x");
    BOOST_TEST(asked("attachment.text has \"secret\"", "Subject: x\n\nsecret\n") == no);
    const Said unread = said("rule r { when attachment.text has \"secret\"; tag t }", message);
    BOOST_TEST(unread.matched == unsure);
    BOOST_TEST(unread.note == "attachments that were not read");

    policy::AttachmentText text;
    text.text = "a secret";
    const Asking known{.texts = std::vector{text}};
    BOOST_TEST(asked("attachment.text has \"secret\"", message, known) == yes);
    BOOST_TEST(asked("any-text has \"secret\"", message, known) == yes);
    BOOST_TEST(asked("attachment.text has \"other\"", message, known) == no);
    BOOST_TEST(asked("encrypted or unreadable or truncated", message, known) == no);

    text.trouble = "a document that took too long";
    text.encrypted = text.truncated = true;
    const Asking troubled{.texts = std::vector{text}};
    BOOST_TEST(asked("attachment.text has \"other\"", message, troubled) == unsure);
    BOOST_TEST(asked("any-text has \"other\"", message, troubled) == unsure);
    BOOST_TEST(asked("any-text has \"secret\"", message, troubled) == yes);
    BOOST_TEST(asked("text has \"other\"", message, troubled) == no);
    for (const char* predicate : {"encrypted", "unreadable", "truncated"})
        BOOST_TEST(asked(predicate, message, troubled) == yes, predicate);
}

BOOST_AUTO_TEST_CASE(attached_text_is_once_in_any_text) {
    const std::string message =
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=a.txt\n"
        "Content-Disposition: attachment\n\nsecret\n--b--\n";
    const auto twice = [&](const std::string& path, const std::string& type) {
        policy::AttachmentText read;
        read.path = path;
        read.type = type;
        read.text = "secret";
        return asked("any-text has \"secret\" count >= 2", message, {.texts = std::vector{read}});
    };
    BOOST_TEST(twice("", "text/plain") == no);
    BOOST_TEST(twice("", "text/csv") == no);  // all text that is not HTML is read alike
    BOOST_TEST(twice("inner.txt", "text/plain") == yes);
    BOOST_TEST(twice("", "application/rtf") == yes);
    BOOST_TEST(twice("", "text/html") == yes);
}

BOOST_AUTO_TEST_CASE(any_text_ends_at_the_limit) {
    const std::string message = attached("a.bin", "x");
    policy::AttachmentText read;
    read.text = "secret " + std::string(900, 'x');
    const auto found = [&](const std::string& condition, std::size_t copies) {
        const Asking known{.texts = std::vector<policy::AttachmentText>(copies, read)};
        return said("text-limit 1K\nrule r { when " + condition + "; tag t }", message, known);
    };
    BOOST_TEST(found("any-text has \"other\"", 1).matched == no);
    BOOST_TEST(found("any-text has \"other\"", 2).matched == unsure);
    BOOST_TEST(found("any-text has \"other\"", 2).note == "more text than is read");
    BOOST_TEST(found("any-text has \"secret\"", 2).matched == yes);
    BOOST_TEST(found("attachment.text has \"other\"", 2).matched == no);
}

BOOST_AUTO_TEST_CASE(what_was_not_read_cannot_be_told_and_why_is_said) {
    const std::string rule = "text-limit 1K\nrule r { when text has \"secret\"; ";
    const std::string large = "Subject: x\n\n" + std::string(2000, 'x') + " secret\n";
    const Said deferred = said(rule + "reject }", large);
    BOOST_TEST(deferred.matched == unsure);
    BOOST_TEST(deferred.note == "more text than is read");
    BOOST_REQUIRE(std::holds_alternative<policy::Defer>(deferred.verdict));
    BOOST_TEST(
        std::get<policy::Defer>(deferred.verdict).reply.text.find("(more text than is read)") !=
        std::string::npos);
    const Said held = said(rule + "on-error quarantine; reject }", large);
    BOOST_TEST(std::get<policy::Quarantine>(held.verdict).reason ==
               "rule r: could not be checked (more text than is read)");
    BOOST_TEST(std::holds_alternative<policy::Accept>(
        said(rule + "on-error no-match; reject }", large).verdict));
    BOOST_TEST(std::holds_alternative<policy::Reject>(
        said(rule + "on-error match; reject }", large).verdict));

    BOOST_TEST(said("text-limit 1K\nrule r { when truncated; tag t }", large).matched == yes);
    BOOST_TEST(said("text-limit 1K\nrule r { when raw has \"secret\"; tag t }", large).matched ==
               unsure);
    for (const char* condition :
         {"text has \"a\"", "encrypted", "attachment.count > 0", "raw =~ /a/"})
        BOOST_TEST(asked(condition, large, {.body_seen = false}) == unsure, condition);
}

// The answer is remembered for other rules, and so must be the reason.
BOOST_AUTO_TEST_CASE(each_rule_that_cannot_tell_has_its_own_reason) {
    const auto generation = load_text(
        "text-limit 1K\n"
        "rule a { when text has \"secret\" and client-ip in [ 192.0.2.1 ]; tag a }\n"
        "rule b { when client-ip in [ 192.0.2.1 ]; tag b }\n"
        "rule c { when text has \"secret\"; tag c }\n");
    BOOST_REQUIRE(generation.policy != nullptr);
    policy::Message message;
    const std::string bytes = "\r\n" + std::string(2000, 'x');
    message.bytes = bytes;
    policy::Facts facts(*generation.policy, message);
    facts.report_all = true;
    const auto reports = policy::questions(facts).so_far.rules;
    BOOST_REQUIRE_EQUAL(reports.size(), 3U);
    BOOST_TEST(reports[1].note == "the client's address is not known");
    BOOST_TEST(reports[2].note == "more text than is read");
}

BOOST_AUTO_TEST_CASE(folded_texts_are_compared_without_disguise) {
    const std::string message =
        "Subject: p\xC3\xA4yp\xD0\xB0l\nContent-Type: text/plain; charset=utf-8\n\n"
        "The \xCE\x92L\xC3\x9C\xD0\x95 Moon\n";
    BOOST_TEST(asked("text has \"blue moon\"", message) == no);
    BOOST_TEST(asked("folded text has \"blue moon\"", message) == yes);
    BOOST_TEST(asked("folded text has \"BL\xC3\xBC"
                     "E moon\"",
                     message) == yes);
    BOOST_TEST(asked("folded text =~ /the blue/", message) == yes);
    BOOST_TEST(asked("folded subject = \"PayPal\"", message) == yes);
    BOOST_TEST(asked("subject = \"PayPal\"", message) == no);
    BOOST_TEST(asked("folded header subject has \"paypal\"", message) == yes);
}

BOOST_AUTO_TEST_CASE(mistakes_in_conditions_on_contents_are_told) {
    const auto mistake = [](const std::string& condition) {
        return mistakes_in("rule r { when " + condition + "; tag t }");
    };
    BOOST_TEST(mistake("folded rcpt = a.example").find("\"folded\" goes with texts") !=
               std::string::npos);
    BOOST_TEST(mistake("folded attachment.count > 1").find("\"folded\" goes with texts") !=
               std::string::npos);
    BOOST_TEST(mistake("attachment.names =~ /x/").find("attachment.name") != std::string::npos);
    BOOST_TEST(mistake("attachment.size =~ /x/").find("is a number") != std::string::npos);
    BOOST_TEST(mistake("any encrypted").find("any and all go with") != std::string::npos);
    BOOST_TEST(mistake("links in [ a.example ]").find("is text") != std::string::npos);
    BOOST_TEST(mistake("unreadabel").find("unreadable") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
