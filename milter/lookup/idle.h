// Connections of one kind, kept open between questions and bounded in number.
//
// Thread-safe; nobody opens or asks anything while holding the lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace spillway::lookup {

template <typename Connection>
class Idle {
  public:
    explicit Idle(std::size_t most) : most_(most) { idle_.reserve(most); }

    // The right to one connection; it may hold one that was idle. Give it what is to be kept.
    class Place {
      public:
        explicit Place(Idle& idle, std::unique_ptr<Connection> connection)
            : idle_(idle), connection_(std::move(connection)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { idle_.give_back(std::move(connection_)); }

        std::unique_ptr<Connection>& connection() { return connection_; }

      private:
        Idle& idle_;
        std::unique_ptr<Connection> connection_;
    };

    // Waits while all places are taken; null when the deadline passes before.
    std::unique_ptr<Place> take(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (!returned_.wait_until(lock, deadline, [this] { return in_use_ < most_; }))
            return nullptr;
        std::unique_ptr<Connection> connection;
        if (!idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
        ++in_use_;
        lock.unlock();
        return std::make_unique<Place>(*this, std::move(connection));
    }

  private:
    void give_back(std::unique_ptr<Connection> connection) {
        {
            const std::scoped_lock lock(mutex_);
            --in_use_;
            if (connection) idle_.push_back(std::move(connection));
        }
        returned_.notify_one();
    }

    const std::size_t most_;
    std::mutex mutex_;  // guards all below
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> idle_;  // always has room for `most_`
    std::size_t in_use_ = 0;
};

}  // namespace spillway::lookup
