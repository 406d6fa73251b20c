#include "daemon/outbox.h"

namespace spillway::daemon {

bool Outbox::add(Delivery delivery, Time now) {
    if (waiting_.size() >= most_) return false;
    waiting_.emplace(now, std::move(delivery));
    return true;
}

std::optional<Outbox::Time> Outbox::add_again(Delivery delivery, Time now) {
    if (delivery.failures >= pauses_.size()) return std::nullopt;
    const Time due = now + pauses_[delivery.failures++];
    waiting_.emplace(due, std::move(delivery));
    return due;
}

std::optional<Outbox::Time> Outbox::next() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.begin()->first;
}

Delivery Outbox::take() {
    auto first = waiting_.extract(waiting_.begin());
    return std::move(first.mapped());
}

}  // namespace spillway::daemon
