// The input as RTF.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/rtf.h"

using namespace spillway::documents;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view rtf(reinterpret_cast<const char*>(data), size);
    const RtfText read = rtf_text(rtf, std::size_t{1} << 30);
    // A byte of some charset is at most three of UTF-8, and a control word is longer than its text.
    if (read.text.size() + read.aside.size() > 3 * size + 3) std::abort();
    return 0;
}
