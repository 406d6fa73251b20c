// Connections to one server, kept open between calls and bounded in number.
//
// Thread-safe; nobody waits for the network while holding the lock.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "store/access.h"

namespace spillway::store {

class Pool {
  public:
    // One connection out of the pool. It goes back when this ends, if it is still usable.
    class Lease {
      public:
        Connection* operator->() const { return connection_.get(); }

        Lease(Pool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)),
              connection_(std::move(other.connection_)) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (pool_) pool_->give_back(std::move(connection_));
        }

      private:
        friend class Pool;

        Pool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    Pool(Endpoint endpoint, std::shared_ptr<Access> access, std::size_t most);

    // To the first host of a store; looks its name up and throws std::runtime_error when it cannot.
    Pool(const language::RedisStore& place, std::size_t most);

    const Endpoint& endpoint() const { return endpoint_; }

    // An idle connection or a new one, ready to be asked. Waits until the deadline while `most` are
    // in use, and that failure is `ours`.
    tl::expected<Lease, Failure> take(Deadline deadline);

    // Closes what is idle: when one connection was found dead, the others most likely are.
    void drop_idle();

  private:
    void give_back(std::unique_ptr<Connection> connection);

    const Endpoint endpoint_;
    const std::shared_ptr<Access> access_;
    const std::size_t most_;

    std::mutex mutex_;  // guards all below
    std::condition_variable returned_;
    // Always has room for `most_`: a lease that ends must not need memory.
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t in_use_ = 0;
};

}  // namespace spillway::store
