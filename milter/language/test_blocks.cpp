#include "language/test_blocks.h"

#include <algorithm>

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/test_maps.h"
#include "limits/memory_counters.h"
#include "policy/folders.h"
#include "policy/identity.h"
#include "policy/rehearse.h"
#include "policy/variants.h"
#include "policy/words.h"

namespace spillway::language {
namespace {

constexpr std::int64_t most_recipients = 100000;

struct Used {
    Word limit;
    std::int64_t count;
};

// One test block read: the message it describes and what is expected of it.
struct TestCase {
    policy::Message message;
    std::string bytes;  // for message.bytes to view
    std::string body;
    std::vector<Used> used;
    TestMaps maps;
    std::int64_t campaign = 0;  // to how many others the text has gone
    std::optional<Place> campaign_place;
    std::vector<const Line*> expectations;
};

class TestReader {
  public:
    TestReader(const BlockNode& block, const Program& program, const policy::Policy& policy)
        : block_(block), program_(program), policy_(policy) {}

    TestCase read();

  private:
    void line(Arguments& args);
    bool sender(Arguments& args);
    bool submission(Arguments& args);
    bool content(Arguments& args);
    bool history(Arguments& args);
    void recipients(Arguments& args);
    void at(Arguments& args);
    void complete();
    void check_local() const;

    const BlockNode& block_;
    const Program& program_;
    const policy::Policy& policy_;
    TestCase test_;
    bool sender_given_ = false;
    std::vector<const Word*> local_only_;  // words that go with "local"
};

void TestReader::recipients(Arguments& args) {
    while (args.more()) {
        const Word& word = args.take("an address or a number");
        const auto number = parse_number(word.text);
        if (number && (*number < 1 || *number > most_recipients)) {
            throw Mistake(word.place, fmt::format("expected 1 to {} recipients", most_recipients));
        }
        for (std::int64_t i = 1; number && i <= *number; ++i) {
            const std::string address = fmt::format("r{}@rcpt.example", i);
            test_.message.recipients.push_back({mail::envelope_address(address), address});
        }
        if (!number)
            test_.message.recipients.push_back({mail::envelope_address(word.text), word.text});
    }
}

void TestReader::at(Arguments& args) {
    const Word& day = args.take("a day such as 2026-11-23");
    const Word& time = args.take("a time such as 12:00");
    test_.message.received =
        Arguments::value_of(day, parse_time(day.text, time.text, *policy_.zone));
}

// Who sends, from where and when.
bool TestReader::sender(Arguments& args) {
    const std::string& verb = args.line().verb.text;
    policy::Message& message = test_.message;
    if (verb == "as") {
        message.user = args.take("a login").text;
        if (args.take_if("from")) message.client.ip = args.take_as("an address", match::parse_ip);
        if (args.take_if("at")) at(args);
    } else if (verb == "from") {
        message.client.ip = args.take_as("an IP address", match::parse_ip);
    } else if (verb == "at") {
        at(args);
    } else if (verb == "tls") {
        message.client.tls = true;
    } else if (verb == "mail-from") {
        message.sender = mail::envelope_address(args.take("an address").text);
        sender_given_ = true;
    } else {
        return false;
    }
    return true;
}

// Mail given to sendmail(1), with the fields on top that say who called it.
bool TestReader::submission(Arguments& args) {
    const Word& verb = args.line().verb;
    policy::Message& message = test_.message;
    const auto on_top = [&](std::string_view field, std::string value) {
        message.headers.insert(message.headers.begin(), {std::string{field}, std::move(value)});
        local_only_.push_back(&verb);
    };
    if (verb.text == "local") {
        message.client.local_submission = true;
    } else if (verb.text == "uid") {
        on_top(policy::uid_field, std::to_string(args.take_as("a user's number", parse_number)));
    } else if (verb.text == "script") {
        on_top(policy::script_field, args.take("a script such as \"33:mailer.php\"").text);
    } else {
        return false;
    }
    return true;
}

bool TestReader::content(Arguments& args) {
    const std::string& verb = args.line().verb.text;
    if (verb == "rcpt") {
        recipients(args);
    } else if (verb == "header") {
        const std::string name = args.take("a field's name").text;
        test_.message.headers.push_back({name, args.take("a value").text});
    } else if (verb == "body") {
        test_.body += args.take("a text").text + "\r\n";
    } else {
        return false;
    }
    return true;
}

// What has been sent before.
bool TestReader::history(Arguments& args) {
    const Word& verb = args.line().verb;
    if (verb.text == "used") {
        const Word& limit = args.take("a limit's name");
        test_.used.push_back({limit, args.take_as("a number", parse_number)});
    } else if (verb.text == "campaign") {
        const Word& number = args.take("a number of recipients");
        test_.campaign = Arguments::value_of(number, parse_number(number.text));
        if (test_.campaign < 1 || test_.campaign > most_recipients)
            throw Mistake(number.place,
                          fmt::format("expected 1 to {} recipients", most_recipients));
        test_.campaign_place = verb.place;
    } else if (verb.text == "map") {
        test_.maps.read(args, program_);
    } else {
        return false;
    }
    return true;
}

void TestReader::line(Arguments& args) {
    const Word& verb = args.line().verb;
    if (verb.text == "expect") {
        test_.expectations.push_back(&args.line());
        return;
    }
    const bool known = sender(args) || submission(args) || content(args) || history(args);
    if (!known) {
        throw Mistake(
            verb.place,
            fmt::format("unknown word \"{}\" in a test{}", verb.text,
                        suggestion(verb.text, {std::begin(test_words), std::end(test_words)})));
    }
    args.done();
}

// Over SMTP anybody may write these fields, so they say nothing there.
void TestReader::check_local() const {
    if (test_.message.client.local_submission || local_only_.empty()) return;
    const Word& word = *local_only_.front();
    throw Mistake(word.place, fmt::format("\"{}\" is known of local mail only: say \"local\" as "
                                          "well",
                                          word.text));
}

// What a test leaves out is what an ordinary message would have.
void TestReader::complete() {
    policy::Message& message = test_.message;
    if (!sender_given_) message.sender = mail::envelope_address(message.user);
    if (message.recipients.empty()) {
        message.recipients.push_back(
            {mail::envelope_address("someone@rcpt.example"), "someone@rcpt.example"});
    }
    if (!message.client.ip) message.client.ip = *match::parse_ip("192.0.2.1");
    const bool has_author = std::ranges::any_of(
        message.headers, [](const auto& header) { return mail::names_equal(header.name, "From"); });
    if (!has_author) message.headers.push_back({"From", message.sender.text()});
    for (const auto& header : message.headers) {
        test_.bytes += fmt::format("{}: {}\r\n", header.name, header.value);
    }
    test_.bytes += "\r\n" + test_.body;
    message.size = test_.bytes.size();
}

TestCase TestReader::read() {
    // A Monday at noon, unless the test says otherwise.
    test_.message.received = *parse_time("2026-01-05", "12:00", *policy_.zone);
    for (const Line& line : block_.lines) {
        Arguments args(line);
        this->line(args);
    }
    if (test_.expectations.empty()) {
        throw Mistake(block_.name.place,
                      fmt::format("test \"{}\" expects nothing", block_.name.text));
    }
    check_local();
    complete();
    return std::move(test_);
}

void use_up(const Used& used, const policy::Policy& policy, const policy::Message& message,
            limits::MemoryCounters& counters) {
    const auto known = policy::usable_limits(policy);
    if (std::ranges::find(known, used.limit.text) == known.end()) {
        throw Mistake(used.limit.place,
                      fmt::format("unknown limit \"{}\"{}", used.limit.text,
                                  suggestion(used.limit.text, {known.begin(), known.end()})));
    }
    policy::use_up(policy, message, used.limit.text, used.count, counters);
}

void mail_out(const TestCase& test, const policy::Policy& policy,
              limits::MemoryCounters& counters) {
    if (!test.campaign_place || policy::mail_out(policy, test.message, test.campaign, counters))
        return;
    throw Mistake(*test.campaign_place, "no rule or limit asks for a campaign");
}

// Holds one `expect` line against what happened; a Mistake says what differs.
class Expectation {
  public:
    Expectation(Arguments& args, const std::string& test, const std::string& folder,
                const policy::Rehearsal& got)
        : args_(args), test_(test), folder_(folder), got_(got) {}

    void check();

  private:
    void verdict();
    void tag();
    void no_tag();
    void header();
    void refused();
    void suspended();
    void one_of(const char* what, const std::vector<std::string>& got);
    struct Decider {
        std::string text;  // "" where none is expected
        std::string own;   // the same of the folder
        bool is(const std::string& got) const { return text.empty() || got == text || got == own; }
    };
    Decider take_decider();
    [[noreturn]] void fail(const std::string& expected, const std::string& got) const {
        throw Mistake(args_.line().verb.place,
                      fmt::format("test \"{}\" failed: expected {}, got {}", test_, expected, got));
    }

    Arguments& args_;
    const std::string& test_;
    const std::string& folder_;
    const policy::Rehearsal& got_;
};

int code_of(const policy::Verdict& verdict) {
    if (const auto* reject = std::get_if<policy::Reject>(&verdict)) return reject->reply.code;
    if (const auto* defer = std::get_if<policy::Defer>(&verdict)) return defer->reply.code;
    return 0;
}

std::string in_words(const policy::Verdict& verdict, const std::string& by) {
    const int code = code_of(verdict);
    return fmt::format("{}{}{}{}", name_of(verdict), code ? fmt::format(" {}", code) : "",
                       by.empty() ? "" : " ", by);
}

// [rule NAME | limit NAME]
Expectation::Decider Expectation::take_decider() {
    if (!args_.more()) return {};
    const std::string kind = args_.take_one_of({"rule", "limit"}) == 0 ? "rule " : "limit ";
    const std::string& name = args_.take("a name").text;
    return {kind + name, fmt::format("{}{}/{}", kind, folder_, name)};
}

void Expectation::verdict() {
    const std::vector<std::string_view> known{
        "accept", "quarantine", "reject",    "defer", "discard",  "tag",    "no",
        "header", "refused",    "suspended", "copy",  "redirect", "archive"};
    const std::string wanted{known[args_.take_one_of(known)]};
    std::string expected = wanted;
    std::int64_t code = 0;
    if (args_.more() && parse_number(args_.peek().text)) {
        code = args_.take_as("a code", parse_number);
        expected += fmt::format(" {}", code);
    }
    const Decider by = take_decider();
    if (!by.text.empty()) expected += " " + by.text;
    const policy::Decision& decision = got_.decision;
    if (wanted != name_of(decision.verdict) || (code && code != code_of(decision.verdict)) ||
        !by.is(decision.decided_by)) {
        fail(expected, in_words(decision.verdict, decision.decided_by));
    }
}

void Expectation::tag() {
    const std::string& wanted = args_.take("a tag").text;
    const auto& tags = got_.decision.tags;
    const std::string own = folder_ + "/" + wanted;
    const auto fits = [&](const std::string& tag) { return tag == wanted || tag == own; };
    if (std::ranges::any_of(tags, fits)) return;
    fail("tag " + wanted, tags.empty() ? "no tag" : fmt::format("{}", fmt::join(tags, ", ")));
}

void Expectation::no_tag() {
    args_.take_one_of({"tag"});
    const std::string& unwanted = args_.take("a tag").text;
    if (std::ranges::count(got_.decision.tags, unwanted) == 0) return;
    fail("no tag " + unwanted, "it");
}

void Expectation::header() {
    const std::string& name = args_.take("a field's name").text;
    const std::string* value = args_.more() ? &args_.take("a value").text : nullptr;
    std::string got = "no such field";
    for (const policy::Edit& edit : got_.decision.edits) {
        const auto* added = std::get_if<policy::AddHeader>(&edit);
        if (!added || !mail::names_equal(added->name, name)) continue;
        if (!value || added->value == *value) return;
        got = fmt::format("\"{}\"", added->value);
    }
    fail(value ? fmt::format("header {}: \"{}\"", name, *value) : "header " + name, got);
}

void Expectation::refused() {
    const std::string text = args_.take("an address").text;
    const Decider by = take_decider();
    const mail::Address address = mail::envelope_address(text);
    for (const auto& one : got_.refused) {
        if (one.address != address) continue;
        if (by.is(one.refusal.decided_by)) return;
        fail(fmt::format("{} refused by {}", text, by.text), one.refusal.decided_by);
    }
    fail(fmt::format("{} refused", text), "it accepted");
}

void Expectation::suspended() {
    const auto whom = static_cast<limits::Whom>(args_.take_one_of({"user", "domain", "account"}));
    std::vector<std::string> got;
    for (const limits::Suspension& one : got_.suspended) {
        if (one.suspect.whom == whom) return;
        got.push_back(fmt::format("{} {}", policy::name_of(one.suspect.whom), one.suspect.who));
    }
    fail(fmt::format("{} suspended", policy::name_of(whom)),
         got.empty() ? "nobody" : fmt::format("{}", fmt::join(got, ", ")));
}

// A copy or auditor by its address, an archive by its name.
void Expectation::one_of(const char* what, const std::vector<std::string>& got) {
    const std::string& wanted = args_.take("an address or a name").text;
    if (std::ranges::find(got, wanted) != got.end()) return;
    fail(fmt::format("{} {}", what, wanted),
         got.empty() ? fmt::format("no {}", what) : fmt::format("{}", fmt::join(got, ", ")));
}

void Expectation::check() {
    if (args_.take_if("tag")) {
        tag();
    } else if (args_.take_if("no")) {
        no_tag();
    } else if (args_.take_if("header")) {
        header();
    } else if (args_.take_if("refused")) {
        refused();
    } else if (args_.take_if("suspended")) {
        suspended();
    } else if (args_.take_if("copy")) {
        one_of("copy", got_.decision.copies);
    } else if (args_.take_if("redirect")) {
        one_of("redirect", got_.decision.redirected_to);
    } else if (args_.take_if("archive")) {
        one_of("archive", got_.decision.archives);
    } else {
        verdict();
    }
    args_.done();
}

// What becomes of others' mail is none of an account's business.
void check_owner(const BlockNode& block, const policy::Policy& policy,
                 const policy::Message& message, const std::string& folder) {
    if (folder.empty()) return;
    const policy::Identity identity = policy::identify(policy, message);
    if (policy::folder_key(identity.account) == folder ||
        policy::folder_key(identity.domain) == folder)
        return;
    throw Mistake(block.name.place,
                  fmt::format("this is a message of account {}, domain {}; the tests here are of "
                              "messages of {}: say \"as\" and one of its logins",
                              identity.account, identity.domain, folder));
}

void run_test(const BlockNode& block, const Program& program, const policy::Policy& policy,
              const std::string& folder) {
    TestCase test = TestReader(block, program, policy).read();
    check_owner(block, policy, test.message, folder);
    test.message.bytes = test.bytes;  // a view, so not before the text has come to rest
    limits::MemoryCounters counters;
    for (const Used& used : test.used) use_up(used, policy, test.message, counters);
    mail_out(test, policy, counters);
    const policy::Rehearsal got = policy::rehearse(policy, std::move(test.message), counters,
                                                   {.look_up = test.maps.look_up()});
    for (const Line* line : test.expectations) {
        Arguments args(*line);
        Expectation(args, block.name.text, folder, got).check();
    }
}

}  // namespace

int run_tests(const Program& program, const policy::Policy& policy, Diagnostics& diagnostics,
              const std::string& folder) {
    for (const BlockNode& block : program.tests) {
        try {
            run_test(block, program, policy, folder);
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
        }
    }
    return static_cast<int>(program.tests.size());
}

}  // namespace spillway::language
