// What a session needs, in memory, with a policy from text and a log that can be read back.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "language/compile.h"
#include "limits/memory_counters.h"
#include "log/log.h"
#include "log/metrics.h"
#include "session/session.h"
#include "unit/temp_folder.h"

namespace spillway {

inline std::shared_ptr<const policy::Policy> policy_from(const std::string& text) {
    const language::Files files{
        .read = [&](const std::string&) -> tl::expected<std::string, std::string> { return text; },
        .glob = [](const std::string&) { return std::vector<std::string>{}; }};
    auto generation = language::load("/test.conf", files);
    for (const auto& mistake : generation.diagnostics.all())
        if (generation.diagnostics.has_errors()) throw std::runtime_error(mistake.text());
    return generation.policy;
}

class Workbench {
  public:
    explicit Workbench(const std::string& policy_text) { load(policy_text); }

    void load(const std::string& policy_text) { policy = policy_from(policy_text); }

    std::vector<std::string> log_lines() const { return lines_of(folder.file("log")); }
    bool logged(const std::string& part) const { return count_logged(part) > 0; }
    int count_logged(const std::string& part) const {
        int count = 0;
        for (const auto& line : log_lines()) count += line.find(part) != std::string::npos;
        return count;
    }

    // The use of all counters together.
    std::int64_t used() {
        std::int64_t sum = 0;
        for (const auto& use : counters.list("", 1000, now)) sum += use.used;
        return sum;
    }

    TempFolder folder;
    std::shared_ptr<const policy::Policy> policy;
    std::shared_ptr<const crypto::KeyRing> keys;
    limits::MemoryCounters counters;
    limits::Time now{std::chrono::milliseconds(1795392000000)};
    log::Log log{{.target = language::LogTarget::file, .path = folder.file("log")}};
    log::Metrics metrics{"0"};
    session::Surroundings around{.current_policy = [this] { return policy; },
                                 .counters = counters,
                                 .log = log,
                                 .metrics = metrics,
                                 .spool_dir = folder.path(),
                                 .spool_above = 1000,
                                 .now = [this] { return now; },
                                 .current_keys = [this] { return keys; }};
};

}  // namespace spillway
