// The folders the daemon needs: made where they are missing, with the right owner.
//
// What root makes or gives away is held by a descriptor, never by a name that the new owner could
// point elsewhere. All functions throw std::system_error.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/privileges.h"
#include "language/settings.h"
#include "policy/policy.h"
#include "system/descriptor.h"

namespace spillway::daemon {

// Makes the folder and its missing parents; only what is made here gets the owner and the mode.
void make_folder(const std::string& path, mode_t mode, const std::optional<Account>& owner);

// State, spool, the archives and the folders of both sockets, before privileges are dropped.
void make_folders(const language::Settings& settings, const policy::Policy& policy,
                  const std::optional<Account>& owner);

// Throws unless this process may make files there, as the user it is now.
void check_writable(const std::string& folder);

// A folder for what this process alone keeps there, for as long as the descriptor is open (flock).
// Throws std::runtime_error when another daemon holds it.
system::Descriptor taken_folder(const std::string& folder);

// Where messages are spooled.
std::string spool_folder(const language::Settings& settings);

// Makes the log file where it is missing and gives it to the owner, before privileges are dropped;
// the log itself opens it after. Throws std::runtime_error when it is not a plain file with one
// name.
void give_log_file(const language::LogSetting& log, const std::optional<Account>& owner);

}  // namespace spillway::daemon
