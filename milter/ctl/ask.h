// One question to the running daemon.
#pragma once

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include "ctl/verbs.h"

namespace spillway::ctl {

// Sends the request to the daemon's control socket and returns its reply (see daemon/verbs.h).
// Throws Stopped(unreachable) when nobody answers there within half a minute.
nlohmann::json ask(const Common& common, const nlohmann::json& request);

// The same on a socket that is known, with a patience of its own for the whole exchange.
nlohmann::json ask_at(const std::string& path, const nlohmann::json& request,
                      std::chrono::milliseconds patience);

// As ask(); a reply that is not ok stops with its error.
nlohmann::json ask_and_expect_success(const Common& common, const nlohmann::json& request);

// Who asks, for the daemon's log: whoever became root by sudo is told by his own name.
std::string own_name();

// JSON as all verbs print it: indented, safe for any bytes.
std::string json_text(const nlohmann::json& value);

// The same in ASCII: what a message holds reaches no terminal as it is. In one line, or indented.
enum class Lines { one, many };
std::string ascii_json_text(const nlohmann::json& value, Lines lines);

}  // namespace spillway::ctl
