// How many callbacks are running now, so that the process does not end under one.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace spillway::mta {

class InFlight {
  public:
    // One running callback.
    class Entry {
      public:
        explicit Entry(InFlight& all) : all_(all) { all_.change(1); }
        ~Entry() { all_.change(-1); }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

      private:
        InFlight& all_;
    };

    // False when callbacks were still running at the deadline.
    bool wait_until_none(std::chrono::milliseconds deadline) {
        std::unique_lock<std::mutex> lock(mutex_);
        return none_.wait_for(lock, deadline, [this] { return running_ == 0; });
    }

  private:
    void change(int by) {
        const std::lock_guard<std::mutex> lock(mutex_);
        running_ += by;
        if (running_ == 0) none_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable none_;
    int running_ = 0;
};

}  // namespace spillway::mta
