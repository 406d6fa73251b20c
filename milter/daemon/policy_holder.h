// The policy in force, and what became of the last attempt to replace it.
//
// Thread-safe. A message takes the policy once and keeps it to its end, so a reload never changes
// the rules under a message that has begun.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "limits/limits.h"
#include "policy/policy.h"

namespace spillway::daemon {

// A reload that was refused: the old generation stayed.
struct FailedReload {
    limits::Time at{};
    std::vector<std::string> mistakes;  // each as file:line:column: ...
};

struct PolicyStatus {
    std::uint64_t generation = 1;  // counts successful loads since the start
    limits::Time loaded_at{};
    int tests_run = 0;
    std::vector<std::string> waiting_for_restart;  // settings that differ from the running ones
    std::optional<FailedReload> failed;            // only while it is newer than loaded_at
};

class PolicyHolder {
  public:
    using Snapshot = std::shared_ptr<const policy::Policy>;

    PolicyHolder(Snapshot first, int tests_run, limits::Time now);

    Snapshot current() const;
    PolicyStatus status() const;

    // Returns the number of the new generation.
    std::uint64_t replace(Snapshot next, int tests_run,
                          std::vector<std::string> waiting_for_restart, limits::Time now);
    void keep(std::vector<std::string> mistakes, limits::Time now);

  private:
    // Not std::atomic<std::shared_ptr>: with GCC 12 it is not clean under ThreadSanitizer.
    mutable std::mutex mutex_;
    Snapshot policy_;
    PolicyStatus status_;
};

}  // namespace spillway::daemon
