// Processes that die: Redis, its master, and the one that charges. Whenever they die, each message
// is counted once.

#include <atomic>
#include <random>
#include <thread>

#include "test_sentinels.h"
#include "watched.h"

using namespace spillway;
using namespace spillway::store;

namespace {

constexpr std::int64_t plenty = 10'000'000;

Charge any_number(const std::string& key) { return hourly(key, 1, plenty, WhenUnavailable::allow); }

// Four threads that send one message after the other, all of which leave, until they are stopped.
class Load {
  public:
    explicit Load(Watched& redis) {
        for (int t = 0; t < 4; ++t)
            threads_.emplace_back([this, &redis, t](const std::stop_token& stop) {
                for (int i = 0; !stop.stop_requested(); ++i) {
                    const Outcome outcome =
                        redis.ask({any_number("ann")}, fmt::format("{}-{}", t, i));
                    silent += is_silent(outcome.answers);
                    redis.settle(outcome, true);
                    ++sent;
                    // As mail comes, not as fast as it is answered when nobody is asked.
                    std::this_thread::sleep_for(1ms);
                }
            });
    }
    // Has sent so many more.
    bool goes_on(int more = 200) {
        const int before = sent;
        return becomes_true([&] { return sent >= before + more; });
    }
    void stop() { threads_.clear(); }

    std::atomic<int> sent = 0;
    std::atomic<int> silent = 0;

  private:
    std::vector<std::jthread> threads_;
};

bool answers(Watched& redis) {
    redis.wait(2s);
    return redis.counters.peek({any_number("ann")}, clock_now())[0].has_value();
}

// A process that charges messages, tells its parent of each that it has an answer, and is killed at
// any moment. The parent plays the mail server.
class Charger {
  public:
    Charger(const language::RedisStore& place, const std::vector<int>& messages) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        answered_ = system::Descriptor(ends[0]);
        const system::Descriptor writing(ends[1]);
        pid_ = fork();
        if (pid_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        Pace pace = in_a_hurry;
        pace.unanswered_after = 0ms;
        RedisCounters counters(place, nullptr, {}, {.pace = pace});
        for (const int message : messages) {
            const Outcome outcome = counters.charge(
                call_of({any_number("ann"), any_number("bob")}, std::to_string(message)),
                clock_now());
            if (!all_granted(outcome.answers)) _exit(1);
            if (write(writing.get(), &message, sizeof message) != sizeof message) _exit(2);
            counters.settle(outcome.receipt, true, clock_now());
        }
        pause();  // until it is killed
        _exit(0);
    }
    // The next message that has its answer; none when the process is dead.
    std::optional<int> next() const {
        int message = 0;
        if (read(answered_.get(), &message, sizeof message) != sizeof message) return std::nullopt;
        return message;
    }
    void kill() const {
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

  private:
    system::Descriptor answered_;
    pid_t pid_ = -1;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_redis_that_is_killed_and_restarted_loses_and_doubles_nothing) {
    RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
    Watched redis(server.place(), {.timeout = 500ms});
    Load load(redis);
    for (int round = 0; round < 5; ++round) {
        BOOST_TEST(load.goes_on());
        server.kill();
        BOOST_TEST(load.goes_on());
        server.restart();
        BOOST_TEST(becomes_true([&] { return answers(redis); }));
    }
    load.stop();
    BOOST_TEST(redis.settles());
    BOOST_TEST(load.silent > 500);
    BOOST_TEST(redis.used("ann") == load.sent);
}

// Replication does not wait: what the master granted in the moment before it died, and had not yet
// sent to its replica, is not counted any more. What the replica had, and what is sent from then
// on, is counted once.
BOOST_AUTO_TEST_CASE(a_failover_keeps_what_was_replicated_and_is_told_the_rest) {
    TestSet set;
    set.wait_until_known();
    Watched redis(set.place(), {.timeout = 300ms});
    int before = 0;
    {
        Load load(redis);
        BOOST_TEST(load.goes_on(500));
        load.stop();
        before = load.sent;
    }
    BOOST_TEST(redis.settles());
    Watched replica(set.replica.place());
    BOOST_TEST(becomes_true([&] { return replica.used("ann") == before; }));

    set.master.kill();
    Load load(redis);
    BOOST_TEST(becomes_true([&] { return answers(redis); }));
    BOOST_TEST(load.goes_on(500));
    load.stop();
    BOOST_TEST(redis.settles());
    BOOST_TEST(load.silent > 0);
    BOOST_TEST(redis.used("ann") == before + load.sent);
}

BOOST_AUTO_TEST_CASE(a_failover_under_load_doubles_nothing) {
    TestSet set;
    set.wait_until_known();
    Watched redis(set.place(), {.timeout = 300ms});
    Load load(redis);
    BOOST_TEST(load.goes_on(500));
    // All but what is answered between this look and the kill is at the replica.
    const std::int64_t replicated = Watched(set.replica.place()).used("ann");
    BOOST_TEST(replicated > 0);
    set.master.kill();
    const int at_kill = load.sent;
    BOOST_TEST(becomes_true([&] { return answers(redis); }));
    BOOST_TEST(load.goes_on(500));
    load.stop();
    BOOST_TEST(redis.settles());
    BOOST_TEST(redis.used("ann") <= load.sent);
    BOOST_TEST(redis.used("ann") >= load.sent - (at_kill - replicated));
}

BOOST_AUTO_TEST_CASE(a_process_killed_at_any_step_leaves_each_message_counted_once) {
    const RedisServer& server = shared_server();
    std::mt19937 random(20261125);
    constexpr int count = 3000;
    std::vector<int> waiting;
    for (int message = 0; message < count; ++message) waiting.push_back(message);
    int kills = 0;
    for (; !waiting.empty(); ++kills) {
        const Charger charger(server.place(), waiting);
        std::size_t answered = 0;
        const std::size_t until = std::min<std::size_t>(waiting.size(), 1 + random() % 60);
        while (answered < until && charger.next()) ++answered;
        BOOST_REQUIRE(answered == until);
        // Somewhere in the next message.
        for (unsigned spin = random() % 100'000; spin > 0; --spin) asm volatile("");
        charger.kill();
        while (charger.next()) ++answered;  // answers that were on their way arrive
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(answered));
    }
    BOOST_TEST(kills > 60);
    Watched redis(server.place());
    BOOST_TEST(redis.used("ann") == count);
    BOOST_TEST(redis.used("bob") == count);
}

// The charges of an outage are in the journal; the next process tells them, and so does the first,
// if it is not dead after all.
BOOST_AUTO_TEST_CASE(a_journal_told_twice_is_counted_once) {
    RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
    std::vector<std::string> journal;
    Watched first(server.place());
    first.counters.settler().journal_to([&journal](std::string_view line) {
        journal.emplace_back(line.substr(0, line.size() - 1));
    });
    BOOST_TEST(all_granted(first.ask({any_number("ann")}).answers));
    server.kill();
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 20; ++i)
        outcomes.push_back(first.ask({any_number("ann")}, std::to_string(i)));
    for (int i = 0; i < 10; ++i) first.settle(outcomes[static_cast<std::size_t>(i)], i % 2 == 0);
    const std::vector<std::string> lines = journal;
    BOOST_TEST(lines.size() == 30u);  // 20 charges, 5 that left, 5 to be taken back

    Watched second(server.place());
    for (const std::string& line : lines)
        BOOST_TEST(second.counters.settler().replay(line).has_value());
    BOOST_TEST(
        !second.counters.settler().replay(lines[3].substr(0, lines[3].size() / 2)).has_value());
    BOOST_TEST(!second.counters.settler().replay("task " + lines[3]).has_value());
    BOOST_TEST(second.counters.settler().waiting() == 25u);
    server.restart();
    BOOST_TEST(second.settles());
    BOOST_TEST(second.used("ann") == 16);
    BOOST_TEST(first.settles());
    BOOST_TEST(second.used("ann") == 16);
    // Nothing is left to be told to a third.
    Watched third(server.place());
    for (const std::string& line : journal)
        BOOST_TEST(third.counters.settler().replay(line).has_value());
    BOOST_TEST(third.settles());
    BOOST_TEST(third.used("ann") == 16);
}

BOOST_AUTO_TEST_SUITE_END()
