#include "store/pool.h"

#include <fmt/format.h>

namespace spillway::store {

Pool::Pool(const language::RedisStore& place, std::size_t most)
    : addresses_(resolve(place)), database_(place.database), most_(most) {
    idle_.reserve(most_);
}

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
    auto opened = open(deadline);
    if (!opened) return tl::make_unexpected(opened.error());
    lease.connection_ = *std::move(opened);
    return lease;
}

tl::expected<std::unique_ptr<Connection>, Failure> Pool::open(Deadline deadline) const {
    auto connection = Connection::open(addresses_, deadline);
    if (!connection || database_ == 0) return connection;
    const auto selected = (*connection)->call({"SELECT", std::to_string(database_)}, deadline);
    if (!selected) return tl::make_unexpected(selected.error());
    if (is_error(**selected)) return tl::make_unexpected(Failure{std::string(text_of(**selected))});
    return connection;
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
