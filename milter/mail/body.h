// The bytes of a part or of a file within one, decoded while they are read: a file of 200 MB never
// stands in memory.
//
// Pure; values hold views into the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mail/transfer.h"

namespace spillway::mail {

// Up to two encodings lie over each other: that of the part, and that of a file written into its
// text (uuencode) or its data (TNEF), which is a range of the part's decoded bytes.
struct Body {
    std::string_view sent;
    Encoding encoding = Encoding::none;
    std::size_t begin = 0;
    std::size_t end = std::string_view::npos;
    Encoding inner = Encoding::none;
};

// Takes a piece of decoded bytes; false when no more is wanted.
using TakePiece = std::function<bool(std::string_view piece)>;

// Calls `take` with all decoded bytes, in order and in pieces of any size. `rest` is called after
// each piece that was read: the moment to give memory back that the message is mapped to (may be
// empty).
void read_in_pieces(const Body& body, const TakePiece& take,
                    const std::function<void()>& rest = {});

// The first decoded bytes, at most `bytes` of them. `rest` as above.
std::string beginning_of(const Body& body, std::size_t bytes,
                         const std::function<void()>& rest = {});

// How many there are. `rest` as above.
std::uint64_t decoded_bytes(const Body& body, const std::function<void()>& rest = {});

}  // namespace spillway::mail
