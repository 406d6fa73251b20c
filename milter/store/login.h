// Who we are to a Redis or a Sentinel: a user and a password that stands in a file of its own, so
// that it is in no policy, log or listing, and can be changed while we run.
//
// Thread-safe. The file is read as the user the process runs as: at the start, which is after
// privileges were dropped, and again whenever a login was refused.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "language/settings.h"
#include "store/connection.h"

namespace spillway::store {

class Login {
  public:
    // Throws std::runtime_error that names the file when there is one that cannot be used.
    explicit Login(const language::RedisLogin& settings);

    // The AUTH command (one argument is the default user's password); nullopt when nobody logs in.
    std::optional<Words> command() const;

    // Reads the password once more. True when it is another one than `refused` carried, so that
    // logging in again is worth it; the text says why the file cannot be read.
    tl::expected<bool, std::string> read_again(const Words& refused);

    // What an operator should change, such as a file that everybody may read; "" when nothing.
    const std::string& warning() const { return warning_; }

  private:
    const language::RedisLogin settings_;
    std::string warning_;
    mutable std::mutex mutex_;
    std::string password_;  // guarded by mutex_
};

}  // namespace spillway::store
