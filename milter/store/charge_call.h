// How calls become the words of a script, and replies answers. Pure; the meaning of words and
// replies is told in the scripts.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "limits/counters.h"
#include "limits/merged.h"
#include "store/reply.h"
#include "store/scripts.h"

namespace spillway::store {

// A call in the form that all stores count by.
struct Asked {
    limits::Call call;      // each key once, everything bounded
    limits::Merged merged;  // its charges' places; the charges themselves are in `call`
    std::string owner;      // the account its receipt is kept under
};
Asked asked(const limits::Call& call);

// How one call is charged.
struct Terms {
    std::string token;  // used for this call and its repetition only
    std::chrono::milliseconds receipts_kept{};
    std::chrono::milliseconds unanswered_after{};
    // Set when it is charged without asking, because it was granted this long ago elsewhere.
    std::optional<std::chrono::milliseconds> age{};
};

ScriptCall charge_call(const limits::Call& call, const std::string& owner, const Terms& terms);

// Where the words of a charge_call tell the age, so that a call that waits can be made later.
inline constexpr std::size_t age_word = 3;

struct Charged {
    limits::Answers answers;  // one for each charge of the formed call
    std::optional<limits::Suspension> suspended;
};

// nullopt when the reply is not one of the script, or when the call was cancelled before it came.
std::optional<Charged> charged(const redisReply& reply, const limits::Call& call);

// Takes back what the token has charged, or keeps it from being charged.
ScriptCall cancel_call(const std::string& receipt, const std::string& token,
                       std::chrono::milliseconds kept);

ScriptCall peek_call(const std::vector<limits::Charge>& charges);
std::optional<std::vector<limits::Standing>> standings(const redisReply& reply,
                                                       const std::vector<limits::Charge>& charges);

ScriptCall sizes_call(const limits::Mailing& mailing);
std::optional<std::vector<std::int64_t>> sizes(const redisReply& reply, std::size_t spans);

ScriptCall hold_call(const limits::Place& place, std::chrono::milliseconds lease);
ScriptCall renew_call(const std::string& key, const std::vector<std::string>& holders,
                      std::chrono::milliseconds lease);
std::optional<limits::Answer> held(const redisReply& reply, const limits::Place& place);

ScriptCall suspend_call(const limits::Suspension& suspension);
// What stands in the hash of suspensions: "UNTIL REASON".
std::optional<limits::Suspension> suspension_of(const limits::Suspect& suspect,
                                                std::string_view value);

}  // namespace spillway::store
