// The verbs of spillwayctl and their options, one function and one source file each.
//
// A verb writes its result to standard output and returns the exit code; what stops it is thrown as
// Stopped and told on standard error by main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "language/settings.h"

namespace spillway::ctl {

// sysexits.h where it has a fitting name.
// Those from 3 to 5 are about tokens, see trace().
enum Exit {
    succeeded = 0,
    refused = 1,
    forged = 3,
    unknown_key = 4,
    too_old = 5,
    usage = 64,
    unreachable = 69,
    bad_configuration = 78,
    interrupted = 130,  // as of a shell whose program ended by SIGINT
};

class Stopped : public std::runtime_error {
  public:
    Stopped(Exit exit, const std::string& why) : std::runtime_error(why), exit_(exit) {}
    Exit exit() const { return exit_; }

  private:
    Exit exit_;
};

struct Common {
    std::string config = "/etc/spillway/spillway.conf";
    std::string control;  // "" takes the configuration's
    bool json = false;
};

struct CheckOptions {
    std::string file;  // "" takes Common::config
    bool verbose = false;
};
int check(const Common& common, const CheckOptions& options);

// The conversation that messages in files would come in.
struct EnvelopeOptions {
    std::string login;
    std::string client_ip;
    bool sender_named = false;  // else the first author of From
    std::string sender;
    std::vector<std::string> recipients;  // none: those of To and Cc
    std::string at;                       // "" is now
    bool local = false;
    bool tls = false;
};

struct TestOptions {
    EnvelopeOptions envelope;
    std::string file;                     // "-" is standard input
    std::vector<std::string> used;        // LIMIT=N
    std::int64_t campaign = 0;            // to how many others the text has gone
    std::string expected;                 // a verdict's name, or ""
    std::vector<std::string> suppressed;  // recipients on the suppression list
    bool diff = false;                    // of the message before and after
};
int test(const Common& common, const TestOptions& options);

struct ScanOptions {
    EnvelopeOptions envelope;
    std::vector<std::string> places;  // files, folders, mailboxes
    std::vector<std::string> rules;   // only these, switched on; none: all
    std::vector<std::string> modes;   // "audit", "off": rules in these are switched on
    std::size_t jobs = 0;             // 0: as many as there are processors
    bool each = false;
};
int scan(const Common& common, const ScanOptions& options);

struct ExtractOptions {
    std::string file;                // "-" is standard input
    std::vector<std::string> texts;  // fields of contents, as the language has them
    std::string part;
};
int extract(const Common& common, const ExtractOptions& options);

int status(const Common& common);
int reload(const Common& common);
int metrics(const Common& common);

struct CountersOptions {
    std::string prefix;
    std::size_t most = 100;
};
int counters(const Common& common, const CountersOptions& options);
int reset_counter(const Common& common, const std::string& key);

// The words are a limit's name, whom it is about and, where one is set, the maximum.
int set_limit(const Common& common, const std::vector<std::string>& words);
int unset_limit(const Common& common, const std::vector<std::string>& words);
int show_limits(const Common& common, const std::vector<std::string>& words);

// WHO for SPAN [REASON].
int suspend(const Common& common, const std::vector<std::string>& words);
int unsuspend(const Common& common, const std::vector<std::string>& who);
int suspended(const Common& common);

struct SuppressOptions {
    std::string target;  // of a list only what it must contain
    std::string reason = "manual";
    std::string source;  // "" is who asks
    std::string note;
    std::string span;  // "" is for good
    std::string account;
    std::string domain;
    std::string file;  // "-" is standard input
};
int suppress_add(const Common& common, const SuppressOptions& options);
int suppress_del(const Common& common, const SuppressOptions& options);
int suppress_list(const Common& common, const SuppressOptions& options);
int suppress_import(const Common& common, const SuppressOptions& options);
int suppress_export(const Common& common, const SuppressOptions& options);

struct DoctorOptions {
    std::string postfix_folder;  // "" is the MTA's own; else postconf -c
    std::string main_file;       // output of postconf -n, instead of asking
    std::string master_file;     // of postconf -M
    std::string overrides_file;  // of postconf -P
    bool without_policy = false;
};
// Answers `refused` when there is something that loses mail or lets it pass unseen.
int doctor(const Common& common, const DoctorOptions& options);

struct ExplainOptions {
    std::string user;
    std::string client_ip;
    bool sender_named = false;  // else the login
    std::string sender;
};
int explain(const Common& common, const ExplainOptions& options);

struct TopOptions {
    std::string limit;  // "" is all
    std::size_t most = 20;
    std::string by = "percent";
    std::optional<int> near;  // percent; none shows those below as well
    bool watch = false;
    int every = 2;  // seconds
};
int top(const Common& common, const TopOptions& options);

struct RulesOptions {
    std::string sort;             // cost, hits or name; "" is the order of the files
    std::string since = "start";  // or reload
};
int rules(const Common& common, const RulesOptions& options);

struct GateOptions {
    std::string socket = "/run/spillway/gate.sock";
    std::vector<std::string> command;  // what goes on with the log-in, and its arguments
};
// Returns only when the log-in ends here.
int pop3_gate(const GateOptions& options);

struct ImportOptions {
    std::vector<std::string> files;
    std::string output;  // "" is standard output
    bool body = false;   // body_checks, else header_checks
};
// Both answer `refused` when something was left out.
int import_spamassassin(const Common& common, const ImportOptions& options);
int import_postfix_checks(const Common& common, const ImportOptions& options);

// The key file is that of --keys, else that of the configuration.
language::AbuseKeys keys_setting(const Common& common, const std::string& file);
int new_abuse_key(const Common& common, const std::string& file);
int list_abuse_keys(const Common& common, const std::string& file);
int remove_abuse_key(const Common& common, const std::string& file, const std::string& id);

struct TraceOptions {
    std::vector<std::string> words;  // a token, or files; none: standard input
    std::string keys;                // "" takes the file of the configuration
};
// Of several messages the one that tells least decides how it ends; `refused` without any token.
int trace(const Common& common, const TraceOptions& options);

struct ArchiveOptions {
    std::string folder;
    std::string expected;  // "NUMBER HASH" of an entry known from elsewhere, or ""
    std::uint64_t number = 0;
    bool metadata = false;  // instead of the message
};
// Answers `refused` when something is wrong with the archive.
int verify_archive(const Common& common, const ArchiveOptions& options);
int list_archive(const Common& common, const ArchiveOptions& options);
int show_archived(const Common& common, const ArchiveOptions& options);

}  // namespace spillway::ctl
