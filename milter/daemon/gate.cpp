#include "daemon/gate.h"

#include <sys/eventfd.h>

#include <exception>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "daemon/files.h"
#include "daemon/limit_verbs.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

// How long a client that says nothing may stay beyond its patience, in milliseconds.
constexpr int at_least_every = 1000;

json reply_to(const json& request, const session::Surroundings& around) {
    if (request.at("verb") != "login")
        throw std::runtime_error("log-ins are all that is counted here");
    return login(request, around);
}

}  // namespace

std::string gate_reply(std::string_view request, const session::Surroundings& around) noexcept {
    json reply;
    try {
        reply = reply_to(json::parse(request), around);
    } catch (const json::exception&) {
        reply = {{"ok", false}, {"error", "the request is not as spillwayctl(8) describes it"}};
    } catch (const std::exception& error) {
        reply = {{"ok", false}, {"error", error.what()}};
    }
    return reply.dump(-1, ' ', false, json::error_handler_t::replace);
}

Gate::Gate(const language::UnixSocket& setting, const std::optional<Account>& owner)
    : socket_(setting, owner), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_.is_open()) throw failure("open", "an event descriptor");
}

void Gate::open(const session::Surroundings& around) {
    thread_ = std::jthread([this, &around](const std::stop_token& stop) { serve(stop, around); });
}

void Gate::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    socket_.close();
}

void Gate::serve(const std::stop_token& stop, const session::Surroundings& around) {
    const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_.get(), 1); });
    const auto answer = [&](std::string_view request) { return gate_reply(request, around); };
    while (!stop.stop_requested()) {
        std::vector<pollfd> watched{{wake_.get(), POLLIN, 0}};
        socket_.add_watched(watched, std::chrono::steady_clock::now());
        ::poll(watched.data(), watched.size(), at_least_every);
        try {
            socket_.serve(watched, answer, std::chrono::steady_clock::now());
        } catch (const std::exception& error) {
            around.log.error(std::string("gate: ") + error.what());
        }
    }
}

}  // namespace spillway::daemon
