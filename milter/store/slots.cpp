#include "store/slots.h"

#include <array>
#include <cstdint>
#include <span>

namespace spillway::store {

namespace {

// The polynomial x^16 + x^12 + x^5 + 1, highest bit first, beginning with 0.
constexpr std::array<std::uint16_t, 256> crc_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned rest = byte << 8U;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest & 0x8000U) != 0 ? (rest << 1U) ^ 0x1021U : rest << 1U;
        table[byte] = static_cast<std::uint16_t>(rest);
    }
    return table;
}();

unsigned crc16(std::string_view text) {
    unsigned crc = 0;
    for (const char c : text) {
        const unsigned index = (crc >> 8U) ^ static_cast<unsigned char>(c);
        crc = ((crc << 8U) ^ crc_table[index]) & 0xFFFFU;
    }
    return crc;
}

std::string_view hashed_part(std::string_view key) {
    const std::size_t open = key.find('{');
    if (open == key.npos) return key;
    const std::size_t close = key.find('}', open);
    if (close == key.npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

std::span<redisReply* const> elements_of(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_ARRAY) return {};
    return {reply.element, reply.elements};
}

std::optional<unsigned> number_in(const redisReply& reply, long long most) {
    if (reply.type != REDIS_REPLY_INTEGER || reply.integer < 0 || reply.integer > most)
        return std::nullopt;
    return static_cast<unsigned>(reply.integer);
}

// First slot, last slot, master, replicas; a node is its host, port, id and more.
std::optional<SlotRange> slot_range(const redisReply& reply, const Endpoint& asked) {
    const auto parts = elements_of(reply);
    if (parts.size() < 3) return std::nullopt;
    const auto node = elements_of(*parts[2]);
    if (node.size() < 2) return std::nullopt;
    const auto first = number_in(*parts[0], slot_count - 1);
    const auto last = number_in(*parts[1], slot_count - 1);
    const auto port = number_in(*node[1], 65535);
    if (!first || !last || *first > *last || !port) return std::nullopt;
    // No host, or an empty one, is the host that was asked (Redis 7, CLUSTER SLOTS).
    const std::string_view host = text_of(*node[0]);
    return SlotRange{
        *first, *last,
        Endpoint{host.empty() ? asked.host : std::string(host), static_cast<std::uint16_t>(*port)}};
}

}  // namespace

unsigned slot_of(std::string_view key) { return crc16(hashed_part(key)) % slot_count; }

std::optional<std::vector<SlotRange>> slot_ranges(const redisReply& reply, const Endpoint& asked) {
    if (reply.type != REDIS_REPLY_ARRAY) return std::nullopt;
    std::vector<SlotRange> ranges;
    for (const redisReply* element : elements_of(reply)) {
        auto range = slot_range(*element, asked);
        if (!range) return std::nullopt;
        // "?" is a name the node has not been told; without a port it cannot be reached over TLS.
        if (range->master.host != "?" && range->master.port != 0)
            ranges.push_back(*std::move(range));
    }
    return ranges;
}

}  // namespace spillway::store
