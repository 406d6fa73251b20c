#include "crypto/message_digest.h"

#include "crypto/digest.h"

namespace spillway::crypto {

std::string message_digest(std::string_view message_id) {
    const std::size_t begin = message_id.find('<');
    const std::size_t end = message_id.find('>', begin);
    if (begin == message_id.npos || end == message_id.npos) return "";
    std::string id;
    for (const char c : message_id.substr(begin + 1, end - begin - 1))
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') id += c;
    return id.empty() ? "" : short_digest(id);
}

}  // namespace spillway::crypto
