// The daemon without libmilter: settings into objects that live as long as the process.
//
// Construction takes the control socket, the one for metrics and the gate's, drops privileges and
// opens the log and the counters, in this order. Members are used by all of libmilter's threads and
// must not be destroyed while one may run: the process ends by _exit after stop().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "daemon/abuse_keys.h"
#include "daemon/changes_file.h"
#include "daemon/control.h"
#include "daemon/counts_file.h"
#include "daemon/gate.h"
#include "daemon/housekeeping.h"
#include "daemon/metrics_endpoint.h"
#include "daemon/notices.h"
#include "daemon/policy_holder.h"
#include "daemon/privileges.h"
#include "daemon/reload.h"
#include "daemon/suppressions_file.h"
#include "daemon/verbs.h"
#include "extract/extractor.h"
#include "language/compile.h"
#include "limits/counters.h"
#include "log/log.h"
#include "log/metrics.h"
#include "lookup/lookups.h"
#include "session/session.h"
#include "store/suppressions.h"
#include "vault/archives.h"

namespace spillway::daemon {

class Process {
  public:
    struct Start {
        std::string config;
        language::Generation first;  // with a policy
        std::optional<Account> owner;
        bool log_to_stderr = false;  // whatever the settings say
    };

    // Throws std::system_error or std::runtime_error when the machine refuses something: a socket
    // in use, a folder not writable, a state file not readable.
    explicit Process(const Start& start);

    // Begins housekeeping and tells the service manager and the log that mail can be served.
    void ready();

    const session::Surroundings& surroundings() const { return surroundings_; }

    // After the last message was answered: ends housekeeping, saves the counts, removes the control
    // socket, sends the notices that are quickly sent.
    void stop();

    log::Log& log() { return log_; }

  private:
    std::unique_ptr<MetricsEndpoint> opened_endpoint() const;
    std::unique_ptr<limits::Counters> opened_counters();
    std::unique_ptr<CountsFile> loaded_counts_file();
    std::unique_ptr<ChangesFile> loaded_changes_file();
    void open_archives(const policy::Policy& policy);
    std::unique_ptr<SuppressionsFile> loaded_suppressions_file();
    void save_when_due();

    const language::Settings settings_;
    ControlSocket control_;
    std::unique_ptr<MetricsEndpoint> metrics_endpoint_;  // null when nobody may scrape
    std::optional<Gate> gate_;                           // none unless the settings want one
    log::Log log_;                                       // opened as the user of the settings
    log::Metrics metrics_{SPILLWAY_VERSION};
    std::unique_ptr<limits::Counters> counters_;
    store::Suppressions suppressions_;
    std::unique_ptr<CountsFile> counts_file_;    // null unless the counters are in this process
    std::unique_ptr<ChangesFile> changes_file_;  // null unless they are in Redis
    std::unique_ptr<SuppressionsFile> suppressions_file_;  // null unless in this process
    extract::Extractor extractor_;
    lookup::Lookups lookups_;
    vault::Archives archives_;
    PolicyHolder holder_;
    AbuseKeys abuse_keys_;
    Notices notices_;
    Reloader reloader_;
    Verbs verbs_;
    Housekeeping housekeeping_;
    session::Surroundings surroundings_;
    std::jthread housekeeper_;
};

}  // namespace spillway::daemon
