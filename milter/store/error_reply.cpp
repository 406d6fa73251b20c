#include "store/error_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace spillway::store {

namespace {

// Beginnings of errors. The last are those of a server that is full, in protected mode or occupied
// by somebody's script.
constexpr std::array<std::pair<std::string_view, ReplyKind>, 16> known{
    {{"MOVED ", ReplyKind::moved},
     {"ASK ", ReplyKind::ask},
     {"TRYAGAIN", ReplyKind::try_again},
     {"READONLY", ReplyKind::read_only},
     {"NOAUTH", ReplyKind::no_login},
     {"WRONGPASS", ReplyKind::not_now},
     {"LOADING", ReplyKind::not_now},
     {"MASTERDOWN", ReplyKind::not_now},
     {"CLUSTERDOWN", ReplyKind::not_now},
     {"NOREPLICAS", ReplyKind::not_now},
     {"NOGOODSLAVE", ReplyKind::not_now},
     {"MISCONF", ReplyKind::not_now},
     {"OOM", ReplyKind::not_now},
     {"ERR max number of clients", ReplyKind::not_now},
     {"DENIED", ReplyKind::not_now},
     {"BUSY ", ReplyKind::not_now}}};

// Before version 7 Redis wraps an error that stopped a script: "ERR Error running script (call to
// f_…): @user_script:7: @user_script: 7: -READONLY You can't write …".
std::string_view innermost(std::string_view text) {
    constexpr std::string_view mark = ": -";
    if (!text.starts_with("ERR Error running script")) return text;
    const std::size_t at = text.rfind(mark);
    return at == text.npos ? text : text.substr(at + mark.size());
}

}  // namespace

ReplyKind kind_of(const redisReply& reply) {
    if (!is_error(reply)) return ReplyKind::answer;
    const std::string_view text = innermost(text_of(reply));
    const auto* found = std::ranges::find_if(
        known, [&](const auto& entry) { return text.starts_with(entry.first); });
    return found == known.end() ? ReplyKind::answer : found->second;
}

std::optional<Endpoint> redirection(const redisReply& reply, const Endpoint& asked) {
    // "MOVED 3999 127.0.0.1:6381"; an IPv6 address has no brackets.
    const std::string_view text = text_of(reply);
    const std::string_view place = text.substr(text.find_last_of(' ') + 1);
    const std::size_t colon = place.find_last_of(':');
    if (colon == place.npos) return std::nullopt;
    const std::string_view host = place.substr(0, colon);
    const std::string_view port = place.substr(colon + 1);
    Endpoint endpoint{host.empty() ? asked.host : std::string(host), 0};
    const auto [end, failure] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    // "?" stands for a name that the node does not know itself.
    if (failure != std::errc{} || end != port.data() + port.size() || endpoint.port == 0 ||
        host == "?")
        return std::nullopt;
    return endpoint;
}

}  // namespace spillway::store
