// A load generator for milters: plays the MTA on many connections at once and reports rate, latency
// and verdicts as one line of JSON.
//
// usage: milter_load --socket unix:/path --letter text --connections 8 --messages 10000
// Exit: 0 when every message got its verdict, 1 when the filter failed one, 64 usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conversation.h"
#include "letters.h"

namespace {

using namespace spillway::bench;
using Clock = std::chrono::steady_clock;

struct Load {
    std::string socket;
    Kind kind = Kind::text;
    int connections = 1;
    long messages = 1000;
    int per_connection = 10;
    long domains = 100;
    long rate = 0;  // messages a second over all connections; 0 is as fast as it goes
};

// What one connection's thread has seen; merged when all are done.
struct Tally {
    std::vector<std::chrono::microseconds> latencies;
    std::array<long, 4> outcomes{};
    long quarantined = 0;
    long edits = 0;
    long refused_recipients = 0;
    std::string failure;  // why this thread gave up, or ""
};

void add(Tally& tally, const Answer& answer, Clock::duration spent) {
    tally.latencies.push_back(std::chrono::duration_cast<std::chrono::microseconds>(spent));
    ++tally.outcomes[static_cast<std::size_t>(answer.outcome)];
    tally.quarantined += answer.quarantined;
    tally.edits += answer.edits;
    tally.refused_recipients += answer.refused_recipients;
}

// When message `number` is due. Who is late does not wait for others to be late as well.
void wait_for_turn(const Load& load, Clock::time_point begun, long number) {
    if (load.rate > 0)
        std::this_thread::sleep_until(begun +
                                      std::chrono::nanoseconds{1'000'000'000} * number / load.rate);
}

// One client after the other, each sending a few messages, until the common number is used up.
Tally talk(const Load& load, const Letter& letter, std::atomic<long>& next) {
    Tally tally;
    const auto begun = Clock::now();
    try {
        std::optional<Conversation> conversation;
        int sent = 0;
        for (long number = next++; number < load.messages; number = next++) {
            if (!conversation) conversation.emplace(load.socket);
            wait_for_turn(load, begun, number);
            const Envelope from_to = envelope(number, load.domains);
            const auto begin = Clock::now();
            const Answer answer = conversation->send(from_to, letter);
            add(tally, answer, Clock::now() - begin);
            if (++sent % load.per_connection != 0) continue;
            conversation->quit();
            conversation.reset();
        }
        if (conversation) conversation->quit();
    } catch (const std::exception& error) {
        tally.failure = error.what();
    }
    return tally;
}

Tally merged(std::vector<Tally> tallies) {
    Tally all;
    for (const Tally& one : tallies) {
        all.latencies.insert(all.latencies.end(), one.latencies.begin(), one.latencies.end());
        for (std::size_t i = 0; i < all.outcomes.size(); ++i) all.outcomes[i] += one.outcomes[i];
        all.quarantined += one.quarantined;
        all.edits += one.edits;
        all.refused_recipients += one.refused_recipients;
        if (all.failure.empty()) all.failure = one.failure;
    }
    std::ranges::sort(all.latencies);
    return all;
}

// `sorted` must not be empty.
long percentile(const std::vector<std::chrono::microseconds>& sorted, std::size_t percent) {
    return sorted[(sorted.size() - 1) * percent / 100].count();
}

std::string json(const Tally& all, double seconds) {
    const auto count = [&](Outcome outcome) {
        return all.outcomes[static_cast<std::size_t>(outcome)];
    };
    return fmt::format(
        R"({{"messages": {}, "seconds": {:.6f}, "per_second": {:.1f}, "p50_us": {}, "p99_us": {}, )"
        R"("verdicts": {{"accept": {}, "reject": {}, "defer": {}, "discard": {}}}, )"
        R"("quarantined": {}, "edits": {}, "refused_recipients": {}}})",
        all.latencies.size(), seconds, static_cast<double>(all.latencies.size()) / seconds,
        percentile(all.latencies, 50), percentile(all.latencies, 99), count(Outcome::accept),
        count(Outcome::reject), count(Outcome::defer), count(Outcome::discard), all.quarantined,
        all.edits, all.refused_recipients);
}

int run(const Load& load) {
    const Letter sent = letter(load.kind);
    std::atomic<long> next{0};
    std::vector<Tally> tallies(static_cast<std::size_t>(load.connections));
    const auto begin = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (Tally& tally : tallies) threads.emplace_back([&] { tally = talk(load, sent, next); });
    }
    const std::chrono::duration<double> spent = Clock::now() - begin;
    const Tally all = merged(std::move(tallies));
    if (!all.latencies.empty()) fmt::print("{}\n", json(all, spent.count()));
    if (all.failure.empty()) return 0;
    fmt::print(stderr, "milter_load: {}\n", all.failure);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::map<std::string, Kind> kinds{
        {"text", Kind::text}, {"html", Kind::html}, {"attachment", Kind::attachment}};
    Load load;
    CLI::App app{"Plays the MTA towards a milter and measures it"};
    app.add_option("--socket", load.socket, "unix:/path or inet:host:port")->required();
    app.add_option("--letter", load.kind, "text, html or attachment")
        ->transform(CLI::CheckedTransformer(kinds));
    app.add_option("--connections", load.connections, "at once")->check(CLI::Range(1, 1000));
    app.add_option("--messages", load.messages, "in all")->check(CLI::Range(1L, 100'000'000L));
    app.add_option("--per-connection", load.per_connection, "then a new connection")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--rate", load.rate, "messages a second, else as fast as it goes")
        ->check(CLI::Range(0L, 1'000'000L));
    app.add_option("--domains", load.domains, "that messages come from")
        ->check(CLI::Range(1L, 1'000'000L));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 64;
    }
    return run(load);
}
