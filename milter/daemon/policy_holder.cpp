#include "daemon/policy_holder.h"

namespace spillway::daemon {

PolicyHolder::PolicyHolder(Snapshot first, int tests_run, limits::Time now)
    : policy_(std::move(first)) {
    status_.loaded_at = now;
    status_.tests_run = tests_run;
}

PolicyHolder::Snapshot PolicyHolder::current() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

PolicyStatus PolicyHolder::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

std::uint64_t PolicyHolder::replace(Snapshot next, int tests_run,
                                    std::vector<std::string> waiting_for_restart,
                                    limits::Time now) {
    const std::lock_guard lock(mutex_);
    policy_.swap(next);  // the old one is released after the lock, with `next`
    status_ = {.generation = status_.generation + 1,
               .loaded_at = now,
               .tests_run = tests_run,
               .waiting_for_restart = std::move(waiting_for_restart),
               .failed = std::nullopt};
    return status_.generation;
}

void PolicyHolder::keep(std::vector<std::string> mistakes, limits::Time now) {
    const std::lock_guard lock(mutex_);
    status_.failed = FailedReload{now, std::move(mistakes)};
}

}  // namespace spillway::daemon
