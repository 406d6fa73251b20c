// What can be asked over the control socket. The verbs about limits are in limit_verbs.h.
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
#include "limits/counters.h"
#include "session/session.h"

namespace spillway::daemon {

class Verbs {
  public:
    // `counts_file` is null when the counters are not in this process. `around` is not used before
    // the first request.
    Verbs(const language::Settings& settings, PolicyHolder& holder, Reloader& reloader,
          const session::Surroundings& around, const CountsFile* counts_file);

    // Never throws: what goes wrong is the reply.
    std::string answer(std::string_view request) noexcept;

  private:
    nlohmann::json reply_to(const nlohmann::json& request);
    nlohmann::json status(const nlohmann::json& request);
    nlohmann::json reload(const nlohmann::json& request);
    nlohmann::json reset(const nlohmann::json& request);
    nlohmann::json metrics(const nlohmann::json& request);

    const language::Settings& settings_;
    PolicyHolder& holder_;
    Reloader& reloader_;
    const session::Surroundings& around_;
    const CountsFile* counts_file_;
    limits::Time started_;
};

}  // namespace spillway::daemon
