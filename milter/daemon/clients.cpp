#include "daemon/clients.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace spillway::daemon {

namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Clients::Clients(system::Descriptor listener, Request request, std::size_t longest)
    : listener_(std::move(listener)), request_(request), longest_(longest) {}

void Clients::add_watched(std::vector<pollfd>& watched, SteadyTime now) const {
    for (const Client& client : clients_) {
        const bool replying = !client.out.empty();
        watched.push_back({client.fd.get(), static_cast<short>(replying ? POLLOUT : POLLIN), 0});
    }
    if (clients_.size() < most && now >= accept_from_)
        watched.push_back({listener_.get(), POLLIN, 0});
}

void Clients::serve(std::span<const pollfd> polled, const Answer& answer, SteadyTime now) {
    const auto ready = [&](int fd) {
        return std::any_of(polled.begin(), polled.end(),
                           [&](const pollfd& one) { return one.fd == fd && one.revents != 0; });
    };
    for (Client& client : clients_) {
        if (!client.deadline) client.deadline = now + patience;
        // Ready ones first: while another was answered nobody could be heard.
        if (ready(client.fd.get())) {
            if (client.out.empty()) read_from(client, answer);
            if (!client.out.empty()) write_to(client);
        }
        if (client.deadline && now >= *client.deadline) client.done = true;
    }
    std::erase_if(clients_, [](const Client& client) { return client.done; });
    if (ready(listener_.get())) accept(now);
}

void Clients::accept(SteadyTime now) {
    while (clients_.size() < most) {
        system::Descriptor fd(
            ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd.is_open()) {
            const bool used_up =
                errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            if (used_up) accept_from_ = now + accept_pause;
            return;
        }
        Client client;
        client.fd = std::move(fd);
        client.deadline = now + patience;
        clients_.push_back(std::move(client));
    }
}

void Clients::read_from(Client& client, const Answer& answer) const {
    std::array<char, 4096> block;
    for (;;) {
        const ssize_t count = ::recv(client.fd.get(), block.data(), block.size(), 0);
        if (count < 0 && would_block()) return;
        if (count <= 0) break;
        client.in.append(block.data(), static_cast<std::size_t>(count));
        if (const auto request = request_(client.in)) {
            client.out = answer(*request);
            // `now` was before the answer, which may have taken longer than anybody's patience.
            client.deadline.reset();
            return;
        }
        if (client.in.size() > longest_) break;
    }
    client.done = true;  // gone, broken, or asking without end
}

void Clients::write_to(Client& client) {
    while (client.sent < client.out.size()) {
        const ssize_t count = ::send(client.fd.get(), client.out.data() + client.sent,
                                     client.out.size() - client.sent, MSG_NOSIGNAL);
        if (count < 0 && would_block()) return;
        if (count <= 0) break;
        client.sent += static_cast<std::size_t>(count);
    }
    client.done = true;
}

void Clients::close() {
    clients_.clear();
    listener_.close();
}

}  // namespace spillway::daemon
