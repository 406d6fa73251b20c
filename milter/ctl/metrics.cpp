// spillwayctl metrics: what a scrape would get, for node_exporter's textfile collector.
#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

int metrics(const Common& common) {
    const json reply = ask_and_expect_success(common, {{"verb", "metrics"}});
    print(common.json ? json_text(reply) : reply.at("metrics").get<std::string>());
    return succeeded;
}

}  // namespace spillway::ctl
