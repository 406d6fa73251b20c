#include "store/charge_call.h"

#include <algorithm>
#include <charconv>

#include "embedded/charge_script.h"
#include "limits/sliding_count.h"
#include "store/keys.h"

namespace spillway::store {

namespace {

// Longer than any call is tried; a receipt costs Redis about 150 bytes meanwhile.
constexpr std::chrono::milliseconds receipt_kept = std::chrono::seconds{10};

constexpr long long fits_now = 0;
constexpr long long fits_never = -1;

limits::Answer answer_of(long long used, long long next) {
    if (next == fits_now) return limits::Granted{used};
    if (next == fits_never) return limits::Exceeded{used, std::nullopt};
    return limits::Exceeded{used, limits::Time{std::chrono::milliseconds{next}}};
}

std::optional<std::int64_t> number_in(const redisReply& reply) {
    const std::string_view text = text_of(reply);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

// One field of the hash into the state; false when it is none of charge.lua's.
bool read_field(limits::SlidingCount::State& state, std::string_view name, std::int64_t value) {
    if (name == "w") {
        state.slice_ms = std::max<std::int64_t>(1, value);
    } else if (name == "h") {
        state.head = value;
    } else if (name != "t") {
        std::size_t slot = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), slot);
        if (error != std::errc{} || slot >= state.counts.size()) return false;
        state.counts[slot] = std::min(value, limits::most_countable);
    }
    return true;
}

}  // namespace

std::string_view charge_script() { return embedded::charge_script; }
std::string_view charge_script_sha1() { return embedded::charge_script_sha1; }

std::vector<std::string> charge_words(const std::vector<limits::Charge>& charges,
                                      std::string_view token) {
    std::vector<std::string> words;
    words.reserve(4 + 4 * charges.size());
    words.push_back(std::to_string(charges.size() + 1));
    words.push_back(receipt_key(charges.front().account, token));
    for (const limits::Charge& charge : charges) words.push_back(counter_key(charge));
    words.push_back(std::to_string(receipt_kept.count()));
    words.push_back(std::to_string(limits::slices));
    for (const limits::Charge& charge : charges) {
        words.push_back(std::to_string(limits::slice_width(charge.rate.span)));
        words.push_back(std::to_string(charge.rate.count));
        words.push_back(std::to_string(charge.cost));
    }
    return words;
}

std::optional<limits::Answers> charge_answers(const redisReply& reply, std::size_t charges) {
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2 * charges) return std::nullopt;
    limits::Answers answers;
    answers.reserve(charges);
    for (std::size_t i = 0; i < reply.elements; i += 2) {
        const redisReply& used = *reply.element[i];
        const redisReply& next = *reply.element[i + 1];
        if (used.type != REDIS_REPLY_INTEGER || next.type != REDIS_REPLY_INTEGER)
            return std::nullopt;
        answers.push_back(answer_of(used.integer, next.integer));
    }
    return answers;
}

std::optional<std::int64_t> stored_use(const redisReply& hash, limits::Time now) {
    if (hash.type != REDIS_REPLY_ARRAY) return std::nullopt;
    limits::SlidingCount::State state;
    for (std::size_t i = 0; i + 1 < hash.elements; i += 2) {
        const auto value = number_in(*hash.element[i + 1]);
        if (!value || !read_field(state, text_of(*hash.element[i]), *value)) return std::nullopt;
    }
    return limits::SlidingCount(state).used(now);
}

}  // namespace spillway::store
