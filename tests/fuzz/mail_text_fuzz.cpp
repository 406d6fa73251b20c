// The input as a whole message, read with limits small enough to be reached.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mail/text.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    const ReadingLimits small{.text_bytes = 1'000, .depth = 5, .parts = 20};
    const ReadText read = read_text(message, small);
    if (read.text.size() > small.text_bytes) std::abort();
    if (read.shown_bytes > read.text.size()) std::abort();

    const ReadText all = read_text(message, ReadingLimits{});
    if (!read.incomplete && (all.incomplete || all.text != read.text)) std::abort();
    if (readable(all.text) != all.text) std::abort();
    return 0;
}
