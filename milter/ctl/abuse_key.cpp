// spillwayctl abuse-key: the keys of abuse tokens, made, listed and taken out. No key is ever
// shown.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "daemon/abuse_keys.h"
#include "daemon/clock.h"
#include "daemon/files.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

std::string today() {
    return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(daemon::now()));
}

}  // namespace

language::AbuseKeys keys_setting(const Common& common, const std::string& file) {
    if (!file.empty()) return {.file = file};
    auto setting = language::load(common.config, daemon::disk_files()).settings.abuse_keys;
    if (!setting)
        throw Stopped(usage, fmt::format("{} has no setting abuse-keys: name the file with --keys",
                                         common.config));
    return *std::move(setting);
}

int new_abuse_key(const Common& common, const std::string& file) {
    const std::string path = keys_setting(common, file).file;
    const std::string id = daemon::add_key(path, today());
    if (common.json) {
        print(json_text({{"file", path}, {"id", id}}));
    } else {
        print(
            fmt::format("key {} is in {}; after a reload it seals, and all others open what they "
                        "have sealed\n",
                        id, path));
    }
    return succeeded;
}

int list_abuse_keys(const Common& common, const std::string& file) {
    const std::string path = keys_setting(common, file).file;
    const auto ring = daemon::read_keys(path);
    if (!ring) throw Stopped(refused, ring.error());
    json keys = json::array();
    std::vector<std::vector<std::string>> rows{{"id", "made", "does"}};
    for (const auto& key : ring->all()) {
        const bool seals = key.id == ring->newest().id;
        keys.push_back({{"id", crypto::id_text(key.id)}, {"made", key.made}, {"seals", seals}});
        rows.push_back({crypto::id_text(key.id), key.made, seals ? "seals and opens" : "opens"});
    }
    print(common.json ? json_text({{"file", path}, {"keys", keys}}) : columns(rows, ""));
    return succeeded;
}

int remove_abuse_key(const Common& common, const std::string& file, const std::string& id) {
    const std::string path = keys_setting(common, file).file;
    if (!daemon::remove_key(path, id))
        throw Stopped(refused, fmt::format("there is no key {} in {}", shown(id), path));
    if (common.json)
        print(json_text({{"file", path}, {"id", id}}));
    else
        print(fmt::format("key {} is gone: what it has sealed tells nobody any more\n", id));
    return succeeded;
}

}  // namespace spillway::ctl
