// spillwayctl scan: what rules say of many messages, so that one can be tried before it is switched
// on. Messages are read as the daemon reads them; limits are left out, so nothing is charged.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <span>
#include <thread>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/attachment_reader.h"
#include "ctl/console.h"
#include "ctl/corpus.h"
#include "ctl/interruption.h"
#include "ctl/map_reader.h"
#include "ctl/message_file.h"
#include "ctl/policy_file.h"
#include "ctl/progress.h"
#include "ctl/scan_summary.h"
#include "ctl/verbs.h"
#include "language/revised.h"
#include "language/values.h"
#include "limits/memory_counters.h"
#include "mail/entity.h"
#include "policy/folders.h"

namespace spillway::ctl {

namespace {

using std::chrono::steady_clock;

// Rules that set tags and decide nothing stay with any: others may ask for their tags.
bool only_tags(const policy::Rule& rule) {
    const auto tags = [](const policy::Action& action) {
        return std::holds_alternative<policy::TagAction>(action);
    };
    return std::ranges::any_of(rule.actions, tags) && !policy::is_terminal(rule.actions.back());
}

bool is_named(const policy::Rule& rule, const ScanOptions& options) {
    return std::ranges::find(options.rules, rule.name) != options.rules.end();
}

bool is_switched_on(const policy::Rule& rule, const ScanOptions& options) {
    if (!options.rules.empty()) return is_named(rule, options);
    const char* const mode = rule.mode == policy::Mode::off ? "off" : "audit";
    return std::ranges::find(options.modes, mode) != options.modes.end();
}

void expect_known(const policy::Policy& policy, const ScanOptions& options) {
    std::vector<std::string_view> known;
    policy::for_each_rule(policy, [&](const policy::Rule& rule) { known.emplace_back(rule.name); });
    for (const std::string& name : options.rules)
        if (std::ranges::find(known, name) == known.end())
            throw Stopped(usage, fmt::format("--rule: unknown rule \"{}\"{}", name,
                                             language::suggestion(name, known)));
}

bool is_left_out(const policy::Rule& rule, const ScanOptions& options) {
    return !options.rules.empty() && !is_named(rule, options) && !only_tags(rule);
}

void put_on_trial(std::vector<policy::Rule>& rules, const ScanOptions& options) {
    std::erase_if(rules, [&](const policy::Rule& rule) { return is_left_out(rule, options); });
    for (policy::Rule& rule : rules)
        if (is_switched_on(rule, options)) rule.mode = policy::Mode::enforce;
}

// The rules that are asked for, those in other modes switched on where that is wanted, no limits.
language::Revise trial(const ScanOptions& options) {
    return [&options](policy::Policy& policy) {
        expect_known(policy, options);
        policy.limits.clear();
        const auto before = std::span(policy.rules).first(policy.rules_before_folders);
        policy.rules_before_folders = static_cast<std::size_t>(std::ranges::count_if(
            before, [&](const policy::Rule& rule) { return !is_left_out(rule, options); }));
        put_on_trial(policy.rules, options);
        for (auto& [name, folder] : policy.folders) put_on_trial(folder.rules, options);
    };
}

// A picture in a folder of mail is none. Messages that begin with empty lines are: archives have
// such, and many readers skip them.
bool is_mail(const Letter& letter) {
    if (!letter.message.headers.empty()) return true;
    const std::size_t begin = letter.bytes.find_first_not_of("\r\n");
    return begin != std::string::npos &&
           mail::begins_with_field(std::string_view(letter.bytes).substr(begin));
}

// Judges messages in several threads; each takes the next one that nobody has taken.
class Scan {
  public:
    Scan(const Corpus& corpus, const language::Generation& generation, const Common& common,
         const ScanOptions& options)
        : corpus_(corpus),
          policy_(*generation.policy),
          common_(common),
          options_(options),
          conversation_(conversation_of(options.envelope, policy_)),
          beyond_{attachment_reader(policy_.reading, options.jobs), map_reader(generation)},
          summary_(policy_) {
        for (const Corpus::Trouble& trouble : corpus.troubles)
            summary_.add(Unread{trouble.file, trouble.why});
    }

    // Returns when all is done, or soon after an interruption.
    const ScanSummary& run();

  private:
    void work();
    void judge(const Corpus::Message& message);
    std::string trouble_with(const Corpus::Message& message);
    Judged judged(const Corpus::Message& message, const Letter& letter) const;
    void tell(const Judged& judged);

    const Corpus& corpus_;
    const policy::Policy& policy_;
    const Common& common_;
    const ScanOptions& options_;
    const Conversation conversation_;
    const policy::Beyond beyond_;
    std::atomic<std::size_t> next_{0};

    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t done_ = 0;     // guarded by mutex_
    std::size_t working_ = 0;  // likewise, threads
    ScanSummary summary_;      // likewise
};

Judged Scan::judged(const Corpus::Message& message, const Letter& letter) const {
    // Of each message's own: none is suspended, or counted in a mailing, for what another one did.
    limits::MemoryCounters counters;
    return {corpus_.name_of(message), policy::rehearse(policy_, letter.message, counters, beyond_,
                                                       {.hits = options_.each, .all_rules = true})};
}

// Why it is no message that could be judged; "" when it has been. One that was being judged when
// the end was asked for is left out: what reads attachments may have got the same signal.
std::string Scan::trouble_with(const Corpus::Message& message) {
    try {
        Letter letter;
        {
            const auto raw = read_message(corpus_, message);
            if (!raw) return raw.error();
            if (raw->empty()) return "is empty";
            write_letter(*raw, conversation_, letter);
        }
        if (!is_mail(letter)) return "does not begin with a header field";
        const Judged result = judged(message, letter);
        if (!Interruption::asked().load()) tell(result);
        return "";
    } catch (const std::exception& error) {
        return error.what();
    }
}

void Scan::judge(const Corpus::Message& message) {
    std::string why = trouble_with(message);
    if (why.empty()) return;
    const std::lock_guard lock(mutex_);
    summary_.add(Unread{corpus_.name_of(message), std::move(why)});
    ++done_;
}

void Scan::tell(const Judged& judged) {
    const std::string line = !options_.each ? ""
                             : common_.json ? json_line_of(judged)
                                            : line_of(judged);
    const std::lock_guard lock(mutex_);
    summary_.add(judged);
    ++done_;
    print(line);
}

void Scan::work() {
    while (!Interruption::asked().load()) {
        const std::size_t mine = next_.fetch_add(1);
        if (mine >= corpus_.messages.size()) break;
        judge(corpus_.messages[mine]);
    }
    const std::lock_guard lock(mutex_);
    --working_;
    ended_.notify_all();
}

const ScanSummary& Scan::run() {
    constexpr std::chrono::milliseconds between_pictures{200};
    Progress progress(corpus_.messages.size(), !options_.each);
    const std::size_t jobs = std::clamp<std::size_t>(corpus_.messages.size(), 1, options_.jobs);
    working_ = jobs;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, between_pictures, [this] { return working_ == 0; })) {
        const std::size_t done = done_;
        lock.unlock();
        progress.draw(done);
        lock.lock();
    }
    return summary_;
}

ScanOptions completed(ScanOptions options) {
    if (options.jobs == 0) options.jobs = std::max(std::thread::hardware_concurrency(), 1U);
    return options;
}

}  // namespace

int scan(const Common& common, const ScanOptions& given) {
    const ScanOptions options = completed(given);
    const language::Generation generation = loaded(common.config, trial(options));
    if (!generation.policy) throw Stopped(bad_configuration, common.config + " has mistakes");
    const Interruption interruption;
    const Corpus corpus = corpus_of(options.places, Interruption::asked());
    Scan scan(corpus, generation, common, options);
    const auto began = steady_clock::now();
    const ScanSummary& summary = scan.run();
    const ScanSummary::Run run{.found = corpus.messages.size(),
                               .jobs = options.jobs,
                               .spent = steady_clock::now() - began,
                               .interrupted = Interruption::asked().load()};
    const Lines lines = options.each ? Lines::one : Lines::many;
    if (options.each && !common.json) print("\n");
    print(common.json ? ascii_json_text(summary.json(run), lines) : summary.text(run));
    if (run.interrupted) return interrupted;
    return summary.unread() == 0 ? succeeded : refused;
}

}  // namespace spillway::ctl
