// The input as a document of any kind, with what is in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/reading.h"
#include "mail/utf8.h"

using namespace spillway::documents;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Limits limits{
        .text_bytes = 1 << 16, .unpacked_bytes = 1 << 20, .entries = 100, .depth = 4};
    std::size_t text = 0;
    Reading reading(limits, [&](const Piece& piece) {
        text += piece.text.size();
        if (!spillway::mail::is_utf8(piece.text) || !spillway::mail::is_utf8(piece.path))
            std::abort();
    });
    reading.read({.path = {},
                  .name = "fuzzed",
                  .label = {},
                  .bytes = {reinterpret_cast<const char*>(data), size},
                  .depth = 0});
    if (text > limits.text_bytes) std::abort();
    return 0;
}
