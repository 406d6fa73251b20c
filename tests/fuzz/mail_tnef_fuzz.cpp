// The input as a winmail.dat: cut into pieces it says the same as whole, and no range leaves it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "mail/attachments.h"
#include "mail/rtf_compressed.h"
#include "mail/tnef.h"

using namespace spillway::mail;

namespace {

TnefContents contents_of(std::string_view stream, std::size_t piece) {
    TnefReader reader({.texts = 100'000, .files = 100});
    for (std::string_view left = stream; !left.empty();) {
        if (!reader.read(left.substr(0, piece))) break;
        left.remove_prefix(std::min(piece, left.size()));
    }
    return std::move(reader).finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    const TnefContents whole = contents_of(stream, size + 1);
    const TnefContents pieces = contents_of(stream, 3);
    if (whole.files.size() != pieces.files.size() || whole.texts.size() != pieces.texts.size() ||
        whole.damaged != pieces.damaged || whole.subject != pieces.subject)
        std::abort();
    for (std::size_t i = 0; i < whole.files.size(); ++i) {
        const TnefFile& file = whole.files[i];
        if (file.begin > file.end || file.end > size) std::abort();
        if (file.begin != pieces.files[i].begin || file.names != pieces.files[i].names)
            std::abort();
    }
    if (unpacked_rtf(stream, 1'000).size() > 1'017) std::abort();

    const std::string message = "Content-Type: application/ms-tnef\r\n\r\n" + std::string(stream);
    const ReadingLimits limits{.text_bytes = 100'000, .parts = 100};
    const Parts parts = parts_of(message, limits);
    attachments_of(parts, limits);
    if (read_text(parts, limits).text.size() > limits.text_bytes) std::abort();
    return 0;
}
