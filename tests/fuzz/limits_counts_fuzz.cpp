// Any bytes as a file of saved counts and as a journal: they are loaded or refused, and what was
// loaded can be asked, saved and loaded again. Both are read with the checksums they bring and with
// right ones, else no change of a byte would ever get behind them.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "limits/hash.h"
#include "limits/memory_counters.h"

using namespace spillway;

namespace {

const limits::Time now{std::chrono::milliseconds{1'800'000'000'000}};

std::string saved(const limits::MemoryCounters& counters) {
    std::string text;
    counters.save([&text](std::string_view piece) { text += piece; }, now);
    return text;
}

// Whatever is in them, counters answer, and come back as they were saved.
void use(limits::MemoryCounters& counters) {
    counters.list("", 100, now);
    for (const limits::Use& use : counters.most_used("", 10, now)) {
        limits::Call call;
        limits::Charge charge;
        charge.key = use.key;
        charge.rate = limits::Sliding{1000, std::chrono::hours{1}};
        call.charges = {charge};
        call.message = "message";
        counters.settle(counters.charge(call, now).receipt, false, now);
        charge.members = {"x"};
        counters.peek({charge}, now);
    }
    counters.mailing_sizes({"a", {1, 2, 3}, {"x"}, {std::chrono::hours{1}}}, now);

    limits::MemoryCounters again;
    if (!again.load(saved(counters), now)) std::abort();
    if (again.size() > counters.size()) std::abort();
}

void load(std::string_view text) {
    limits::MemoryCounters counters;
    if (counters.load(text, now)) use(counters);
}

void replay_lines(std::string_view text) {
    limits::MemoryCounters counters;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (counters.replay(line)) continue;
        const std::uint64_t hash = limits::fnv1a(line.begin(), line.end());
        const auto sum = static_cast<std::uint32_t>(hash ^ hash >> 32);
        (void)counters.replay(fmt::format("{} {:08x}", line, sum));
    }
    use(counters);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    load(text);
    load(fmt::format("{}{:016x}\n", text, limits::fnv1a(text.begin(), text.end())));
    replay_lines(text);
    return 0;
}
