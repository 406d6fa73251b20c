// How many messages a second an archive keeps, by how many connections at a time.
//
// usage: archive_bench FOLDER [MESSAGES [BYTES]]: in a new folder below FOLDER, whose disk counts.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "vault/folder.h"
#include "vault/writer.h"

using namespace spillway;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
}

// True when all that was kept is there.
bool measure(const std::string& folder, int connections, int messages, const std::string& message) {
    vault::Writer writer(folder, [](const std::string&) {});
    const auto began = Clock::now();
    {
        std::vector<std::jthread> running;
        for (int one = 0; one < connections; ++one) {
            running.emplace_back([&] {
                for (int i = 0; i < messages / connections; ++i)
                    writer.keep("2026-11-23", R"({"sender":"ann@customer.example"})", message);
            });
        }
    }
    const int kept = messages / connections * connections;
    const double took = seconds_since(began);
    const auto verifying = Clock::now();
    const vault::Verified verified = vault::verify(folder);
    fmt::print("{:3} at a time: {:7.0f} messages/s kept, {:8.0f} messages/s verified\n",
               connections, kept / took,
               static_cast<double>(verified.entries) / seconds_since(verifying));
    return verified.faults.empty() && verified.entries == static_cast<std::uint64_t>(kept);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: archive_bench FOLDER [MESSAGES [BYTES]]\n");
        return 64;
    }
    const int messages = argc > 2 ? std::atoi(argv[2]) : 2000;
    const std::string message(argc > 3 ? static_cast<std::size_t>(std::atoi(argv[3])) : 2000, 'x');
    std::string folder = std::string(argv[1]) + "/archive_bench.XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    bool good = true;
    for (const int connections : {1, 10, 40}) {
        const std::string one = fmt::format("{}/{}", folder, connections);
        good = measure(one, connections, messages, message) && good;
    }
    std::filesystem::remove_all(folder);
    return good ? 0 : 1;
}
