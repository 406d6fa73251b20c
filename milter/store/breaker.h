// Whether Redis is worth asking. After some failures in a row nobody asks any more, because a
// callback that waits for a deadline holds up other mail; now and then one call probes whether it
// is back.
//
// Thread-safe. Time is given as a value, so that tests need not wait.
#pragma once

#include <chrono>
#include <mutex>

namespace spillway::store {

class Breaker {
  public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Permit { none, call, probe };

    static constexpr int failures_to_open = 5;
    static constexpr std::chrono::seconds between_probes{2};

    // Whether a call may be made now. Who gets a permit says afterwards how it went; only one probe
    // is under way at a time.
    Permit ask(Time now);

    // Both return true when this changed the state: closed again, or open from now on. Once it is
    // open only the probe counts: calls begun before tell how Redis was, not how it is.
    bool succeeded(Permit permit);
    bool failed(Permit permit, Time now);

    // The call never came to Redis, so it says nothing: the next one that asks may probe at once.
    void not_made(Permit permit);

    bool is_open() const;

  private:
    mutable std::mutex mutex_;  // guards all below
    int failures_ = 0;          // in a row, while closed
    bool open_ = false;
    bool probing_ = false;
    Time next_probe_;
};

}  // namespace spillway::store
