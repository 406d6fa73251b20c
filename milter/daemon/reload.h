// Reading the policy anew while mail flows: all or nothing.
//
// Not thread-safe: only the housekeeping thread reloads, so two reloads can never overlap.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/abuse_keys.h"
#include "daemon/policy_holder.h"
#include "language/compile.h"
#include "log/log.h"
#include "log/metrics.h"

namespace spillway::daemon {

// The names of settings whose new value takes effect only at the next start.
std::vector<std::string> waiting_for_restart(const language::Settings& running,
                                             const language::Settings& loaded);

// How many errors and what each says, for people; warnings apart.
std::vector<std::string> texts_of(const language::Diagnostics& diagnostics,
                                  language::Severity severity);

// What is wrong in folders of accounts, and of each of these what became of it.
std::vector<std::string> folder_mistakes(const language::Generation& generation);

struct ReloadResult {
    bool replaced = false;
    std::uint64_t generation = 0;  // in force now
    std::vector<std::string> mistakes;
    std::vector<std::string> warnings;
    std::vector<std::string> waiting_for_restart;
    // In folders of accounts, and what became of these: the policy was replaced all the same.
    std::vector<std::string> folder_mistakes;
};

class Reloader {
  public:
    // Tells the metrics of the policy `holder` has now, and of each later one, and the log of what
    // is wrong in folders of accounts. `first` is what that policy was loaded with.
    Reloader(std::string config, const language::Generation& first, PolicyHolder& holder,
             AbuseKeys& keys, log::Log& log, log::Metrics& metrics);

    // Also opens the log file anew, so that logrotate needs one signal only. Mistakes are logged,
    // one line each, and the old generation stays in force.
    ReloadResult reload();

    const std::string& config() const { return config_; }

  private:
    ReloadResult refused(std::vector<std::string> mistakes);
    ReloadResult accepted(language::Generation loaded);
    void tell_metrics() const;
    void warn_of_folders(const std::vector<std::string>& mistakes) const;

    std::string config_;
    language::Settings running_;
    language::FolderTexts folders_;  // in force
    PolicyHolder& holder_;
    AbuseKeys& keys_;
    log::Log& log_;
    log::Metrics& metrics_;
};

}  // namespace spillway::daemon
