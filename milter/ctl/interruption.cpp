#include "ctl/interruption.h"

namespace spillway::ctl {

namespace {

std::atomic<bool> is_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "what a handler of signals may touch");

void note(int) { is_asked.store(true); }

}  // namespace

Interruption::Interruption() {
    is_asked.store(false);
    struct sigaction once {};
    once.sa_handler = note;
    // A read that has begun goes on: only between two messages is it looked at.
    once.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &once, &before_int_);
    ::sigaction(SIGTERM, &once, &before_term_);
}

Interruption::~Interruption() {
    ::sigaction(SIGINT, &before_int_, nullptr);
    ::sigaction(SIGTERM, &before_term_, nullptr);
}

const std::atomic<bool>& Interruption::asked() { return is_asked; }

}  // namespace spillway::ctl
