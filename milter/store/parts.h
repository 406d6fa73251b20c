// A call cut into parts whose keys are of one hash slot each, as a cluster asks for them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "limits/counters.h"

namespace spillway::store {

struct Part {
    limits::Call call;
    std::string owner;                // see Asked
    std::vector<std::size_t> places;  // of its charges, among those of the whole call
    unsigned slot = 0;
};

// The parts of a formed call, those with senders first: who is suspended is charged nothing. With
// `by_slot` false it is one part. The mailing is in the last part, which may have nothing else, so
// that it is recorded when all the others were granted.
std::vector<Part> parts_of(const limits::Call& call, const std::string& owner, bool by_slot);

}  // namespace spillway::store
