#include "ctl/map_reader.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "lookup/lookups.h"

namespace spillway::ctl {

policy::LookUp map_reader(const language::Generation& generation) {
    if (!generation.policy->asks_outside) return {};
    auto lookups = std::make_shared<lookup::Lookups>(
        generation.settings.counters,
        [](const std::string& notice) { fmt::print(stderr, "{}\n", notice); });
    return [lookups](const std::vector<match::Question>& questions) {
        return lookups->answer(questions);
    };
}

}  // namespace spillway::ctl
