#include "store/sets.h"

#include <fmt/format.h>

namespace spillway::store {
namespace {

tl::unexpected<Failure> failure(std::string why) {
    return tl::make_unexpected(Failure{std::move(why)});
}

}  // namespace

// SRANDMEMBER with a number gives the whole set when that is no larger, and is bounded, as SMEMBERS
// is not.
tl::expected<std::vector<std::string>, Failure> members_of(Redis& redis, const std::string& key,
                                                           std::size_t most, Deadline deadline) {
    auto reply = redis.call(key, {"SRANDMEMBER", key, std::to_string(most + 1)}, deadline);
    if (!reply) return tl::make_unexpected(std::move(reply.error()));
    if (is_error(**reply)) return failure(std::string(text_of(**reply)));
    if ((*reply)->type != REDIS_REPLY_ARRAY) return failure("unexpected reply");
    if ((*reply)->elements > most) return failure(fmt::format("more than {} members", most));
    std::vector<std::string> members;
    members.reserve((*reply)->elements);
    for (std::size_t i = 0; i < (*reply)->elements; ++i)
        members.emplace_back(text_of(*(*reply)->element[i]));
    return members;
}

tl::expected<std::vector<std::string>, Failure> members_among(Redis& redis, const std::string& key,
                                                              const std::vector<std::string>& texts,
                                                              Deadline deadline) {
    std::vector<Words> commands;
    for (const std::string& text : texts) commands.push_back({"SISMEMBER", key, text});
    auto replies = redis.pipeline(key, commands, deadline);
    if (!replies) return tl::make_unexpected(std::move(replies.error()));
    std::vector<std::string> members;
    for (std::size_t i = 0; i < replies->size(); ++i) {
        const redisReply& reply = *(*replies)[i];
        if (is_error(reply)) return failure(std::string(text_of(reply)));
        if (reply.type != REDIS_REPLY_INTEGER) return failure("unexpected reply");
        if (reply.integer == 1) members.push_back(texts[i]);
    }
    return members;
}

}  // namespace spillway::store
