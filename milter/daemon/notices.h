// Telling people that the use of a limit crossed one of its levels: in the log, by mail, by
// webhook.
//
// Mail flow never waits for it: tell() puts a notice into a bounded queue, and one thread of this
// class sends. What cannot be sent is tried again with growing pauses, for about an hour; what has
// been taken over by the mail server or a webhook is never sent again. Nothing is kept across a
// restart. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/attempt.h"
#include "daemon/notice_names.h"
#include "daemon/outbox.h"
#include "log/log.h"
#include "log/metrics.h"
#include "policy/notice.h"
#include "policy/notice_form.h"

namespace spillway::daemon {

class Notices {
  public:
    struct Means {
        std::vector<std::string> sendmail{"/usr/sbin/sendmail"};  // with arguments
        std::string host;                                         // this machine's name
        std::chrono::milliseconds program_time{30'000};           // of one try
        std::chrono::milliseconds webhook_time{10'000};           // likewise
        std::size_t most_waiting = 1000;
        // An hour less a bit: most failures are over sooner, and a notice older than that is
        // history.
        Outbox::Pauses pauses{std::chrono::seconds(30), std::chrono::minutes(2),
                              std::chrono::minutes(5),  std::chrono::minutes(10),
                              std::chrono::minutes(20), std::chrono::minutes(20)};
    };
    // The form in force now: a reload changes it.
    using Form = std::function<policy::NoticeForm()>;

    static constexpr std::chrono::milliseconds grace{2000};

    // Starts the thread, so privileges are dropped before.
    Notices(Means means, Form form, log::Log& log, log::Metrics& metrics);
    ~Notices();

    // Logs the notice and has it sent. When too many wait it is only logged.
    void tell(const policy::Notice& notice) noexcept;

    // True once for the name that a mail of ours carries in X-Spillway-Notice.
    bool take(std::string_view name) noexcept;

    // Sends what is quick within `grace` and logs what was not sent; later notices are only logged.
    void stop();

  private:
    using Time = Outbox::Time;

    void add(Delivery delivery);
    void run();
    std::optional<Delivery> next();
    void deliver(Delivery delivery);
    Attempt mailed(const Delivery& delivery);
    Attempt posted(const Delivery& delivery) const;
    void failed(Delivery delivery, const Undelivered& failure);
    void tell_unsent();
    TimeLeft time_of_try(std::chrono::milliseconds most) const;

    const Means means_;
    const Form form_;
    log::Log& log_;
    log::Metrics& metrics_;
    NoticeNames names_;

    std::mutex mutex_;  // guards the next five
    std::condition_variable changed_;
    Outbox outbox_;
    std::vector<Delivery> unsent_;  // given up while stopping
    bool overflowing_ = false;
    bool finished_ = false;

    std::atomic<Time> stop_at_{Time::max()};  // the end of the grace, once stopping
    std::thread thread_;
};

// "mx1.example", for addresses of ours.
std::string host_name();

}  // namespace spillway::daemon
