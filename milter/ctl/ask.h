// One question to the running daemon.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "ctl/verbs.h"

namespace spillway::ctl {

// Sends the request to the daemon's control socket and returns its reply (see daemon/verbs.h).
// Throws Stopped(unreachable) when nobody answers there within half a minute.
nlohmann::json ask(const Common& common, const nlohmann::json& request);

// The same; a reply that is not ok stops with its error.
nlohmann::json ask_and_expect_success(const Common& common, const nlohmann::json& request);

// JSON as all verbs print it: indented, safe for any bytes.
std::string json_text(const nlohmann::json& value);

}  // namespace spillway::ctl
