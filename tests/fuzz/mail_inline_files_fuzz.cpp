// The input as the body of a plain text: files in uuencode and yEnc within it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/attachments.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    for (const char* encoding : {"7bit", "quoted-printable", "base64", "x-uuencode"}) {
        const std::string message =
            "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n\r\n" + body;
        const ReadingLimits limits{.parts = 100};
        const Parts parts = parts_of(message, limits);
        const Attachments attachments = attachments_of(parts, limits);
        if (attachments.files.size() > 100) std::abort();
        for (const Attachment& file : attachments.files) {
            // A line that lost the blanks at its end stands for up to 63 bytes.
            const std::uint64_t bytes = decoded_bytes(file.body);
            if (bytes > 64 * message.size()) std::abort();
            if (beginning_of(file.body, 100).size() != std::min<std::uint64_t>(bytes, 100))
                std::abort();
            if (file.empty != (bytes == 0) && !attachments.unreadable) std::abort();
        }
    }
    return 0;
}
