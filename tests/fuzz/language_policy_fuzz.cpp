// Any bytes as a policy text: the language answers with diagnostics, never with a crash, and what
// it takes for a policy decides about messages. What stands behind a form feed is a file of rules
// that an account has for itself.
#include <algorithm>
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
    const std::size_t feed = std::min(text.find('\f'), text.size());
    files.read = [&](const std::string& path) -> tl::expected<std::string, std::string> {
        if (path == "p.conf") return text.substr(0, feed);
        if (path == "d/b.example/a.rules" && feed < text.size()) return text.substr(feed + 1);
        return tl::unexpected<std::string>("No such file or directory");
    };
    files.glob = [](const std::string& pattern) -> std::vector<std::string> {
        if (pattern == "d/*") return {"d/b.example"};
        if (pattern == "d/b.example/*.rules") return {"d/b.example/a.rules"};
        return {};
    };
    const auto generation = language::load("p.conf", files);
    for (const auto* all : {&generation.diagnostics, &generation.of_folders})
        for (const auto& one : all->all()) (void)one.text();
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
