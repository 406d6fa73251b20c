#include "store/access.h"

#include <fmt/format.h>

namespace spillway::store {

namespace {

// "master" or "slave"; "" when the reply is none of ROLE.
std::string_view role_in(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements == 0) return "";
    return text_of(*reply.element[0]);
}

}  // namespace

Access::Access(const Settings& settings, std::shared_ptr<Resolver> resolver)
    : settings_(settings), resolver_(std::move(resolver)), login_(settings.login) {
    if (!settings.tls) return;
    tls_.emplace(crypto::TlsFiles{.ca_file = settings.tls->ca_file,
                                  .cert_file = settings.tls->cert_file,
                                  .key_file = settings.tls->key_file});
}

tl::expected<std::unique_ptr<Connection>, Failure> Access::open(const Endpoint& endpoint,
                                                                Deadline deadline) {
    auto connection = connect(endpoint, deadline);
    if (!connection) return connection;
    if (auto welcome = log_in(**connection, deadline); !welcome)
        return tl::make_unexpected(std::move(welcome.error()));
    return connection;
}

tl::expected<std::unique_ptr<Connection>, Failure> Access::connect(const Endpoint& endpoint,
                                                                   Deadline deadline) const {
    const auto addresses = resolver_->find(endpoint, deadline);
    if (!addresses) return tl::make_unexpected(addresses.error());
    std::optional<TlsEnd> tls;
    if (tls_) {
        const std::string& name = settings_.tls->name;
        tls.emplace(TlsEnd{*tls_, name.empty() ? endpoint.host : name});
    }
    auto connection = Connection::open(*addresses, deadline, tls ? &*tls : nullptr);
    if (!connection && !connection.error().ours) resolver_->doubt(endpoint);
    return connection;
}

tl::expected<void, Failure> Access::log_in(Connection& connection, Deadline deadline) {
    const auto auth = login_.command();
    auto refusal = introduce(connection, auth, deadline);
    if (refusal && *refusal && (*refusal)->of_login) {
        // The password may have been changed since it was read.
        const auto other = login_.read_again(*auth);
        if (!other) return tl::make_unexpected(Failure{(*refusal)->why + "; " + other.error()});
        if (*other) refusal = introduce(connection, login_.command(), deadline);
    }
    if (!refusal) return tl::make_unexpected(refusal.error());
    if (*refusal) return tl::make_unexpected(Failure{(*refusal)->why});
    return {};
}

// All in one write: each of them alone would cost a round trip of a call's time.
tl::expected<std::optional<Access::Refusal>, Failure> Access::introduce(
    Connection& connection, const std::optional<Words>& auth, Deadline deadline) const {
    std::vector<Words> commands;
    if (auth) commands.push_back(*auth);
    if (settings_.database != 0) commands.push_back({"SELECT", std::to_string(settings_.database)});
    if (settings_.masters_only) commands.push_back({"ROLE"});
    if (commands.empty()) return std::nullopt;

    std::string bytes;
    for (const Words& words : commands) append_command(bytes, words);
    const auto replies = connection.exchange(bytes, commands.size(), deadline);
    if (!replies) return tl::make_unexpected(Failure{replies.error().why});
    for (const Reply& reply : *replies) {
        const bool of_login = auth && reply == replies->front();
        if (is_error(*reply)) return Refusal{std::string(text_of(*reply)), of_login};
    }
    if (settings_.masters_only && role_in(*replies->back()) != "master")
        return Refusal{fmt::format("READONLY its role is {}", role_in(*replies->back()))};
    return std::nullopt;
}

}  // namespace spillway::store
