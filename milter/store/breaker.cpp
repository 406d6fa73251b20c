#include "store/breaker.h"

namespace spillway::store {

Breaker::Permit Breaker::ask(Time now) {
    const std::lock_guard lock(mutex_);
    if (!open_) return Permit::call;
    if (probing_ || now < next_probe_) return Permit::none;
    probing_ = true;
    return Permit::probe;
}

bool Breaker::succeeded(Permit permit) {
    const std::lock_guard lock(mutex_);
    if (open_ && permit != Permit::probe) return false;
    const bool was_open = open_;
    failures_ = 0;
    open_ = false;
    probing_ = false;
    return was_open;
}

bool Breaker::failed(Permit permit, Time now) {
    const std::lock_guard lock(mutex_);
    if (open_ && permit != Permit::probe) return false;
    if (!open_ && ++failures_ < failures_to_open) return false;
    const bool opened = !open_;
    open_ = true;
    probing_ = false;
    next_probe_ = now + between_probes;
    return opened;
}

void Breaker::not_made(Permit permit) {
    const std::lock_guard lock(mutex_);
    if (permit == Permit::probe) probing_ = false;
}

bool Breaker::is_open() const {
    const std::lock_guard lock(mutex_);
    return open_;
}

}  // namespace spillway::store
