#include "daemon/housekeeping.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "daemon/counts_file.h"
#include "daemon/files.h"

namespace spillway::daemon {

Housekeeping::Housekeeping(ControlSocket& control, MetricsEndpoint* metrics, Work work,
                           log::Log& log)
    : control_(control),
      metrics_(metrics),
      work_(std::move(work)),
      log_(log),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_.is_open()) throw failure("open", "an event descriptor");
}

void Housekeeping::run(const std::stop_token& stop) {
    const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_.get(), 1); });
    SteadyTime next_save = std::chrono::steady_clock::now() + save_every;
    while (!stop.stop_requested()) {
        const std::vector<pollfd> polled = wait(next_save);
        if (reload_signal_.taken()) fenced(work_.reload);

        const SteadyTime now = std::chrono::steady_clock::now();
        fenced([&] { control_.serve(polled, work_.answer, now); });
        if (metrics_) fenced([&] { metrics_->serve(polled, work_.metrics, now); });
        if (now < next_save) continue;
        fenced(work_.save);
        next_save = now + save_every;
    }
}

std::vector<pollfd> Housekeeping::wait(SteadyTime until) const {
    std::vector<pollfd> watched{{wake_.get(), POLLIN, 0}, {reload_signal_.fd(), POLLIN, 0}};
    const SteadyTime now = std::chrono::steady_clock::now();
    control_.add_watched(watched, now);
    if (metrics_) metrics_->add_watched(watched, now);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    ::poll(watched.data(), watched.size(), std::max(0, static_cast<int>(left.count())));
    return watched;
}

void Housekeeping::fenced(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        log_.error(fmt::format("housekeeping: {}", error.what()));
    }
}

}  // namespace spillway::daemon
