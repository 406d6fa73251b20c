// A mailbox in one file, taken apart in blocks of different sizes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mbox.h"

using namespace spillway::mail;

namespace {

std::vector<MessageRange> messages_in(std::string_view file, std::size_t block) {
    MboxScanner scanner;
    for (std::size_t at = 0; at < file.size(); at += block) scanner.feed(file.substr(at, block));
    return std::move(scanner).finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const std::vector<MessageRange> messages = messages_in(file, file.size() + 1);
    const std::vector<MessageRange> again = messages_in(file, 7);
    if (messages.size() != again.size()) std::abort();
    if (begins_mbox(file) && messages.empty()) std::abort();
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto [begin, end] = messages[i];
        if (begin != again[i].begin || end != again[i].end) std::abort();
        if (begin < before || end < begin || end > file.size()) std::abort();
        before = end;
        const std::string_view message = file.substr(begin, end - begin);
        if (unquoted(message).size() > message.size()) std::abort();
    }
    return 0;
}
