// The input as the value of a header field, and as bytes in the charset that its first line names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/text.h"
#include "mail/utf8.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    const std::string text = decoded_value(value);
    if (readable(text) != text) std::abort();
    parse_content_type(value);

    const std::size_t line = value.find('\n');
    if (line != value.npos && !is_utf8(to_utf8(value.substr(line + 1), value.substr(0, line))))
        std::abort();
    return 0;
}
