#include "store/stored_use.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "limits/paced_count.h"
#include "limits/sliding_count.h"

namespace spillway::store {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

// The fields of one hash; those that are missing are 0.
struct Fields {
    std::string_view w;
    std::int64_t head = 0;
    std::int64_t total = 0;
    std::int64_t ends = 0;
    std::int64_t arrival = 0;
    std::array<std::int64_t, limits::slices + 1> counts{};
};

bool read_field(Fields& fields, std::string_view name, std::string_view text) {
    if (name == "w") {
        fields.w = text;
        return true;
    }
    if (name == "n" || name == "p") return true;
    const auto value = number(text);
    if (!value) return false;
    if (name == "h") {
        fields.head = *value;
    } else if (name == "t") {
        fields.total = *value;
    } else if (name == "e") {
        fields.ends = *value;
    } else if (name == "a") {
        fields.arrival = *value;
    } else {
        const auto slot = number(name);
        if (!slot || *slot > limits::slices) return false;
        fields.counts[static_cast<std::size_t>(*slot)] = std::min(*value, limits::most_countable);
    }
    return true;
}

std::optional<Fields> read_fields(const redisReply& hash) {
    if (hash.type != REDIS_REPLY_ARRAY) return std::nullopt;
    Fields fields;
    for (std::size_t i = 0; i + 1 < hash.elements; i += 2)
        if (!read_field(fields, text_of(*hash.element[i]), text_of(*hash.element[i + 1])))
            return std::nullopt;
    return fields;
}

std::int64_t ms(limits::Time time) { return time.time_since_epoch().count(); }

StoredUse paced_use(const Fields& fields, std::int64_t interval, limits::Time now) {
    const limits::PacedCount count(limits::PacedCount::State{
        std::chrono::microseconds{std::max<std::int64_t>(1, interval)}, fields.arrival});
    return {count.used(now)};
}

StoredUse sliding_use(const Fields& fields, std::int64_t width, limits::Time now) {
    limits::SlidingCount::State state;
    state.slice_ms = std::max<std::int64_t>(1, width);
    state.head = fields.head;
    for (std::int64_t slice = std::max<std::int64_t>(0, fields.head - limits::slices);
         slice <= fields.head; ++slice) {
        const std::int64_t count =
            fields.counts[static_cast<std::size_t>(slice % (limits::slices + 1))];
        if (count > 0) state.held.push_back({slice, count});
    }
    return {limits::SlidingCount(std::move(state)).used(now)};
}

}  // namespace

std::optional<StoredUse> stored_use(const redisReply& hash, limits::Time now) {
    const auto fields = read_fields(hash);
    if (!fields) return std::nullopt;
    const std::string_view w = fields->w;
    if (w.empty()) return StoredUse{};  // only tells of a level
    if (w == "c") return StoredUse{ms(now) < fields->ends ? fields->total : 0};
    if (w == "dc") {
        if (ms(now) >= fields->ends) return StoredUse{};
        return StoredUse{0, 0};
    }
    const auto width = number(w.substr(w.front() == 'p' || w.front() == 'd' ? 1 : 0));
    if (!width) return std::nullopt;
    if (w.front() == 'p') return paced_use(*fields, *width, now);
    if (w.front() == 'd') return StoredUse{0, std::max<std::int64_t>(0, ms(now) - *width + 1)};
    return sliding_use(*fields, *width, now);
}

}  // namespace spillway::store
