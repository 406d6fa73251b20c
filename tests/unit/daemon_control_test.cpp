// The control socket at times when the machine or the answer is slow.
#include "daemon/control.h"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "unit/daemon_folder.h"

using namespace spillway;
using namespace std::chrono_literals;

namespace {

const daemon::SteadyTime start{1000s};

struct Served {
    Folder folder;
    daemon::ControlSocket control{{folder / "control", 0600, ""}, std::nullopt};

    // One round of housekeeping at this time.
    void serve(daemon::SteadyTime now, const std::string& reply = "ok") {
        std::vector<pollfd> watched;
        control.add_watched(watched, now);
        ::poll(watched.data(), watched.size(), 0);
        control.serve(
            watched, [&](std::string_view) { return reply; }, now);
    }
    std::size_t watched(daemon::SteadyTime now) const {
        std::vector<pollfd> watched;
        control.add_watched(watched, now);
        return watched.size();
    }
    system::Descriptor client() const {
        system::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, (folder / "control").c_str());
        const auto* to = reinterpret_cast<const sockaddr*>(&address);
        BOOST_REQUIRE(::connect(fd.get(), to, sizeof address) == 0);
        return fd;
    }
};

void ask(const system::Descriptor& client) {
    BOOST_REQUIRE(::send(client.get(), "x\n", 2, 0) == 2);
}

// Everything that can be read now.
std::string taken(const system::Descriptor& client) {
    std::string text;
    char block[65536];
    for (ssize_t count = 0; (count = ::recv(client.get(), block, sizeof block, 0)) > 0;)
        text.append(block, static_cast<std::size_t>(count));
    return text;
}

// No new descriptor while this lives.
struct NoDescriptors {
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before);
        const system::Descriptor lowest(::dup(0));
        const rlimit none{static_cast<rlim_t>(lowest.get()), before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
    rlimit before{};
};

}  // namespace

// The waiting client kept the listener readable, and housekeeping spun.
BOOST_FIXTURE_TEST_CASE(without_descriptors_nobody_is_accepted_for_a_second, Served) {
    const auto waiting = client();
    ask(waiting);
    {
        const NoDescriptors used_up;
        serve(start);
        BOOST_TEST(watched(start + 999ms) == 0u);
    }
    BOOST_TEST(watched(start + 1s) == 1u);
    serve(start + 1s);
    serve(start + 1s);
    BOOST_TEST(taken(waiting) == "ok\n");
}

BOOST_FIXTURE_TEST_CASE(patience_with_a_reply_begins_when_it_is_ready, Served) {
    const auto slow = client();
    ask(slow);
    serve(start);
    const std::string reply(4'000'000, 'x');  // more than a socket takes at once
    serve(start + 4s, reply);
    std::string text = taken(slow);
    serve(start + 14s);
    for (int i = 0; i < 1000 && text.size() <= reply.size(); ++i) {
        text += taken(slow);
        serve(start + 18s);
    }
    BOOST_TEST(text.size() == reply.size() + 1);
}

BOOST_FIXTURE_TEST_CASE(who_asked_while_another_was_answered_is_heard, Served) {
    const auto late = client();
    serve(start);
    serve(start);
    ask(late);
    serve(start + 10s);
    BOOST_TEST(taken(late) == "ok\n");
}

BOOST_FIXTURE_TEST_CASE(who_never_asks_is_dropped, Served) {
    const auto idle = client();
    serve(start);
    serve(start + 1s);
    BOOST_TEST(watched(start + 4s) == 2u);
    serve(start + 6s);
    BOOST_TEST(watched(start + 6s) == 1u);
}
