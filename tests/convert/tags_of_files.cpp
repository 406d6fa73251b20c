// The tags a policy gives to messages: one JSON line a message on standard output. The policy is
// loaded once, as thousands of rules take longer to load than to run.
//
//   tags_of_files POLICY < NAMES_OF_FILES
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/clock.h"
#include "daemon/files.h"
#include "language/compile.h"
#include "limits/memory_counters.h"
#include "mail/split.h"
#include "policy/rehearse.h"

namespace {

using namespace spillway;

// As a client without a login sends it, with an empty sender.
nlohmann::json tags_of(const policy::Policy& policy, std::string bytes) {
    const mail::SplitMessage split = mail::split_message(std::move(bytes));
    policy::Message message;
    message.headers = split.headers;
    message.bytes = split.bytes;
    message.size = split.bytes.size();
    message.received = daemon::now();
    message.recipients = {{mail::envelope_address("bob@else.example"), "bob@else.example"}};
    limits::MemoryCounters counters;
    return policy::rehearse(policy, std::move(message), counters).decision.tags;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    const language::Generation generation = language::load(argv[1], daemon::disk_files());
    for (const auto& one : generation.diagnostics.all()) std::cerr << one.text() << "\n";
    if (!generation.policy) return 78;
    for (std::string name; std::getline(std::cin, name);) {
        auto bytes = daemon::read_file(name);
        if (!bytes) {
            std::cerr << name << ": " << bytes.error().why << "\n";
            return 1;
        }
        std::cout << tags_of(*generation.policy, std::move(*bytes)) << "\n";
    }
}
