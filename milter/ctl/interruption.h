// Ctrl-C as a wish to see what there is so far.
#pragma once

#include <csignal>

#include <atomic>

namespace spillway::ctl {

// While it lives, the first SIGINT or SIGTERM only sets what asked() tells; a second one ends the
// program as ever. One at a time.
class Interruption {
  public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    static const std::atomic<bool>& asked();

  private:
    struct sigaction before_int_ {};
    struct sigaction before_term_ {};
};

}  // namespace spillway::ctl
