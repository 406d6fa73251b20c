// spillwayctl reload: take the files as they are now, or keep the old ones and say why.
#include <cstdio>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

void tell(const json& texts) {
    for (const json& text : texts) fmt::print(stderr, "{}\n", shown(text.get<std::string>()));
}

}  // namespace

int reload(const Common& common) {
    const json reply = ask(common, {{"verb", "reload"}});
    if (common.json) {
        print(json_text(reply));
    } else {
        tell(reply.value("mistakes", json::array()));
        tell(reply.value("warnings", json::array()));
        tell(reply.value("folder_mistakes", json::array()));
    }
    if (!reply.at("ok").get<bool>()) {
        throw Stopped(refused, "reload refused: " + reply.at("error").get<std::string>());
    }
    if (common.json) return succeeded;
    print(fmt::format("generation {} is in force\n", reply.at("generation").get<int>()));
    for (const json& setting : reply.at("waiting_for_restart")) {
        print(fmt::format("{} has changed and takes effect at the next restart\n",
                          setting.get<std::string>()));
    }
    return succeeded;
}

}  // namespace spillway::ctl
