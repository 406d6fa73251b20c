// Any lines as requests to the control socket and to the gate's: each gets one line with one JSON
// object that says whether it was done. Lines are taken as they are, and as the verbs and arguments
// their bytes choose, else no change of a byte would get far behind the JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/gate.h"
#include "daemon/verbs.h"
#include "limits/memory_counters.h"
#include "mail/text.h"

using namespace spillway;
using nlohmann::json;

namespace {

constexpr std::string_view policy_text = R"(
map accounts pairs inline [ "a.example acme", "ann@b.example acme" ]
accounts accounts
limit hourly   { scope domain; count recipients; rate 5 / 1h; notice 80% to sender }
limit daily    { scope user; count messages; rate 10 / day }
limit volume   { scope account; count bytes; rate 1M / month }
limit people   { scope user; count unique-recipients; rate 3 / 1d }
limit pace     { scope client-ip; count messages; rate 1 / 8s burst 2 }
limit provider { scope rcpt-domain; count recipients; rate 9 / 1h }
limit all      { scope everything; count messages; rate 99 / 1h }
limit lines    { scope user; count connections; rate 2 }
limit log-ins  { scope user-ip; count logins; rate 2 / 1h }
)";

language::Generation loaded() {
    mail::prepare_libraries();
    language::Files files;
    files.read = [](const std::string&) -> tl::expected<std::string, std::string> {
        return std::string(policy_text);
    };
    files.glob = [](const std::string&) { return std::vector<std::string>{}; };
    auto generation = language::load("p.conf", files);
    if (!generation.policy) std::abort();
    return generation;
}

// A daemon without sockets. Its log goes nowhere; a reload finds no file.
struct Daemon {
    language::Generation first = loaded();
    log::Log log{{language::LogTarget::file, "/dev/null", false}};
    log::Metrics metrics{"1"};
    limits::MemoryCounters counters;
    daemon::PolicyHolder holder{first.policy, 0, {}};
    daemon::AbuseKeys keys{std::nullopt};
    daemon::Reloader reloader{"/nowhere/p.conf", first, holder, keys, log, metrics};
    session::Surroundings around{.current_policy = [this] { return holder.current(); },
                                 .counters = counters,
                                 .log = log,
                                 .metrics = metrics,
                                 .spool_dir = "/nowhere",
                                 .now = [] { return limits::Time{std::chrono::hours{500'000}}; }};
    daemon::Verbs verbs{first.settings, holder, reloader, around, nullptr};
};

void expect_one_object(const std::string& reply) {
    const json object = json::parse(reply, nullptr, false);
    const bool is_one = object.is_object() && reply.find('\n') == reply.npos;
    if (!is_one || !object.contains("ok") || !object["ok"].is_boolean()) std::abort();
    if (!object["ok"].get<bool>() && object.value("error", "").empty()) std::abort();
}

void ask(Daemon& daemon, std::string_view request) {
    expect_one_object(daemon.verbs.answer(request));
    expect_one_object(daemon::gate_reply(request, daemon.around));
}

// One of a few words; the rest of the line itself where the byte chooses none.
template <std::size_t N>
json chosen(const char* const (&words)[N], unsigned char byte, std::string_view rest) {
    return byte % (N + 1) < N ? json(words[byte % (N + 1)]) : json(std::string(rest));
}

std::string request_from(std::string_view line) {
    static constexpr const char* verbs[]{
        "limit-set", "limit-unset", "limits", "suspend", "unsuspend", "suspended", "explain", "top",
        "counters",  "login",       "status", "reload",  "reset",     "metrics",   "rules"};
    static constexpr const char* limits[]{"hourly",   "daily", "volume", "people", "pace",
                                          "provider", "all",   "lines",  "log-ins"};
    static constexpr const char* people[]{
        "ann@a.example", "ann@b.example",         "user ann@c.example", "domain a.example",
        "account acme",  "client-ip 2001:db8::1", "rcpt-domain d.test", "everything"};
    static constexpr const char* maxima[]{"0", "7", "unlimited", "10K", "99999999999999999999"};
    static constexpr const char* spans[]{"1s", "2h", "366d", "0s"};
    static constexpr const char* orders[]{"percent", "used", "name"};
    const auto byte = [&](std::size_t at) {
        return at < line.size() ? static_cast<unsigned char>(line[at]) : 0U;
    };
    const std::string_view rest = line.substr(std::min<std::size_t>(line.size(), 6));
    const auto pick = [&](const auto& words, std::size_t at) {
        return chosen(words, static_cast<unsigned char>(byte(at)), rest);
    };
    json request{{"verb", pick(verbs, 0)},
                 {"limit", pick(limits, 1)},
                 {"who", pick(people, 2)},
                 {"user", pick(people, 2)},
                 {"of", pick(people, 2)},
                 {"max", pick(maxima, 3)},
                 {"for", pick(spans, 4)},
                 {"by", pick(orders, 5)},
                 {"reason", rest},
                 {"prefix", rest},
                 {"key", rest},
                 {"ip", rest},
                 {"most", byte(3)},
                 {"near", byte(4)}};
    if (byte(0) % 2 == 1) request.erase("ip");
    return request.dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Daemon daemon;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        ask(daemon, line);
        ask(daemon, request_from(line));
    }
    return 0;
}
