// Any lines as requests over the control socket: each is answered by one JSON object on one line,
// with "ok", and with "error" where that is false. The requests of one input share their counters,
// so that what one sets the next may show.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/verbs.h"
#include "limits/memory_counters.h"
#include "mail/text.h"
#include "policy/rehearse.h"

using namespace spillway;

namespace {

const limits::Time now{std::chrono::milliseconds{1'800'000'000'000}};

constexpr std::string_view policy_text = R"(
limit hourly   { scope domain; count recipients; rate 3 / 1h; over partial }
limit month    { scope account; count bytes; rate 2G / month; notice 80% to postmaster }
limit people   { scope user; count unique-recipients; rate 100 / 1d }
limit pace     { scope user-ip; count messages; rate 1 / 8s burst 3 }
limit warm-up  { scope everything; count messages; ladder 50 100 unlimited per day from 2026-11-23 }
limit provider { scope rcpt-domain; count recipients; rate unlimited / 1h }
limit open     { scope user; count connections; rate 3 }
limit log-ins  { scope user-ip; count logins; rate 2 / 1h }
limit address  { scope client-ip; count messages; rate 5 / day }
)";

std::shared_ptr<const policy::Policy> compiled() {
    language::Files files;
    files.read = [](const std::string&) -> tl::expected<std::string, std::string> {
        return std::string(policy_text);
    };
    files.glob = [](const std::string&) { return std::vector<std::string>{}; };
    auto policy = language::load("p.conf", files).policy;
    if (!policy) std::abort();
    return policy;
}

// What outlives a request in the daemon. The log is what nobody reads.
struct Process {
    std::shared_ptr<const policy::Policy> policy = compiled();
    language::Settings settings;
    log::Log log{{.target = language::LogTarget::file, .path = "/dev/null"}};
    log::Metrics metrics{"0"};
    daemon::PolicyHolder holder{policy, 0, now};
    daemon::Reloader reloader{"/nonexistent/spillway.conf", settings, holder, log, metrics};
};

void send_one(const Process& process, limits::Counters& counters) {
    policy::Message message;
    message.received = now;
    message.user = "ann@a.example";
    message.sender = {"ann", "a.example"};
    message.client.ip = *match::parse_ip("192.0.2.7");
    message.recipients = {{{"bob", "b.example"}, "bob@b.example"}};
    message.size = 1000;
    policy::rehearse(*process.policy, message, counters);
}

void hold_to_the_law(const std::string& reply) {
    if (reply.find('\n') != std::string::npos) std::abort();
    const auto object = nlohmann::json::parse(reply);
    if (!object.at("ok").get<bool>() && object.at("error").get<std::string>().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool prepared = (mail::prepare_libraries(), true);
    (void)prepared;
    static Process process;
    limits::MemoryCounters counters;
    send_one(process, counters);
    const session::Surroundings around{.current_policy = [] { return process.policy; },
                                       .counters = counters,
                                       .log = process.log,
                                       .metrics = process.metrics,
                                       .spool_dir = "/nonexistent",
                                       .now = [] { return now; }};
    daemon::Verbs verbs(process.settings, process.holder, process.reloader, around, nullptr);
    std::string_view text(reinterpret_cast<const char*>(data), size);
    while (!text.empty()) {
        const std::string_view request = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), request.size() + 1));
        hold_to_the_law(verbs.answer(request));
    }
    return 0;
}
