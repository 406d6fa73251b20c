#include "store/pool.h"

#include <stdexcept>

#include <fmt/format.h>

namespace spillway::store {

namespace {

std::shared_ptr<Access> access_to(const language::RedisStore& place) {
    auto resolver = std::make_shared<Resolver>();
    const auto found =
        resolver->find(place.hosts.front(), Deadline::clock::now() + std::chrono::seconds{30});
    if (!found) throw std::runtime_error("redis host " + found.error().why);
    const Access::Settings settings{
        .login = place.login, .tls = place.tls, .database = place.database, .masters_only = false};
    return std::make_shared<Access>(settings, std::move(resolver));
}

}  // namespace

Pool::Pool(Endpoint endpoint, std::shared_ptr<Access> access, std::size_t most)
    : endpoint_(std::move(endpoint)), access_(std::move(access)), most_(most) {
    idle_.reserve(most_);
}

Pool::Pool(const language::RedisStore& place, std::size_t most)
    : Pool(place.hosts.front(), access_to(place), most) {}

tl::expected<Pool::Lease, Failure> Pool::take(Deadline deadline) {
    std::unique_ptr<Connection> connection;
    {
        std::unique_lock lock(mutex_);
        if (!returned_.wait_until(lock, deadline, [this] { return in_use_ < most_; }))
            return tl::make_unexpected(
                Failure{.why = fmt::format("all {} connections in use", most_), .ours = true});
        ++in_use_;
        if (!idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    // From here on the lease gives the place back, whatever happens.
    Lease lease(*this, std::move(connection));
    if (lease.connection_) return lease;
    auto opened = access_->open(endpoint_, deadline);
    if (!opened) return tl::make_unexpected(opened.error());
    lease.connection_ = *std::move(opened);
    return lease;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    {
        const std::lock_guard lock(mutex_);
        --in_use_;
        if (connection && connection->usable()) idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

void Pool::drop_idle() {
    std::vector<std::unique_ptr<Connection>> dropped;
    dropped.reserve(most_);
    const std::lock_guard lock(mutex_);
    dropped.swap(idle_);
}

}  // namespace spillway::store
