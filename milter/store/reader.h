// Bytes of Redis into replies, with bounds: whatever is at the other end, it cannot take all our
// memory. hiredis does the reading (RESP2; https://redis.io/docs/reference/protocol-spec).
//
// Used by one thread at a time.
#pragma once

#include <memory>
#include <string_view>

#include <tl/expected.hpp>

#include "store/reply.h"

namespace spillway::store {

class Reader {
  public:
    // A SCAN step or a slot map has some thousand elements, a script's reply some dozen.
    static constexpr std::size_t most_elements = 1'000'000;  // of one array
    static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

    // Throws std::bad_alloc.
    Reader();

    // After an error nothing more can be read; it is told by next().
    void feed(std::string_view bytes);

    // The next whole reply, null when more bytes are needed, or why these bytes are none.
    tl::expected<Reply, std::string> next();

  private:
    struct FreeReader {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    std::unique_ptr<redisReader, FreeReader> reader_;
    std::size_t unfinished_ = 0;  // bytes since the last whole reply
};

}  // namespace spillway::store
