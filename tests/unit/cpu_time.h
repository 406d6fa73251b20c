// What work costs, for tests that it does not grow faster than its input.
#pragma once

#include <ctime>

// Time of the processor, not of the clock on the wall: a busy machine fails no test.
template <typename Work>
double cpu_seconds(Work work) {
    const std::clock_t began = std::clock();
    work();
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}
