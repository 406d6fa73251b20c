// What can be asked over the control socket: status, reload, counters, reset, metrics.
//
// A request is a JSON object with "verb" and the verb's arguments; a reply has "ok", and "error"
// when it is false. Field names are documented in spillwayctl(8) and only ever added to. Used by
// the housekeeping thread only.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "daemon/counts_file.h"
#include "daemon/policy_holder.h"
#include "daemon/reload.h"
#include "limits/limits.h"
#include "log/metrics.h"

namespace spillway::daemon {

class Verbs {
  public:
    // `counts_file` is null when the counters are not in this process.
    Verbs(const language::Settings& settings, PolicyHolder& holder, Reloader& reloader,
          limits::Counters& counters, const CountsFile* counts_file, const log::Metrics& metrics);

    // Never throws: what goes wrong is the reply.
    std::string answer(std::string_view request) noexcept;

  private:
    nlohmann::json reply_to(const nlohmann::json& request);
    nlohmann::json status(const nlohmann::json& request);
    nlohmann::json reload(const nlohmann::json& request);
    nlohmann::json counters(const nlohmann::json& request);
    nlohmann::json reset(const nlohmann::json& request);
    nlohmann::json metrics(const nlohmann::json& request);

    const language::Settings& settings_;
    PolicyHolder& holder_;
    Reloader& reloader_;
    limits::Counters& counters_;
    const CountsFile* counts_file_;
    const log::Metrics& metrics_;
    limits::Time started_;
};

}  // namespace spillway::daemon
