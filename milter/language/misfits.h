// Words of a limit that are right by themselves and make no sense together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace spillway::language {

struct Misfit {
    std::string_view word;  // of the limit, such as "over": where the mistake is told
    std::string what;       // and what to do
};
std::vector<Misfit> misfits_of(const policy::Limit& limit);

}  // namespace spillway::language
