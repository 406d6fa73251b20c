#include "store/sentinels.h"

#include <charconv>

#include <fmt/format.h>

#include "store/in_turn.h"

namespace spillway::store {

namespace {

// The reply of SENTINEL get-master-addr-by-name: host and port, or nil.
tl::expected<Endpoint, Failure> endpoint_in(const redisReply& reply, const std::string& master) {
    if (is_error(reply)) return tl::make_unexpected(Failure{std::string(text_of(reply))});
    if (reply.type == REDIS_REPLY_NIL)
        return tl::make_unexpected(Failure{fmt::format("knows no master \"{}\"", master)});
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2)
        return tl::make_unexpected(Failure{"does not answer as a sentinel"});
    Endpoint endpoint{std::string(text_of(*reply.element[0])), 0};
    const std::string_view port = text_of(*reply.element[1]);
    std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (endpoint.host.empty() || endpoint.port == 0)
        return tl::make_unexpected(Failure{"tells no place of the master"});
    return endpoint;
}

}  // namespace

Sentinels::Sentinels(Settings settings, std::shared_ptr<Access> to_sentinels,
                     std::shared_ptr<Access> to_servers)
    : settings_(std::move(settings)),
      to_sentinels_(std::move(to_sentinels)),
      to_servers_(std::move(to_servers)),
      row_(settings_.hosts) {}

tl::expected<Target, Failure> Sentinels::find(std::string_view /*key*/, Deadline deadline) {
    const auto known = master_.get(deadline, [&] { return ask(deadline); });
    if (!known) return tl::make_unexpected(known.error());
    return Target{*known->value, known->round};
}

tl::expected<std::vector<Target>, Failure> Sentinels::masters(Deadline deadline) {
    auto master = find("", deadline);
    if (!master) return tl::make_unexpected(master.error());
    return std::vector<Target>{*std::move(master)};
}

tl::expected<Sentinels::SharedPool, Failure> Sentinels::ask(Deadline deadline) {
    const auto told = ask_in_turn<Endpoint>(
        row_, deadline,
        [this](const Endpoint& sentinel, Deadline until) { return ask_one(sentinel, until); });
    const auto last = master_.last();
    if (last && (!told || (*last)->endpoint() == *told)) return *last;
    if (!told) return tl::make_unexpected(told.error());
    if (last && settings_.notice) {
        settings_.notice(fmt::format("redis: the master of {} is now {}, before {}",
                                     settings_.master, text_of(*told),
                                     text_of((*last)->endpoint())));
    }
    return std::make_shared<Pool>(*told, to_servers_, settings_.connections);
}

// On a connection for this one question: it is asked rarely.
tl::expected<Endpoint, Failure> Sentinels::ask_one(const Endpoint& sentinel, Deadline deadline) {
    const auto reply =
        to_sentinels_->open(sentinel, deadline).and_then([&](const auto& connection) {
            return connection->call({"SENTINEL", "get-master-addr-by-name", settings_.master},
                                    deadline);
        });
    auto told = reply ? endpoint_in(**reply, settings_.master)
                      : tl::expected<Endpoint, Failure>(tl::make_unexpected(reply.error()));
    if (told) return told;
    const std::string why = fmt::format("sentinel {}: {}", text_of(sentinel), told.error().why);
    // Whatever became of this question, the call itself was not begun.
    return tl::make_unexpected(Failure{.why = why, .lost = false, .ours = told.error().ours});
}

std::string Sentinels::state() const {
    const auto last = master_.last();
    if (!last) return "";
    return fmt::format("master {}", text_of((*last)->endpoint()));
}

}  // namespace spillway::store
