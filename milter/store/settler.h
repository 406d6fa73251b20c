// Tells Redis what need not hold up a message: which receipts are settled, what is to be taken
// back, what was counted while Redis was silent, which places are still held.
//
// One thread, which alone waits for Redis; everything else may be called from any thread and only
// takes a lock. A receipt that is settled is removed some time later, when the mail server has had
// its answer: a process killed before leaves it open, so that the next try of the message takes it
// back. All other tasks are journaled until they are done and are repeated until Redis takes them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

#include "limits/counters.h"
#include "store/notice.h"
#include "store/redis.h"
#include "store/task.h"

namespace spillway::store {

// How long things take; tests hurry.
struct Pace {
    std::chrono::milliseconds settle_every{200};
    std::chrono::milliseconds answered_after{500};  // by then an answer has reached the mail server
    std::chrono::milliseconds retry_after{1000};    // when Redis did not take something
    std::chrono::milliseconds alive_every{5000};
    std::chrono::milliseconds dead_after{20'000};  // who did not say so does not count
    std::chrono::milliseconds renew_every{20'000};
    std::chrono::milliseconds lease{60'000};  // of a place
    std::chrono::milliseconds unanswered_after = limits::Counters::unanswered_after;
};

class Settler {
  public:
    using Journal = std::function<void(std::string_view line)>;

    // More than these wait for Redis only in an outage of hours; what comes then is lost.
    static constexpr std::size_t most_tasks = 200'000;
    static constexpr std::size_t most_settled = 200'000;

    // Called by the thread, without a lock.
    struct Hooks {
        std::function<void(const Task& task)> told;  // Redis knows it now
        std::function<void()> drained;               // Redis knows everything that was counted here
    };

    Settler(Redis& redis, std::string instance, const Pace& pace, Notice notice, Hooks hooks);
    ~Settler();  // what is settled is told at once, for a second; what is journaled can wait
    Settler(const Settler&) = delete;
    Settler& operator=(const Settler&) = delete;

    // The receipt under `key` is not needed any more. When its call may still be on its way, a mark
    // stays in its place that keeps it from being charged again.
    void settled(const std::string& key, const std::string& token, bool may_come_again);
    // A replay takes the place of one of the same message that was counted here, never answered,
    // and tried again later: each try alone would be told as one that left.
    void add(Task task);
    // Suspensions of this hash and field that are still on their way. One that Redis is being told
    // just now is there, or is not, when this returns before the deadline.
    void drop_suspensions(const std::string& key, const std::string& field, Deadline deadline);

    void hold(const std::string& key, const std::string& holder);
    bool unhold(const std::string& key, const std::string& holder);  // false: was not held
    std::size_t held_here(const std::string& key) const;

    // From now on the thread says every few seconds that this process is alive.
    void begin();
    // Processes that say so, this one included, when Redis was last asked. At least 1.
    int machines() const { return machines_; }

    // See limits::MemoryCounters, which has the same three. pending_to tells what is still to be
    // done once more, for a journal that begins anew.
    void journal_to(Journal journal);
    tl::expected<void, std::string> replay(std::string_view line);
    void pending_to(const Journal& journal) const;

    std::size_t waiting() const;  // tasks
    // Waits until nothing is pending or the deadline has come; for tests.
    bool idle_by(Deadline deadline);

  private:
    using SteadyTime = Deadline;
    struct Settled {
        std::string key;
        std::string token;
        SteadyTime due;
        bool may_come_again = false;
        Words command() const;
    };

    void run();
    bool has_work(SteadyTime now) const;
    SteadyTime next_look(SteadyTime now) const;
    bool do_tasks();
    bool do_settled(SteadyTime until);
    bool say_alive();
    bool renew_places();
    bool tell(const std::vector<Task>& tasks, std::set<std::uint64_t>& done);
    bool tell_one(const Task& task, const Reply& reply);
    void finish(const std::vector<Task>& tasks, const std::set<std::uint64_t>& done);
    void write(const std::string& line) const;
    void note_replay(const Task& task);
    void forget_replay(const Task& task);
    void drop_unanswered(const Task& replay);
    void forget_old(limits::Time now);

    Redis& redis_;
    const std::string instance_;
    const Pace pace_;
    const Notice notice_;
    const Hooks hooks_;
    std::atomic<int> machines_{1};

    mutable std::mutex mutex_;  // guards all below
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::deque<Task> tasks_;  // in the order of their numbers
    std::deque<Settled> settled_;
    std::multimap<std::string, std::uint64_t> replays_;  // tokens of tasks
    std::multimap<std::string, std::uint64_t> tries_;    // receipts' keys of the same tasks
    std::map<std::string, std::set<std::string>> places_;
    Journal journal_;
    std::uint64_t next_number_ = 1;
    bool full_told_ = false;
    bool busy_ = false;
    bool telling_ = false;  // a batch of tasks, of this number
    std::uint64_t batch_ = 0;
    bool begun_ = false;
    bool stop_ = false;
    SteadyTime wait_until_{};  // Redis did not take something
    SteadyTime next_alive_{};
    SteadyTime next_renewal_{};

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace spillway::store
