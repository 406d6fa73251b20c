// spillwayctl archive: what an archive holds, and whether it is as it was written.
//
// Reads the files alone, beside a daemon or on another machine.
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ctl/console.h"
#include "ctl/verbs.h"
#include "vault/folder.h"

namespace spillway::ctl {

namespace {

using Json = nlohmann::ordered_json;

std::optional<vault::Link> expected_link(const ArchiveOptions& options) {
    if (options.expected.empty()) return std::nullopt;
    const auto link = vault::link_of(options.expected);
    if (!link) throw Stopped(usage, "--expect takes \"NUMBER HASH\" as the log has them");
    return link;
}

Json json_of(const vault::Verified& verified) {
    return {{"entries", verified.entries},
            {"begins_after", verified.before ? verified.before->number : 0},
            {"last", {{"number", verified.last.number}, {"hash", verified.last.hash}}},
            {"unfinished", verified.unfinished},
            {"faults", verified.faults}};
}

void print(const vault::Verified& verified) {
    for (const std::string& fault : verified.faults) fmt::print("FAULT  {}\n", fault);
    if (!verified.unfinished.empty())
        fmt::print("unfinished, never accepted  {}\n", verified.unfinished);
    if (verified.before && verified.before->number > 0)
        fmt::print("begins after entry {}: older files are not here\n", verified.before->number);
    fmt::print("{} entries, the last is {}\n", verified.entries, vault::text_of(verified.last));
    fmt::print("{}\n", verified.faults.empty() ? "all is as it was kept" : "NOT as it was kept");
}

// What is not ours, in a file that somebody has changed.
Json metadata_of(const vault::Entry& entry) {
    Json json = Json::parse(entry.metadata, nullptr, false);
    return json.is_object() ? json : Json::object();
}

std::string text_in(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

void print_row(const vault::Entry& entry, const Json& json) {
    const auto to = json.find("recipients");
    const std::size_t recipients = to != json.end() && to->is_array() ? to->size() : 0;
    fmt::print("{}  {}  {}  {}  {}  {} recipients  {} bytes\n", entry.link.number,
               shown(text_in(json, "time")), shown(text_in(json, "queue_id")),
               shown(text_in(json, "verdict")), shown(text_in(json, "sender")), recipients,
               entry.message.size());
}

}  // namespace

int verify_archive(const Common& common, const ArchiveOptions& options) {
    const vault::Verified verified = vault::verify(options.folder, expected_link(options));
    if (common.json)
        fmt::print("{}\n", json_of(verified).dump());
    else
        print(verified);
    return verified.faults.empty() ? succeeded : refused;
}

int list_archive(const Common& common, const ArchiveOptions& options) {
    vault::for_each(options.folder, [&](const vault::Entry& entry, const std::string& file) {
        Json json = metadata_of(entry);
        if (common.json) {
            json["number"] = entry.link.number;
            json["file"] = file;
            fmt::print("{}\n", json.dump(-1, ' ', true, Json::error_handler_t::replace));
        } else {
            print_row(entry, json);
        }
        return true;
    });
    return succeeded;
}

int show_archived(const Common&, const ArchiveOptions& options) {
    bool found = false;
    vault::for_each(options.folder, [&](const vault::Entry& entry, const std::string&) {
        if (entry.link.number != options.number) return true;
        const std::string_view bytes = options.metadata ? entry.metadata : entry.message;
        found = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        if (options.metadata) fmt::print("\n");
        return false;
    });
    if (!found) throw Stopped(refused, fmt::format("there is no entry {} here", options.number));
    return succeeded;
}

}  // namespace spillway::ctl
