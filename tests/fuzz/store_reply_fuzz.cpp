// Any bytes as replies of Redis: they are read or refused, in pieces as at once, and what was read
// can be asked what it means.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "store/error_reply.h"
#include "store/reader.h"
#include "store/slots.h"

using namespace spillway::store;

namespace {

// Everything that is read of a reply, so that a sanitizer sees what is not there.
std::string spelt(const redisReply& reply) {
    std::string text = std::to_string(reply.type) + " " + std::to_string(reply.integer) + " ";
    text += text_of(reply);
    if (reply.type != REDIS_REPLY_ARRAY) return text;
    for (std::size_t i = 0; i < reply.elements; ++i) text += "," + spelt(*reply.element[i]);
    return text;
}

std::vector<std::string> replies_in(std::string_view bytes, std::size_t piece) {
    const Endpoint asked{"redis.example", 6379};
    Reader reader;
    std::vector<std::string> replies;
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        reader.feed(part);
        for (;;) {
            const auto reply = reader.next();
            if (!reply) return replies;
            if (!*reply) break;
            replies.push_back(spelt(**reply));
            kind_of(**reply);
            redirection(**reply, asked);
            if (const auto ranges = slot_ranges(**reply, asked)) {
                for (const SlotRange& range : *ranges)
                    if (range.first > range.last || range.last >= slot_count) std::abort();
            }
        }
    }
    return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (slot_of(bytes) >= slot_count) std::abort();
    if (replies_in(bytes, size) != replies_in(bytes, 3)) std::abort();
    return 0;
}
