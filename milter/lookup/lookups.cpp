#include "lookup/lookups.h"

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "lookup/answer.h"
#include "lookup/socketmap.h"
#include "lookup/sqlite_file.h"
#include "store/breaker.h"
#include "store/keys.h"
#include "store/redis.h"
#include "store/sets.h"

namespace spillway::lookup {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t redis_connections = 64;

class RedisMap {
  public:
    RedisMap(match::RedisSets sets, std::shared_ptr<store::Redis> redis)
        : sets_(std::move(sets)), redis_(std::move(redis)) {}

    Answered ask(const match::Question& question, store::Deadline deadline) {
        if (!redis_) return tl::make_unexpected(Failed{"the counters are not in Redis"});
        const std::string key = store::map_key(sets_.name, question.key);
        const auto members =
            question.map->pairs
                ? store::members_of(*redis_, key, match::most_values, deadline)
                : store::members_among(*redis_, key, match::entries_that_hold(question.address),
                                       deadline);
        if (!members)
            return tl::make_unexpected(Failed{members.error().why, !members.error().ours});
        match::Values values;
        for (const std::string& member : *members) (void)values.add(member);
        return values;
    }

  private:
    const match::RedisSets sets_;
    const std::shared_ptr<store::Redis> redis_;
};

using Way = std::variant<RedisMap, SqliteFile, Socketmap>;

}  // namespace

// One map with the breaker before it.
class Lookups::Place {
  public:
    Place(std::string name, std::unique_ptr<Way> way, const store::Notice& notice)
        : name_(std::move(name)), way_(std::move(way)), notice_(notice) {}

    Answered ask(const match::Question& question, store::Deadline deadline) {
        const store::Breaker::Permit permit = breaker_.ask(Clock::now());
        if (permit == store::Breaker::Permit::none)
            return tl::make_unexpected(Failed{"it failed several times and is left alone"});
        Answered answer = std::visit([&](auto& way) { return way.ask(question, deadline); }, *way_);
        settle(permit, answer);
        return answer;
    }

  private:
    void settle(store::Breaker::Permit permit, const Answered& answer) {
        const bool works = answer || !answer.error().of_place;
        if (works) {
            if (breaker_.succeeded(permit)) notice_(fmt::format("map {}: answers again", name_));
        } else if (breaker_.failed(permit, Clock::now())) {
            notice_(fmt::format("map {}: {}; rules that need it cannot tell", name_,
                                answer.error().why));
        }
        if (!answer) complain(answer.error().why);
    }

    // What does not open the breaker must be known as well, but not for every message.
    void complain(const std::string& why) {
        constexpr std::chrono::seconds between{60};
        {
            const std::scoped_lock lock(mutex_);
            const auto now = Clock::now();
            if (complained_ && now - *complained_ < between) return;
            complained_ = now;
        }
        notice_(fmt::format("map {}: no answer: {}", name_, why));
    }

    const std::string name_;
    const std::unique_ptr<Way> way_;  // cannot be moved
    const store::Notice& notice_;
    store::Breaker breaker_;
    std::mutex mutex_;
    std::optional<Clock::time_point> complained_;  // guarded by it
};

Lookups::Lookups(const language::Store& counters, store::Notice notice)
    : notice_(std::move(notice)), resolver_(std::make_shared<store::Resolver>()) {
    if (const auto* redis = std::get_if<language::RedisStore>(&counters))
        redis_ = std::make_shared<store::Redis>(*redis, notice_, redis_connections);
}

Lookups::~Lookups() = default;

Lookups::Place& Lookups::place_of(const match::OutsideMap& map) {
    const std::scoped_lock lock(mutex_);
    std::unique_ptr<Place>& place = places_[match::text_of(map)];
    if (place) return *place;
    std::unique_ptr<Way> way;
    if (const auto* table = std::get_if<match::SqliteTable>(&map.where)) {
        way = std::make_unique<Way>(std::in_place_type<SqliteFile>, *table);
    } else if (const auto* served = std::get_if<match::SocketmapTable>(&map.where)) {
        way = std::make_unique<Way>(std::in_place_type<Socketmap>, *served, resolver_);
    } else {
        way = std::make_unique<Way>(std::in_place_type<RedisMap>,
                                    std::get<match::RedisSets>(map.where), redis_);
    }
    place = std::make_unique<Place>(fmt::format("\"{}\"", map.name), std::move(way), notice_);
    return *place;
}

match::Found Lookups::answer(const match::Question& question, store::Deadline deadline) {
    const std::string asked =
        fmt::format("{}\n{}", match::text_of(*question.map), match::text_of(question));
    const auto now = Clock::now();
    if (auto known = cache_.find(asked, now)) return known;
    Answered answered = place_of(*question.map).ask(question, deadline);
    if (!answered) return match::Unreachable{std::move(answered.error().why)};
    auto values = std::make_shared<const match::Values>(*std::move(answered));
    cache_.keep(asked, values, now + question.map->cache, now);
    return values;
}

std::vector<match::Found> Lookups::answer(const std::vector<match::Question>& questions) {
    std::map<const match::OutsideMap*, store::Deadline> deadlines;
    std::vector<match::Found> answers;
    for (const match::Question& question : questions) {
        const auto deadline =
            deadlines.try_emplace(question.map.get(), Clock::now() + question.map->timeout).first;
        answers.push_back(answer(question, deadline->second));
    }
    return answers;
}

}  // namespace spillway::lookup
