// What a place that keeps a map can say to one question.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "match/outside.h"

namespace spillway::lookup {

// Why there is no answer, for operators. `of_place` when the place as a whole is of no use, and the
// next question would most likely fare alike; else the failure is of this question alone.
struct Failed {
    std::string why;
    bool of_place = true;
};

using Answered = tl::expected<match::Values, Failed>;

}  // namespace spillway::lookup
