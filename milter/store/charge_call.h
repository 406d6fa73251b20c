// The one call a message costs: how charges become the words of an EVALSHA, and the reply answers.
// Pure; the meaning of words and reply is told in charge.lua.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limits/limits.h"
#include "store/reply.h"

namespace spillway::store {

// The text of charge.lua and its SHA-1 in hex, by which Redis knows it.
std::string_view charge_script();
std::string_view charge_script_sha1();

// Number of keys, keys and arguments, as they follow the script in EVAL and EVALSHA. The charges
// are merged ones (limits::merged), at least one; the token is used for this call and its
// repetition only.
std::vector<std::string> charge_words(const std::vector<limits::Charge>& charges,
                                      std::string_view token);

// One answer for each charge; nullopt when the reply is not one of charge.lua.
std::optional<limits::Answers> charge_answers(const redisReply& reply, std::size_t charges);

// The use at `now` of a counter that was read with HGETALL; nullopt when it is not one of
// charge.lua.
std::optional<std::int64_t> stored_use(const redisReply& hash, limits::Time now);

}  // namespace spillway::store
