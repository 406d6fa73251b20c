#include "daemon/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>

#include <csignal>

#include "daemon/files.h"

namespace spillway::daemon {

void block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

ReloadSignal::ReloadSignal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    fd_ = system::Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd_.is_open()) throw failure("wait for", "SIGUSR1");
}

bool ReloadSignal::taken() {
    signalfd_siginfo facts{};
    bool any = false;
    while (::read(fd_.get(), &facts, sizeof facts) == sizeof facts) any = true;
    return any;
}

}  // namespace spillway::daemon
