// Any bytes as a policy text: the language answers with diagnostics, never with a crash, and what
// it takes for a policy decides about messages.
#include <cstdint>
#include <string>

#include "language/compile.h"
#include "limits/memory_counters.h"
#include "mail/text.h"
#include "policy/rehearse.h"

using namespace spillway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool prepared = (mail::prepare_libraries(), true);
    (void)prepared;
    const std::string text(reinterpret_cast<const char*>(data), size);
    language::Files files;
    files.read = [&](const std::string& path) -> tl::expected<std::string, std::string> {
        if (path == "p.conf") return text;
        return tl::unexpected<std::string>("No such file or directory");
    };
    files.glob = [](const std::string&) { return std::vector<std::string>{}; };
    const auto generation = language::load("p.conf", files);
    for (const auto& one : generation.diagnostics.all()) (void)one.text();
    if (!generation.policy) return 0;
    limits::MemoryCounters counters;
    policy::Message message;
    const std::string bytes = "From: a@b.example\r\nSubject: x\r\n\r\nhello\r\n";
    message.user = "a@b.example";
    message.sender = {"a", "b.example"};
    message.recipients = {{{"c", "d.example"}, "c@d.example"}};
    message.headers = {{"From", "a@b.example"}, {"Subject", "x"}};
    message.bytes = bytes;
    message.size = bytes.size();
    (void)policy::rehearse(*generation.policy, message, counters);
    return 0;
}
