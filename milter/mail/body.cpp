#include "mail/body.h"

#include <algorithm>

namespace spillway::mail {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

// In pieces of so many encoded bytes.
void read(const Body& body, std::size_t sent_bytes, const TakePiece& take,
          const std::function<void()>& rest) {
    // Where nothing lies over it, a range is found without reading what stands before it.
    if (body.encoding == Encoding::none && body.begin > 0) {
        const std::size_t begin = std::min(body.begin, body.sent.size());
        const std::size_t end = std::min(std::max(body.end, begin), body.sent.size());
        return read({.sent = body.sent.substr(begin, end - begin), .inner = body.inner}, sent_bytes,
                    take, rest);
    }
    Decoder outer(body.encoding);
    Decoder inner(body.inner);
    std::size_t at = 0;  // in what the outer encoding holds
    std::string decoded;
    std::string twice;
    const auto pass_on = [&](bool last) {
        const std::size_t from = std::min(std::max(body.begin, at) - at, decoded.size());
        const std::size_t to = std::min(std::max(body.end, at) - at, decoded.size());
        at += decoded.size();
        const std::string_view wanted =
            std::string_view(decoded).substr(from, std::max(to, from) - from);
        if (body.inner == Encoding::none) return wanted.empty() || take(wanted);
        twice.clear();
        inner.decode(wanted, twice);
        if (last || at >= body.end) inner.finish(twice);
        return twice.empty() || take(twice);
    };
    for (std::string_view left = body.sent; !left.empty() && at < body.end;) {
        decoded.clear();
        outer.decode(left.substr(0, sent_bytes), decoded);
        left.remove_prefix(std::min(sent_bytes, left.size()));
        if (left.empty()) outer.finish(decoded);
        if (!pass_on(left.empty())) return;
        if (rest) rest();
    }
}

}  // namespace

void read_in_pieces(const Body& body, const TakePiece& take, const std::function<void()>& rest) {
    read(body, piece_bytes, take, rest);
}

std::string beginning_of(const Body& body, std::size_t bytes, const std::function<void()>& rest) {
    std::string beginning;
    const auto take = [&](std::string_view piece) {
        beginning += piece.substr(0, bytes - beginning.size());
        return beginning.size() < bytes;
    };
    // Mostly the first piece is enough: base64 takes four bytes for three, and line ends.
    const std::size_t sent_bytes =
        body.begin == 0 ? std::min(bytes * 3 / 2 + 1, piece_bytes) : piece_bytes;
    read(body, sent_bytes, take, rest);
    return beginning;
}

std::uint64_t decoded_bytes(const Body& body, const std::function<void()>& rest) {
    std::uint64_t bytes = 0;
    const auto take = [&](std::string_view piece) {
        bytes += piece.size();
        return true;
    };
    read(body, piece_bytes, take, rest);
    return bytes;
}

}  // namespace spillway::mail
