// What all connections to one kind of server have in common: how names are looked up, whom TLS
// trusts, who logs in, and to what.
//
// Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "crypto/tls.h"
#include "store/connection.h"
#include "store/login.h"
#include "store/resolver.h"

namespace spillway::store {

class Access {
  public:
    struct Settings {
        language::RedisLogin login;
        std::optional<language::RedisTls> tls;
        int database = 0;
        // A server must say itself that it is a master (Guidelines for Redis clients with support
        // for Redis Sentinel, "Step 3").
        bool masters_only = false;
    };

    // Reads the files that are named; throws std::runtime_error that names the one which cannot be
    // used.
    Access(const Settings& settings, std::shared_ptr<Resolver> resolver);

    // Connected, encrypted, logged in, with the database selected.
    tl::expected<std::unique_ptr<Connection>, Failure> open(const Endpoint& endpoint,
                                                            Deadline deadline);

    // What an operator should change about the password's file; "" when nothing.
    const std::string& warning() const { return login_.warning(); }

  private:
    // Why a connection that is open is of no use.
    struct Refusal {
        std::string why;
        bool of_login = false;
    };
    tl::expected<std::unique_ptr<Connection>, Failure> connect(const Endpoint& endpoint,
                                                               Deadline deadline) const;
    tl::expected<void, Failure> log_in(Connection& connection, Deadline deadline);
    tl::expected<std::optional<Refusal>, Failure> introduce(Connection& connection,
                                                            const std::optional<Words>& auth,
                                                            Deadline deadline) const;

    const Settings settings_;
    const std::shared_ptr<Resolver> resolver_;
    std::optional<crypto::TlsContext> tls_;
    Login login_;
};

}  // namespace spillway::store
