#include "store/resolver.h"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

#include <fmt/format.h>

namespace spillway::store {

namespace {

template <typename T>
Address address_of(const T& address, std::size_t length) {
    Address result;
    std::memcpy(&result.bytes, &address, length);
    result.length = static_cast<socklen_t>(length);
    return result;
}

Address unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(fmt::format("redis socket {}: the path is too long", path));
    path.copy(address.sun_path, path.size());
    return address_of(address, sizeof address);
}

tl::expected<std::vector<Address>, std::string> looked_up(const Endpoint& endpoint, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(endpoint.port);
    const int error = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
    if (error != 0) return tl::make_unexpected<std::string>(gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* entry = found; entry; entry = entry->ai_next)
        addresses.push_back(address_of(*entry->ai_addr, entry->ai_addrlen));
    return addresses;
}

// For a thread that nobody catches exceptions of.
tl::expected<std::vector<Address>, std::string> looked_up_or_why(const Endpoint& endpoint) {
    try {
        return looked_up(endpoint, 0);
    } catch (const std::bad_alloc&) {
        return tl::make_unexpected<std::string>("no memory");
    }
}

}  // namespace

std::string text_of(const Endpoint& endpoint) {
    if (endpoint.port == 0) return endpoint.host;
    const bool bare = endpoint.host.find(':') == std::string::npos;
    return fmt::format(fmt::runtime(bare ? "{}:{}" : "[{}]:{}"), endpoint.host, endpoint.port);
}

std::vector<Address> written_addresses(const Endpoint& endpoint) {
    if (endpoint.port == 0) return {unix_address(endpoint.host)};
    return looked_up(endpoint, AI_NUMERICHOST | AI_NUMERICSERV).value_or(std::vector<Address>());
}

Resolver::~Resolver() {
    std::jthread thread;
    const std::lock_guard lock(mutex_);
    thread.swap(thread_);  // is stopped and joined without the lock
}

tl::expected<std::vector<Address>, Failure> Resolver::find(const Endpoint& endpoint,
                                                           Deadline deadline) {
    if (auto written = written_addresses(endpoint); !written.empty()) return written;

    std::unique_lock lock(mutex_);
    Known& known = known_[endpoint];
    if (known.addresses.empty()) {
        want(known);
        const std::size_t before = known.look_ups;
        changed_.wait_until(lock, deadline, [&] { return known.look_ups != before; });
    }
    if (!known.addresses.empty()) return known.addresses;
    const std::string why = known.why.empty() ? "no answer of the resolver in time" : known.why;
    return tl::make_unexpected(Failure{fmt::format("{}: {}", endpoint.host, why)});
}

void Resolver::doubt(const Endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(endpoint);
    if (known == known_.end()) return;
    if (Deadline::clock::now() - known->second.looked_up >= between_look_ups) want(known->second);
}

void Resolver::want(Known& known) {
    known.wanted = true;
    changed_.notify_all();
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { look_up_wanted(stop); });
}

void Resolver::look_up_wanted(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto wanted = [this] {
        return std::ranges::find_if(known_, [](const auto& entry) { return entry.second.wanted; });
    };
    while (changed_.wait(lock, stop, [&] { return wanted() != known_.end(); })) {
        const auto entry = wanted();  // entries of a map stay where they are
        lock.unlock();
        auto found = looked_up_or_why(entry->first);
        lock.lock();
        Known& known = entry->second;
        known.wanted = false;
        known.looked_up = Deadline::clock::now();
        ++known.look_ups;
        known.why = found ? "" : found.error();
        if (found) known.addresses = *std::move(found);
        changed_.notify_all();
    }
}

}  // namespace spillway::store
