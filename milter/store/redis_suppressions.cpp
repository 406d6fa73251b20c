#include "store/redis_suppressions.h"

#include <algorithm>
#include <charconv>
#include <new>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "limits/key_text.h"

namespace spillway::store {

namespace {

constexpr std::size_t connections = 64;
constexpr std::chrono::seconds time_for_operators{10};
constexpr std::string_view prefix = "spillway-suppressed:";
constexpr const char* keys_a_look = "1000";
constexpr std::size_t page_is_full = 1000;

using limits::Reach;
using limits::Suppression;
using limits::SuppressionName;

std::string key_of(const SuppressionName& name) {
    const std::string_view domain =
        std::string_view(name.target).substr(name.target.rfind('@') + 1);
    return fmt::format("{}{{{}}}:{}:{}:{}", prefix, limits::encoded(domain),
                       limits::reach_names[static_cast<std::size_t>(name.reach)],
                       limits::encoded(name.owner), limits::encoded(name.target));
}

// The reverse; nullopt for a key that is not ours.
std::optional<SuppressionName> name_in(std::string_view key) {
    const std::size_t tag_ends = key.find("}:");
    if (!key.starts_with(prefix) || tag_ends == std::string_view::npos) return std::nullopt;
    key.remove_prefix(tag_ends + 2);
    const std::size_t first = key.find(':');
    const std::size_t second = key.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const auto reach = std::ranges::find(limits::reach_names, key.substr(0, first));
    auto owner = limits::decoded(key.substr(first + 1, second - first - 1));
    auto target = limits::decoded(key.substr(second + 1));
    if (reach == limits::reach_names.end() || !owner || !target) return std::nullopt;
    return SuppressionName{static_cast<Reach>(reach - limits::reach_names.begin()),
                           *std::move(owner), *std::move(target)};
}

std::string cache_key(std::string_view recipient, std::string_view account,
                      std::string_view domain) {
    std::string key;
    for (const std::string_view part : {account, domain, recipient}) key.append(part) += '\0';
    return key;
}

[[noreturn]] void give_up(std::string_view why) {
    throw std::runtime_error(fmt::format("redis: {}", why));
}

std::vector<Reply> expect(tl::expected<std::vector<Reply>, Failure> replies) {
    if (!replies) give_up(replies.error().why);
    for (const Reply& reply : *replies)
        if (is_error(*reply)) give_up(text_of(*reply));
    return *std::move(replies);
}

// A page begins at one master's cursor.
struct Cursor {
    std::size_t master = 0;
    std::string scan = "0";
};

Cursor parsed_cursor(const std::string& text) {
    Cursor cursor;
    if (text.empty()) return cursor;
    const std::size_t colon = text.find(':');
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), cursor.master);
    if (colon == std::string::npos || error != std::errc{} || end != text.data() + colon)
        throw std::runtime_error("not where a page of the suppression list begins");
    cursor.scan = text.substr(colon + 1);
    return cursor;
}

// One step of SCAN, and what is kept under the keys it found.
void take_step(const Redis::ServerCall& call, std::string& cursor,
               std::vector<Suppression>& entries) {
    const auto step =
        expect(call({{"SCAN", cursor, "MATCH", std::string(prefix) + "*", "COUNT", keys_a_look}}));
    const redisReply& reply = *step.front();
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) give_up("unexpected reply");
    cursor = text_of(*reply.element[0]);
    std::vector<Words> gets;
    std::vector<SuppressionName> names;
    for (std::size_t i = 0; i < reply.element[1]->elements; ++i) {
        const std::string_view key = text_of(*reply.element[1]->element[i]);
        auto name = name_in(key);
        if (!name) continue;
        gets.push_back({"GET", std::string(key)});
        names.push_back(*std::move(name));
    }
    if (gets.empty()) return;
    const auto values = expect(call(gets));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (auto entry = limits::suppression_in(names[i], text_of(*values[i])))
            entries.push_back(*std::move(entry));
}

}  // namespace

RedisSuppressions::RedisSuppressions(const language::RedisStore& place, Notice notice)
    : RedisSuppressions(place, std::move(notice), Options{}) {}

RedisSuppressions::RedisSuppressions(const language::RedisStore& place, Notice notice,
                                     Options options)
    : timeout_(place.timeout),
      notice_(std::move(notice)),
      options_(std::move(options)),
      redis_(place, nullptr, connections),
      cache_(options_.most_remembered, options_.remembered_for) {}

limits::SuppressionAnswer RedisSuppressions::find(std::string_view recipient,
                                                  std::string_view account, std::string_view domain,
                                                  limits::Time now) noexcept {
    try {
        const std::string key = cache_key(recipient, account, domain);
        if (auto known = cache_.find(key, now, options_.steady_now())) return *std::move(known);
        const std::uint64_t generation = cache_.generation();
        auto answer = ask(limits::names_that_stop(recipient, account, domain));
        if (!std::holds_alternative<limits::Unavailable>(answer))
            cache_.keep(generation, key, answer, options_.steady_now());
        return answer;
    } catch (const std::bad_alloc&) {
        return limits::Unavailable{"out of memory"};
    }
}

limits::SuppressionAnswer RedisSuppressions::ask(const std::vector<SuppressionName>& names) {
    const Breaker::Permit permit = breaker_.ask(options_.steady_now());
    if (permit == Breaker::Permit::none) return limits::Unavailable{"not asked: silent"};
    Words words{"MGET"};
    for (const SuppressionName& name : names) words.push_back(key_of(name));
    const auto reply = redis_.call(words[1], words, Deadline::clock::now() + timeout_);
    std::optional<Failure> failure;
    if (!reply)
        failure = reply.error();
    else if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements != names.size())
        failure = Failure{"unexpected reply"};
    note(permit, failure);
    if (failure) return limits::Unavailable{failure->why};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const redisReply& value = *(*reply)->element[i];
        if (value.type == REDIS_REPLY_NIL) continue;
        if (auto entry = limits::suppression_in(names[i], text_of(value))) return *std::move(entry);
        return limits::Unavailable{"an entry is not as this release writes them"};
    }
    return limits::NotSuppressed{};
}

void RedisSuppressions::note(Breaker::Permit permit, const std::optional<Failure>& failure) {
    if (!failure) {
        if (breaker_.succeeded(permit) && notice_)
            notice_(fmt::format("{} answers again about the suppression list", redis_.place()));
        return;
    }
    if (failure->ours) return breaker_.not_made(permit);
    if (breaker_.failed(permit, options_.steady_now()) && notice_)
        notice_(fmt::format("{} is silent ({}): who is suppressed cannot be told", redis_.place(),
                            failure->why));
}

void RedisSuppressions::add(const std::vector<Suppression>& entries, limits::Time now) {
    const Deadline deadline = Deadline::clock::now() + time_for_operators;
    const auto write = [&](const std::vector<Words>& commands) {
        if (!commands.empty()) expect(redis_.pipeline(commands.front()[1], commands, deadline));
    };
    std::vector<Words> commands;
    for (const Suppression& entry : entries) {
        Words words{"SET", key_of(entry.name), limits::words_of(entry)};
        if (entry.until) {
            const auto left = std::max<std::int64_t>((*entry.until - now).count(), 1);
            words.insert(words.end(), {"PX", std::to_string(left)});
        }
        if (redis_.is_cluster()) {  // each key has a node of its own
            write({words});
            continue;
        }
        commands.push_back(std::move(words));
    }
    write(commands);
    cache_.clear();
}

bool RedisSuppressions::remove(const SuppressionName& name) {
    const std::string key = key_of(name);
    const auto reply = redis_.call(key, {"DEL", key}, Deadline::clock::now() + time_for_operators);
    cache_.clear();
    if (!reply) give_up(reply.error().why);
    if (is_error(**reply)) give_up(text_of(**reply));
    return (*reply)->integer > 0;
}

SuppressionPage RedisSuppressions::page(const std::string& from) {
    Cursor begin = parsed_cursor(from);
    SuppressionPage page;
    std::size_t master = 0;
    const auto walked =
        redis_.each_master(Deadline::clock::now() + time_for_operators,
                           [&](const Redis::ServerCall& call) -> tl::expected<void, Failure> {
                               const std::size_t number = master++;
                               if (number < begin.master || !page.next.empty()) return {};
                               std::string cursor = number == begin.master ? begin.scan : "0";
                               do {
                                   take_step(call, cursor, page.entries);
                               } while (cursor != "0" && page.entries.size() < page_is_full);
                               if (cursor != "0") page.next = fmt::format("{}:{}", number, cursor);
                               return {};
                           });
    if (!walked) give_up(walked.error().why);
    return page;
}

}  // namespace spillway::store
