// Something that is learned from the network, such as who the master is: one thread fetches it,
// others wait for that, and all use it until somebody doubts it.
//
// Thread-safe; nothing is fetched while holding the lock.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include <tl/expected.hpp>

#include "store/stream.h"

namespace spillway::store {

template <typename T>
class Fetched {
  public:
    struct Known {
        std::shared_ptr<const T> value;
        std::uint64_t round = 0;  // of fetching, from 1
    };

    // What is known, unless it is doubted; then fetch() is called, by one thread at a time, and its
    // T or Failure is the answer of all who ask meanwhile and have time to wait for it.
    template <typename Fetch>
    tl::expected<Known, Failure> get(Deadline deadline, const Fetch& fetch) {
        std::unique_lock lock(mutex_);
        if (!doubted_) return known_;
        if (!fetching_) return fetched_now(lock, fetch);
        const std::uint64_t before = rounds_;
        if (!changed_.wait_until(lock, deadline, [&] { return rounds_ != before; }))
            return tl::make_unexpected(Failure{"nobody told in time which server to ask"});
        if (failure_) return tl::make_unexpected(*failure_);
        return known_;
    }

    // What was fetched in this round seems to be no longer true. Later rounds are not doubted.
    void doubt(std::uint64_t round) {
        const std::lock_guard lock(mutex_);
        if (known_.round == round) doubted_ = true;
    }

    // The last that was true, perhaps long ago; null before the first.
    std::shared_ptr<const T> last() const {
        const std::lock_guard lock(mutex_);
        return known_.value;
    }

  private:
    template <typename Fetch>
    tl::expected<Known, Failure> fetched_now(std::unique_lock<std::mutex>& lock,
                                             const Fetch& fetch) {
        fetching_ = true;
        failure_ = Failure{"no memory"};  // should fetch() throw
        const Ended ended{*this, lock};
        lock.unlock();
        tl::expected<T, Failure> value = fetch();
        auto shared = value ? std::make_shared<const T>(*std::move(value)) : nullptr;
        lock.lock();
        if (!shared) {
            failure_ = value.error();
            return tl::make_unexpected(*failure_);
        }
        failure_.reset();
        known_ = Known{std::move(shared), rounds_ + 1};
        doubted_ = false;
        return known_;
    }

    // Lets the others go on, however fetching ended.
    struct Ended {
        Fetched& fetched;
        std::unique_lock<std::mutex>& lock;
        ~Ended() {
            if (!lock.owns_lock()) lock.lock();
            fetched.fetching_ = false;
            ++fetched.rounds_;
            fetched.changed_.notify_all();
        }
    };

    mutable std::mutex mutex_;  // guards all below
    std::condition_variable changed_;
    Known known_;
    bool doubted_ = true;
    bool fetching_ = false;
    std::uint64_t rounds_ = 0;
    std::optional<Failure> failure_;  // of the last round
};

}  // namespace spillway::store
