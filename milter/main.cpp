// spillwayd: the command line, the order of starting and stopping, the exit code.
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "daemon/abuse_keys.h"
#include "daemon/files.h"
#include "daemon/folders.h"
#include "daemon/pattern_file.h"
#include "daemon/process.h"
#include "daemon/readiness.h"
#include "daemon/signals.h"
#include "mail/text.h"
#include "mta/milter.h"

using namespace spillway;

namespace {

// sysexits.h: USAGE, TEMPFAIL, CONFIG. 75 is what the machine refuses, such as a socket in use or a
// folder that is not writable: the same start may work later.
enum Exit { stopped = 0, broken = 1, usage = 64, cannot_start = 75, bad_configuration = 78 };

constexpr std::chrono::seconds draining_deadline{10};

struct Options {
    std::string config = "/etc/spillway/spillway.conf";
    bool check = false;
    bool verbose = false;
};

// Messages at their end when libmilter stops are answered; later ones are deferred uncounted.
int serve_and_stop(daemon::Process& process) {
    const bool served = mta::serve(process.surroundings());
    daemon::tell_manager("STOPPING=1");
    if (!mta::drain(draining_deadline))
        process.log().warning("stopped while a message was decided");
    process.stop();
    return served ? stopped : broken;
}

// glibc raises this threshold when large buffers are freed and then keeps their like in its arenas,
// one a thread: fixed, what a large message took goes back to the system with it.
// NOLINTNEXTLINE(concurrency-mt-unsafe): called before any thread starts
void keep_memory_flat() { ::mallopt(M_MMAP_THRESHOLD, 256 * 1024); }

// Ends by _exit: libmilter's threads outlive serve(), and nothing may be destroyed under them.
[[noreturn]] void run(const Options& options, language::Generation first) {
    keep_memory_flat();
    daemon::block_signals();
    ::umask(027);
    const auto owner = daemon::account_named(first.settings.user);
    daemon::make_folders(first.settings, *first.policy, owner);
    mta::open_socket(first.settings.listen);

    daemon::Process process({.config = options.config,
                             .first = std::move(first),
                             .owner = owner,
                             .log_to_stderr = options.verbose});
    process.ready();
    ::_exit(serve_and_stop(process));
}

int start(const Options& options) {
    mail::prepare_libraries();  // test blocks read messages
    language::Generation first = language::load(
        options.config, options.check ? daemon::disk_files() : daemon::disk_files_and_patterns());
    for (const auto* all : {&first.diagnostics, &first.of_folders})
        for (const language::Diagnostic& diagnostic : all->all())
            fmt::print(stderr, "{}\n", diagnostic.text());
    if (!first.policy || first.diagnostics.has_errors()) return bad_configuration;
    if (const auto keys = daemon::AbuseKeys::read(first.settings.abuse_keys); !keys) {
        fmt::print(stderr, "{}\n", keys.error());
        return bad_configuration;
    }
    if (options.check) return first.of_folders.has_errors() ? bad_configuration : stopped;
    run(options, std::move(first));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The outbound mail policy milter."};
    Options options;
    app.add_option("-f,--config", options.config, "the configuration")->capture_default_str();
    app.add_flag("--check", options.check, "check the configuration and its tests, then exit");
    app.add_flag("-v,--verbose", options.verbose, "log to standard error");
    app.set_version_flag("--version", "spillwayd " SPILLWAY_VERSION);
    try {
        app.parse(argc, argv);
        return start(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? stopped : usage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "spillwayd: {}\n", error.what());
        return cannot_start;
    }
}
