#include "store/redis.h"

#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "store/error_reply.h"

namespace spillway::store {

namespace {

using Kind = language::RedisStore::Kind;

std::string place_text(const language::RedisStore& place) {
    std::vector<std::string> texts;
    for (const Endpoint& host : place.hosts) texts.push_back(text_of(host));
    const std::string hosts = fmt::format("{}", fmt::join(texts, ", "));
    const std::string_view tls = place.tls ? " over TLS" : "";
    if (place.kind == Kind::cluster) return fmt::format("redis cluster {}{}", hosts, tls);
    if (place.kind == Kind::single)
        return fmt::format("redis {}{} database {}", hosts, tls, place.database);
    return fmt::format("redis master {} of sentinels {}{} database {}", place.master, hosts, tls,
                       place.database);
}

// A name that is unknown at the start is most likely misspelt. That one of several is known is
// enough: the others may come back.
void require_a_host(Resolver& resolver, const std::vector<Endpoint>& hosts) {
    const Deadline patience = Deadline::clock::now() + std::chrono::seconds{30};
    std::string why;
    for (const Endpoint& host : hosts) {
        const auto found = resolver.find(host, patience);
        if (found) return;
        if (why.empty()) why = found.error().why;
    }
    throw std::runtime_error("redis host " + why);
}

std::shared_ptr<Access> access_to(const Access::Settings& settings,
                                  const std::shared_ptr<Resolver>& resolver, const Notice& notice) {
    auto access = std::make_shared<Access>(settings, resolver);
    if (notice && !access->warning().empty()) notice(access->warning());
    return access;
}

}  // namespace

// One or several commands on their way, until each has its reply.
class Redis::Errand {
  public:
    // Route and commands outlive this.
    Errand(Route* route, std::string_view key, std::vector<const Words*> commands,
           Deadline deadline)
        : route_(route),
          key_(key),
          commands_(std::move(commands)),
          deadline_(deadline),
          replies_(commands_.size()) {
        for (std::size_t i = 0; i < commands_.size(); ++i) waiting_.push_back(i);
    }

    tl::expected<std::vector<Reply>, Failure> run() {
        for (int step = 0; step < most_steps; ++step) {
            if (waiting_.empty()) return std::move(replies_);
            const auto target = next_target();
            if (!target) return tl::make_unexpected(target.error());
            auto replies = ask(*target);
            const auto failure =
                replies ? sort(*std::move(replies), *target) : unanswered(*target, replies.error());
            if (failure) return tl::make_unexpected(*failure);
        }
        return tl::make_unexpected(Failure{"sent from one server to another too often"});
    }

    // Only this server is asked, whatever it says of others.
    void stay_at(Target target) { fixed_ = std::move(target); }

  private:
    // More than any orderly change of a cluster needs.
    static constexpr int most_steps = 16;
    static constexpr std::chrono::milliseconds pause{10};

    tl::expected<Target, Failure> next_target();
    tl::expected<std::vector<Reply>, Failure> ask(const Target& target);

    // What is to be told to the caller; nullopt when there is something left to try.
    std::optional<Failure> sort(std::vector<Reply> replies, const Target& target);
    std::optional<Failure> consider(ReplyKind kind, const redisReply& reply, const Target& target);
    std::optional<Failure> unanswered(const Target& target, const Failure& failure);
    std::optional<Failure> follow(const redisReply& reply, const Target& target);
    std::optional<Failure> wait_a_moment(const redisReply& reply) const;

    void doubt(const Target& target) {
        std::visit([&target](auto& route) { route.doubt(target); }, *route_);
    }

    bool has_sentinels() const { return !fixed_ && std::holds_alternative<Sentinels>(*route_); }

    // Which of several servers it was.
    Failure told_of(const Target& target, Failure failure) const {
        if (!std::holds_alternative<Server>(*route_))
            failure.why = fmt::format("{}: {}", text_of(target.pool->endpoint()), failure.why);
        return failure;
    }

    Route* route_;
    std::string_view key_;
    std::vector<const Words*> commands_;
    Deadline deadline_;
    std::vector<Reply> replies_;        // null while the command of this number is in waiting_
    std::vector<std::size_t> waiting_;  // numbers of commands, in their order
    std::optional<Target> fixed_;
    std::optional<Target> redirected_;
    bool asking_ = false;  // the redirection is for this time only
    bool repeated_ = false;
    bool found_again_ = false;
    bool logged_in_again_ = false;
};

tl::expected<Target, Failure> Redis::Errand::next_target() {
    if (fixed_) return *fixed_;
    if (redirected_) return *std::exchange(redirected_, std::nullopt);
    return std::visit([this](auto& route) { return route.find(key_, deadline_); }, *route_);
}

tl::expected<std::vector<Reply>, Failure> Redis::Errand::ask(const Target& target) {
    const bool asking = std::exchange(asking_, false);
    auto connection = target.pool->take(deadline_);
    if (!connection) return tl::make_unexpected(connection.error());
    std::string bytes;
    for (const std::size_t number : waiting_) {
        if (asking) append_command(bytes, {"ASKING"});
        append_command(bytes, *commands_[number]);
    }
    const std::size_t each = asking ? 2 : 1;
    auto replies = (*connection)->exchange(bytes, waiting_.size() * each, deadline_);
    if (!replies || !asking) return replies;
    for (std::size_t i = 0; i < waiting_.size(); ++i)
        (*replies)[i] = std::move((*replies)[2 * i + 1]);
    replies->resize(waiting_.size());
    return replies;
}

std::optional<Failure> Redis::Errand::sort(std::vector<Reply> replies, const Target& target) {
    std::vector<std::size_t> still_waiting;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        const ReplyKind kind = kind_of(*replies[i]);
        if (kind == ReplyKind::answer) {
            replies_[waiting_[i]] = std::move(replies[i]);
            continue;
        }
        // The first decides where all that wait go next; it may send them on.
        if (still_waiting.empty()) {
            if (auto failure = consider(kind, *replies[i], target)) return failure;
        }
        still_waiting.push_back(waiting_[i]);
    }
    waiting_ = std::move(still_waiting);
    return std::nullopt;
}

std::optional<Failure> Redis::Errand::consider(ReplyKind kind, const redisReply& reply,
                                               const Target& target) {
    const Failure failure = told_of(target, Failure{std::string(text_of(reply))});
    switch (kind) {
        case ReplyKind::ask:
        case ReplyKind::moved:
            asking_ = kind == ReplyKind::ask;
            if (!asking_) doubt(target);
            return follow(reply, target);
        case ReplyKind::try_again:
            return wait_a_moment(reply);
        case ReplyKind::read_only:
            doubt(target);
            if (!has_sentinels() || std::exchange(found_again_, true)) return failure;
            return std::nullopt;
        case ReplyKind::no_login:
            // Users can be changed while we are connected; logging in says what is wrong.
            target.pool->drop_idle();
            if (std::exchange(logged_in_again_, true)) return failure;
            return std::nullopt;
        default:
            doubt(target);
            return failure;
    }
}

std::optional<Failure> Redis::Errand::unanswered(const Target& target, const Failure& failure) {
    if (failure.ours) return failure;
    doubt(target);
    if (!failure.lost || std::exchange(repeated_, true)) return told_of(target, failure);
    target.pool->drop_idle();
    return std::nullopt;
}

std::optional<Failure> Redis::Errand::follow(const redisReply& reply, const Target& target) {
    auto* cluster = fixed_ ? nullptr : std::get_if<Cluster>(route_);
    const auto endpoint = redirection(reply, target.pool->endpoint());
    if (cluster == nullptr || !endpoint) return Failure{std::string(text_of(reply))};
    redirected_ = cluster->at(*endpoint);
    return std::nullopt;
}

std::optional<Failure> Redis::Errand::wait_a_moment(const redisReply& reply) const {
    if (Deadline::clock::now() + pause >= deadline_) return Failure{std::string(text_of(reply))};
    std::this_thread::sleep_for(pause);
    return std::nullopt;
}

std::unique_ptr<Redis::Route> Redis::route_to(const language::RedisStore& place,
                                              const Notice& notice, std::size_t connections) {
    const auto resolver = std::make_shared<Resolver>();
    require_a_host(*resolver, place.hosts);
    const auto servers = access_to({.login = place.login,
                                    .tls = place.tls,
                                    .database = place.database,
                                    .masters_only = place.kind == Kind::sentinel},
                                   resolver, notice);
    if (place.kind == Kind::single) {
        auto pool = std::make_shared<Pool>(place.hosts.front(), servers, connections);
        return std::make_unique<Route>(std::in_place_type<Server>,
                                       Server{Target{std::move(pool), 0}});
    }
    if (place.kind == Kind::cluster)
        return std::make_unique<Route>(std::in_place_type<Cluster>, place.hosts, servers,
                                       connections);
    const auto sentinels = access_to(
        {.login = place.sentinel_login, .tls = place.tls, .database = 0, .masters_only = false},
        resolver, notice);
    return std::make_unique<Route>(std::in_place_type<Sentinels>,
                                   Sentinels::Settings{.hosts = place.hosts,
                                                       .master = place.master,
                                                       .connections = connections,
                                                       .notice = notice},
                                   sentinels, servers);
}

Redis::Redis(const language::RedisStore& place, Notice notice, std::size_t connections)
    : place_(place_text(place)), route_(route_to(place, notice, connections)) {}

tl::expected<Reply, Failure> Redis::call(std::string_view key, const Words& words,
                                         Deadline deadline) {
    auto replies = Errand(route_.get(), key, {&words}, deadline).run();
    if (!replies) return tl::make_unexpected(replies.error());
    return std::move(replies->front());
}

tl::expected<std::vector<Reply>, Failure> Redis::pipeline(std::string_view key,
                                                          const std::vector<Words>& commands,
                                                          Deadline deadline) {
    std::vector<const Words*> references;
    for (const Words& words : commands) references.push_back(&words);
    return Errand(route_.get(), key, std::move(references), deadline).run();
}

tl::expected<void, Failure> Redis::each_master(Deadline deadline, const Walk& walk) {
    const auto targets =
        std::visit([deadline](auto& route) { return route.masters(deadline); }, *route_);
    if (!targets) return tl::make_unexpected(targets.error());
    for (const Target& target : *targets) {
        const auto call = [&](const Words& words) -> tl::expected<Reply, Failure> {
            Errand errand(route_.get(), "", {&words}, deadline);
            errand.stay_at(target);
            auto replies = errand.run();
            if (!replies) return tl::make_unexpected(replies.error());
            return std::move(replies->front());
        };
        if (auto walked = walk(call); !walked) return walked;
    }
    return {};
}

std::string Redis::describe() const {
    const std::string state = std::visit([](const auto& route) { return route.state(); }, *route_);
    return state.empty() ? place_ : fmt::format("{}, {}", place_, state);
}

}  // namespace spillway::store
