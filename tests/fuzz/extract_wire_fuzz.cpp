// What a reading process in the hands of its document may write to the daemon.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "extract/wire.h"

using namespace spillway::extract;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Limits limits;
    limits.text_bytes = 1000;
    for (const std::size_t block : {size + 1, std::size_t{5}}) {
        Unframer unframer(limits);
        bool taken = true;
        for (std::size_t at = 0; taken && at < size; at += block)
            taken = unframer.take(bytes.substr(at, block));
        const Extracted extracted = std::move(unframer).result();
        std::size_t text = 0;
        for (const Piece& piece : extracted.pieces) {
            if (piece.path.size() > longest_name || piece.type.size() > longest_name) std::abort();
            text += piece.text.size();
        }
        if (text > limits.text_bytes) std::abort();
    }
    return 0;
}
