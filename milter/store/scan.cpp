#include "store/scan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

#include "store/keys.h"
#include "store/stored_use.h"

namespace spillway::store {

namespace {

constexpr const char* keys_a_step = "1000";
constexpr std::size_t reads_a_step = 200;  // well below a millisecond of Redis

[[noreturn]] void fail(std::string_view why) {
    throw std::runtime_error(fmt::format("redis: {}", why));
}

void expect(bool right) {
    if (!right) fail("unexpected reply");
}

std::vector<Reply> ask(const Redis::ServerCall& call, const std::vector<Words>& commands) {
    auto replies = call(commands);
    if (!replies) fail(replies.error().why);
    return *std::move(replies);
}

Reply ask_one(const Redis::ServerCall& call, const Words& words) {
    Reply reply = std::move(ask(call, {words}).front());
    if (is_error(*reply)) fail(text_of(*reply));
    return reply;
}

limits::Time server_time(const Redis::ServerCall& call) {
    const Reply reply = ask_one(call, {"TIME"});
    expect(reply->type == REDIS_REPLY_ARRAY && reply->elements == 2);
    const auto part = [&reply](std::size_t i) {
        return std::stoll(std::string(text_of(*reply->element[i])));
    };
    return limits::Time{std::chrono::milliseconds{part(0) * 1000 + part(1) / 1000}};
}

// One command for each name, some hundred in one write.
template <typename Command, typename Take>
void for_each_reply(const Redis::ServerCall& call, const std::vector<std::string>& names,
                    const Command& command, const Take& take) {
    for (std::size_t first = 0; first < names.size(); first += reads_a_step) {
        const std::size_t last = std::min(names.size(), first + reads_a_step);
        std::vector<Words> commands;
        for (std::size_t i = first; i < last; ++i) commands.push_back(command(names[i]));
        const std::vector<Reply> replies = ask(call, commands);
        for (std::size_t i = first; i < last; ++i) take(names[i], *replies[i - first]);
    }
}

void take_fields(const std::string& key, const redisReply& reply, const Scan::Field& field) {
    const auto account = account_of(key);
    if (!account || reply.type != REDIS_REPLY_ARRAY) return;
    for (std::size_t i = 0; i + 1 < reply.elements; i += 2)
        field(*account, text_of(*reply.element[i]), text_of(*reply.element[i + 1]));
}

// The uses of these counts, those without any left out.
class Reading {
  public:
    Reading(const Redis::ServerCall& call, limits::Time now) : call_(call), now_(now) {}

    std::vector<limits::Use> uses_of(const std::vector<std::string>& names) {
        for_each_reply(
            call_, names,
            [](const std::string& name) {
                return Words{"HGETALL", name};
            },
            [this](const std::string& name, const redisReply& reply) { take(name, reply); });
        // What counts members has to be asked for once more.
        auto since = members_since_.begin();
        for_each_reply(
            call_, with_members_,
            [&since](const std::string& name) {
                return Words{"ZCOUNT", members_key(name), std::to_string(*since++), "+inf"};
            },
            [this](const std::string& name, const redisReply& reply) {
                add(name, reply.type == REDIS_REPLY_INTEGER ? reply.integer : 0);
            });
        return std::move(uses_);
    }

  private:
    void take(const std::string& name, const redisReply& reply) {
        const auto stored = stored_use(reply, now_);
        if (!stored) return;
        if (!stored->members_since) return add(name, stored->used);
        with_members_.push_back(name);
        members_since_.push_back(*stored->members_since);
    }

    void add(const std::string& name, std::int64_t used) {
        auto key = charge_key(name);
        auto account = account_of(name);
        if (used > 0 && key && account)
            uses_.push_back({.key = *std::move(key), .used = used, .account = *std::move(account)});
    }

    const Redis::ServerCall& call_;
    const limits::Time now_;
    std::vector<limits::Use> uses_;
    std::vector<std::string> with_members_;
    std::vector<std::int64_t> members_since_;
};

bool by_key(const limits::Use& a, const limits::Use& b) {
    return std::tie(a.key, a.account) < std::tie(b.key, b.account);
}

bool by_use(const limits::Use& a, const limits::Use& b) {
    return a.used != b.used ? a.used > b.used : by_key(a, b);
}

}  // namespace

void Scan::walk(const std::string& pattern, const Visit& visit) {
    const auto walked = redis_.each_master(
        deadline_, [&](const Redis::ServerCall& call) -> tl::expected<void, Failure> {
            std::string cursor = "0";
            do {
                const Reply step =
                    ask_one(call, {"SCAN", cursor, "MATCH", pattern, "COUNT", keys_a_step});
                expect(step->type == REDIS_REPLY_ARRAY && step->elements == 2);
                cursor = text_of(*step->element[0]);
                Names names;
                const redisReply& found = *step->element[1];
                for (std::size_t i = 0; i < found.elements; ++i)
                    names.emplace_back(text_of(*found.element[i]));
                if (!names.empty()) visit(call, names);
            } while (cursor != "0");
            return {};
        });
    if (!walked) fail(walked.error().why);
}

// SCAN may name a key twice while Redis grows or shrinks its table; then it is in the set already,
// unless it was charged in between.
std::vector<limits::Use> Scan::best(const std::string& prefix, std::size_t most, Before before) {
    std::set<limits::Use, Before> best(before);
    walk(pattern_of_prefix(prefix), [&](const Redis::ServerCall& call, const Names& names) {
        for (limits::Use& use : Reading(call, server_time(call)).uses_of(names)) {
            if (best.size() >= most && (most == 0 || !before(use, *best.rbegin()))) continue;
            best.insert(std::move(use));
            if (best.size() > most) best.erase(std::prev(best.end()));
        }
    });
    std::set<std::pair<std::string, std::string>> known;
    std::vector<limits::Use> uses;
    for (const limits::Use& use : best)
        if (known.emplace(use.key, use.account).second) uses.push_back(use);
    return uses;
}

std::vector<limits::Use> Scan::first(const std::string& prefix, std::size_t most) {
    return best(prefix, most, by_key);
}

std::vector<limits::Use> Scan::most_used(const std::string& prefix, std::size_t most) {
    return best(prefix, most, by_use);
}

bool Scan::forget(const std::string& key) {
    bool known = false;
    walk(pattern_of(key), [&known](const Redis::ServerCall& call, const Names& names) {
        for (const std::string& name : names) {
            // Apart, as the two need not be in one slot to be forgotten. UNLINK frees many members
            // without holding Redis up.
            for (const Reply& reply : ask(call, {{"UNLINK", name}, {"UNLINK", members_key(name)}}))
                known |= reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;
        }
    });
    return known;
}

void Scan::hash(const std::string& key, const Field& field) {
    const auto reply = redis_.call(key, {"HGETALL", key}, deadline_);
    if (!reply) fail(reply.error().why);
    if (is_error(**reply)) fail(text_of(**reply));
    take_fields(key, **reply, field);
}

void Scan::hashes(const std::string& pattern, const Field& field) {
    walk(pattern, [&field](const Redis::ServerCall& call, const Names& names) {
        for_each_reply(
            call, names,
            [](const std::string& name) {
                return Words{"HGETALL", name};
            },
            [&field](const std::string& name, const redisReply& reply) {
                take_fields(name, reply, field);
            });
    });
}

}  // namespace spillway::store
