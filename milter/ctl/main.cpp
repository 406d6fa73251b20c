// spillwayctl: the command line, and the one place where its mistakes become exit codes.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include "ctl/verbs.h"
#include "mail/text.h"

namespace spillway::ctl {
namespace {

struct Options {
    Common common;
    CheckOptions check;
    TestOptions test;
    ScanOptions scan;
    ExtractOptions extract;
    CountersOptions counters;
    std::string reset_key;
    std::vector<std::string> words;  // of the one verb that runs
    SuppressOptions suppress;
    DoctorOptions doctor;
    ExplainOptions explain;
    TopOptions top;
    RulesOptions rules;
    GateOptions gate;
    ImportOptions imports;
    TraceOptions trace;
    std::string key_id;
    ArchiveOptions archive;
};

using Run = std::function<int()>;

CLI::App* add_verb(CLI::App& app, const char* name, const char* about, Run& run, Run what) {
    CLI::App* verb = app.add_subcommand(name, about);
    verb->fallthrough();  // the common options may stand before or after the verb
    // An inner verb (counters reset) is complete before the outer one and is what was meant.
    verb->parse_complete_callback([&run, what = std::move(what)] {
        if (!run) run = what;
    });
    return verb;
}

void add_check(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "check", "Check a configuration and run its tests", run,
                              [&] { return check(options.common, options.check); });
    verb->add_option("FILE", options.check.file, "instead of the configuration of -f");
    verb->add_flag("-v,--verbose", options.check.verbose, "show at which stage each rule acts");
}

// Whether --mail-from was named is known only once the command line is read.
CLI::Option* add_envelope(CLI::App& verb, EnvelopeOptions& envelope) {
    verb.add_option("--as", envelope.login, "login of the sender");
    verb.add_option("--from-ip", envelope.client_ip, "address of the client");
    CLI::Option* sender = verb.add_option("--mail-from", envelope.sender,
                                          "envelope sender (else the author), <> for none");
    verb.add_option("--rcpt", envelope.recipients, "recipient, may be repeated (else To, Cc)")
        ->type_size(1)
        ->allow_extra_args(false);
    verb.add_option("--at", envelope.at,
                    "\"2026-11-23 12:00\" in the policy's time zone (else now)");
    verb.add_flag("--local", envelope.local, "as if submitted by sendmail(1)");
    verb.add_flag("--tls", envelope.tls, "as if the connection was encrypted");
    return sender;
}

void add_test(CLI::App& app, Options& options, Run& run) {
    TestOptions& test_options = options.test;
    CLI::App* verb = add_verb(app, "test", "Say what would become of a message", run,
                              [&] { return test(options.common, options.test); });
    verb->add_option("MESSAGE", test_options.file, "the message, - for standard input")->required();
    CLI::Option* sender = add_envelope(*verb, test_options.envelope);
    verb->add_option("--used", test_options.used, "LIMIT=N: this much is used already")
        ->type_size(1)
        ->allow_extra_args(false);
    verb->add_option("--campaign", test_options.campaign,
                     "the text has gone to so many others already")
        ->type_name("N")
        ->check(CLI::Range(1, 100000));
    verb->add_option("--suppressed", test_options.suppressed,
                     "this recipient is on the suppression list, may be repeated")
        ->type_size(1)
        ->allow_extra_args(false);
    verb->add_flag("--diff", test_options.diff, "show the message before and after");
    verb->add_option("--expect", test_options.expected, "exit 1 unless this is the verdict")
        ->check(CLI::IsMember({"accept", "quarantine", "reject", "defer", "discard"}));
    verb->parse_complete_callback([&options, &run, sender] {
        options.test.envelope.sender_named = sender->count() > 0;
        run = [&options] { return test(options.common, options.test); };
    });
}

void add_scan(CLI::App& app, Options& options, Run& run) {
    ScanOptions& wanted = options.scan;
    CLI::App* verb = add_verb(app, "scan", "Say what rules find in many messages", run, {});
    verb->add_option("PLACE", wanted.places, "messages, folders of them, mailboxes")->required();
    verb->add_option("--rule", wanted.rules, "only this rule, switched on; may be repeated")
        ->type_size(1)
        ->allow_extra_args(false);
    verb->add_option("--with", wanted.modes, "switch on rules in this mode; may be repeated")
        ->type_size(1)
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"audit", "off"}));
    verb->add_option("--jobs", wanted.jobs, "messages at a time (else one for each processor)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}));
    verb->add_flag("--each", wanted.each, "tell of each message, a line for each");
    CLI::Option* sender = add_envelope(*verb, wanted.envelope);
    verb->parse_complete_callback([&options, &run, sender] {
        options.scan.envelope.sender_named = sender->count() > 0;
        run = [&options] { return scan(options.common, options.scan); };
    });
}

void add_extract(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "extract", "Show what is read in a message", run,
                              [&] { return extract(options.common, options.extract); });
    verb->add_option("MESSAGE", options.extract.file, "the message, - for standard input")
        ->required();
    verb->add_option("--text", options.extract.texts, "only this text; may be repeated")
        ->type_size(1)
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"subject", "text", "hidden", "any-text", "html", "raw", "links",
                               "attachment.name", "attachment.type", "attachment.text"}));
    verb->add_option("--part", options.extract.part, "only what stands in this part")
        ->type_name("PATH");
}

void add_counters(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "counters", "Show what is counted", run,
                              [&] { return counters(options.common, options.counters); });
    verb->add_option("PREFIX", options.counters.prefix, "only keys that begin so");
    verb->add_option("--most", options.counters.most, "at most so many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10000}));
    CLI::App* reset = add_verb(*verb, "reset", "Forget one counter", run,
                               [&] { return reset_counter(options.common, options.reset_key); });
    reset->add_option("KEY", options.reset_key, "as counters shows it")->required();
}

// Whom an operator means are one or two words, so all words of such a verb are taken together.
void add_wordy(CLI::App& app, const char* name, const char* about, const char* words,
               Options& options, Run& run,
               int (*what)(const Common&, const std::vector<std::string>&)) {
    CLI::App* verb = add_verb(app, name, about, run,
                              [&options, what] { return what(options.common, options.words); });
    verb->add_option("WORDS", options.words, words);
}

void add_limit(CLI::App& app, Options& options, Run& run) {
    CLI::App* limit = add_verb(app, "limit", "Maxima of single customers", run, {});
    limit->require_subcommand(1);
    add_wordy(*limit, "set", "Give somebody a maximum of his own",
              "LIMIT WHO MAX: hourly user ann@a.example 500", options, run, set_limit);
    add_wordy(*limit, "unset", "Take it away again", "LIMIT WHO: hourly domain a.example", options,
              run, unset_limit);
    add_wordy(*limit, "show", "Show who has one", "LIMIT or WHO, else all", options, run,
              show_limits);
}

void add_suspend(CLI::App& app, Options& options, Run& run) {
    add_wordy(app, "suspend", "Stop the mail of somebody",
              "WHO for SPAN REASON: domain a.example for 2h unpaid", options, run, suspend);
    add_wordy(app, "unsuspend", "Let somebody send again", "WHO: user ann@a.example", options, run,
              unsuspend);
    add_verb(app, "suspended", "Show whose mail is stopped", run,
             [&] { return suspended(options.common); });
}

void add_suppress(CLI::App& app, Options& options, Run& run) {
    CLI::App* verbs = add_verb(app, "suppress", "Who is not to be written to any more", run, {});
    verbs->require_subcommand(1);
    SuppressOptions& wanted = options.suppress;
    CLI::App* put = add_verb(*verbs, "add", "Write to a recipient no more", run,
                             [&] { return suppress_add(options.common, options.suppress); });
    CLI::App* del = add_verb(*verbs, "del", "Let him be written to again", run,
                             [&] { return suppress_del(options.common, options.suppress); });
    CLI::App* list = add_verb(*verbs, "list", "Show who is suppressed", run,
                              [&] { return suppress_list(options.common, options.suppress); });
    CLI::App* import = add_verb(*verbs, "import", "Add all of a CSV file", run,
                                [&] { return suppress_import(options.common, options.suppress); });
    CLI::App* save = add_verb(*verbs, "export", "Write all of it as CSV", run,
                              [&] { return suppress_export(options.common, options.suppress); });
    for (CLI::App* verb : {put, del, import}) {
        verb->add_option("--account", wanted.account, "only for mail of this account");
        verb->add_option("--domain", wanted.domain, "only for mail of this sender's domain");
    }
    for (CLI::App* verb : {put, del})
        verb->add_option("RECIPIENT", wanted.target, "an address or a domain")->required();
    for (CLI::App* verb : {put, import})
        verb->add_option("--reason", wanted.reason, "why")
            ->check(CLI::IsMember({"bounce", "complaint", "unsubscribe", "manual"}));
    put->add_option("--source", wanted.source, "what told of it (else who asks)");
    put->add_option("--note", wanted.note, "for operators only");
    put->add_option("--for", wanted.span, "how long, such as 90d (else for good)");
    import->add_option("FILE", wanted.file, "the file, - for standard input")->required();
    list->add_option("TEXT", wanted.target, "only recipients that contain this");
    save->add_option("FILE", wanted.file, "the file (else standard output)");
}

void add_doctor(CLI::App& app, Options& options, Run& run) {
    DoctorOptions& wanted = options.doctor;
    CLI::App* verb = add_verb(app, "doctor", "Say what is wrong with Postfix's settings", run,
                              [&] { return doctor(options.common, options.doctor); });
    verb->add_option("--postfix", wanted.postfix_folder, "Postfix's folder of settings");
    verb->add_option("--postconf-n", wanted.main_file, "read this, the output of postconf -n");
    verb->add_option("--postconf-M", wanted.master_file, "and this, of postconf -M");
    verb->add_option("--postconf-P", wanted.overrides_file, "and this, of postconf -P");
    verb->add_flag("--no-policy", wanted.without_policy, "look at Postfix alone");
}

void add_explain(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "explain", "Show how all limits stand for somebody", run, {});
    verb->add_option("USER", options.explain.user, "his login");
    verb->add_option("--from-ip", options.explain.client_ip, "address of the client");
    CLI::Option* sender =
        verb->add_option("--mail-from", options.explain.sender, "envelope sender (else the login)");
    verb->parse_complete_callback([&options, &run, sender] {
        options.explain.sender_named = sender->count() > 0;
        run = [&options] { return explain(options.common, options.explain); };
    });
}

void add_top(CLI::App& app, Options& options, Run& run) {
    TopOptions& wanted = options.top;
    CLI::App* verb = add_verb(app, "top", "Show who has used most", run,
                              [&] { return top(options.common, options.top); });
    verb->add_option("LIMIT", wanted.limit, "of one limit only");
    verb->add_option("--most", wanted.most, "at most so many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10000}));
    verb->add_option("--by", wanted.by, "what they are sorted by")
        ->check(CLI::IsMember({"percent", "used", "name"}));
    verb->add_option("--near", wanted.near, "only who has used so many percent")
        ->type_name("N")
        ->check(CLI::Range(0, 1000));
    verb->add_flag("--watch", wanted.watch, "again and again, until interrupted");
    verb->add_option("--every", wanted.every, "seconds between two looks, with --watch")
        ->type_name("N")
        ->check(CLI::Range(1, 3600));
}

void add_rules(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "rules", "Show what each rule did and cost", run,
                              [&] { return rules(options.common, options.rules); });
    verb->add_option("--sort", options.rules.sort, "by this (else as in the files)")
        ->check(CLI::IsMember({"cost", "hits", "name"}));
    verb->add_option("--since", options.rules.since, "what is counted")
        ->check(CLI::IsMember({"start", "reload"}));
}

void add_gate(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb =
        add_verb(app, "pop3-gate", "Count a log-in, as Dovecot's post-login script", run, {});
    // What follows is a program with options of its own.
    verb->fallthrough(false)->prefix_command();
    verb->add_option("--gate", options.gate.socket, "the daemon's socket for log-ins")
        ->capture_default_str();
    verb->parse_complete_callback([&options, &run, verb] {
        options.gate.command = verb->remaining();
        run = [&options] { return pop3_gate(options.gate); };
    });
}

void add_import(CLI::App& app, Options& options, Run& run) {
    CLI::App* verbs = add_verb(app, "import", "Carry over rules of other programs", run, {});
    verbs->require_subcommand(1);
    CLI::App* spamassassin = add_verb(*verbs, "spamassassin", "Rules of SpamAssassin", run, [&] {
        return import_spamassassin(options.common, options.imports);
    });
    CLI::App* checks =
        add_verb(*verbs, "postfix-checks", "header_checks or body_checks of Postfix", run,
                 [&] { return import_postfix_checks(options.common, options.imports); });
    checks->add_flag("--body", options.imports.body, "these are body_checks");
    for (CLI::App* verb : {spamassassin, checks}) {
        verb->add_option("FILE", options.imports.files, "in the order in which they are read")
            ->required();
        verb->add_option("-o,--output", options.imports.output,
                         "the rule file to write, else standard output");
    }
}

void add_trace(CLI::App& app, Options& options, Run& run) {
    CLI::App* verb = add_verb(app, "trace", "Tell who sent what somebody complains about", run,
                              [&] { return trace(options.common, options.trace); });
    verb->add_option("WORDS", options.trace.words, "a token, or files (else standard input)");
    CLI::App* keys = add_verb(app, "abuse-key", "Keys that senders are sealed with", run, {});
    keys->require_subcommand(1);
    add_verb(*keys, "new", "Add a key, which seals from the next reload on", run,
             [&] { return new_abuse_key(options.common, options.trace.keys); });
    add_verb(*keys, "list", "Show the ids of all keys", run,
             [&] { return list_abuse_keys(options.common, options.trace.keys); });
    CLI::App* gone = add_verb(*keys, "remove", "Forget a key and all that it has sealed", run, [&] {
        return remove_abuse_key(options.common, options.trace.keys, options.key_id);
    });
    gone->add_option("ID", options.key_id, "as list shows it")->required();
    for (CLI::App* one : {verb, keys})
        one->add_option("--keys", options.trace.keys, "the key file, else the configuration's");
}

void add_archive(CLI::App& app, Options& options, Run& run) {
    ArchiveOptions& wanted = options.archive;
    CLI::App* verbs = add_verb(app, "archive", "Look into an archive of messages", run, {});
    verbs->require_subcommand(1);
    CLI::App* verify = add_verb(*verbs, "verify", "Tell whether all is as it was kept", run,
                                [&] { return verify_archive(options.common, options.archive); });
    CLI::App* list = add_verb(*verbs, "list", "Show what is kept, a line each", run,
                              [&] { return list_archive(options.common, options.archive); });
    CLI::App* show = add_verb(*verbs, "show", "Print one message as it came in", run,
                              [&] { return show_archived(options.common, options.archive); });
    for (CLI::App* verb : {verify, list, show})
        verb->add_option("FOLDER", wanted.folder, "the archive's folder")->required();
    verify->add_option("--expect", wanted.expected, "\"NUMBER HASH\" of an entry, from the log");
    show->add_option("NUMBER", wanted.number, "of the entry")->required();
    show->add_flag("--metadata", wanted.metadata, "its envelope and what was decided instead");
}

void add_all(CLI::App& app, Options& options, Run& run) {
    app.require_subcommand(1);
    app.set_version_flag("--version", "spillwayctl " SPILLWAY_VERSION);
    app.add_option("-f,--config", options.common.config, "the configuration")
        ->capture_default_str();
    app.add_option("--control", options.common.control, "the daemon's control socket");
    app.add_flag("--json", options.common.json, "write JSON");
    add_check(app, options, run);
    add_test(app, options, run);
    add_scan(app, options, run);
    add_extract(app, options, run);
    add_verb(app, "status", "Show how the daemon is", run, [&] { return status(options.common); });
    add_verb(app, "reload", "Have the daemon read its files anew", run,
             [&] { return reload(options.common); });
    add_explain(app, options, run);
    add_top(app, options, run);
    add_rules(app, options, run);
    add_limit(app, options, run);
    add_suspend(app, options, run);
    add_suppress(app, options, run);
    add_doctor(app, options, run);
    add_counters(app, options, run);
    add_gate(app, options, run);
    add_import(app, options, run);
    add_trace(app, options, run);
    add_archive(app, options, run);
    add_verb(app, "metrics", "Print the metrics in Prometheus's text format", run,
             [&] { return metrics(options.common); });
}

}  // namespace
}  // namespace spillway::ctl

int main(int argc, char** argv) {
    using namespace spillway;
    CLI::App app{"Look at, try out and steer Spillway."};
    ctl::Options options;
    ctl::Run run;
    ctl::add_all(app, options, run);
    try {
        app.parse(argc, argv);
        mail::prepare_libraries();
        return run();
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ctl::succeeded : ctl::usage;
    } catch (const ctl::Stopped& stopped) {
        fmt::print(stderr, "spillwayctl: {}\n", stopped.what());
        return stopped.exit();
    } catch (const std::exception& error) {
        fmt::print(stderr, "spillwayctl: {}\n", error.what());
        return ctl::refused;
    }
}
