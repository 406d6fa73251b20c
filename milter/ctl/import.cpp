// spillwayctl import: rules of other programs as rules of ours, and what could not be carried.
#include <fcntl.h>

#include <cstdio>

#include <fmt/format.h>

#include "convert/postfix_checks.h"
#include "convert/spamassassin.h"
#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"
#include "daemon/files.h"
#include "system/descriptor.h"
#include "system/files.h"

namespace spillway::ctl {

namespace {

convert::Source source_of(const std::string& file) {
    auto text = daemon::read_file(file);
    if (!text) throw Stopped(refused, fmt::format("{}: {}", file, text.error().why));
    return {file, std::move(*text)};
}

// As main.cf has it: pcre:/etc/postfix/header_checks.
convert::ChecksFile checks_of(const std::string& name) {
    if (name.starts_with("regexp:")) return {source_of(name.substr(7)), true};
    return {source_of(name.starts_with("pcre:") ? name.substr(5) : name), false};
}

nlohmann::json json_of(const convert::Converted& converted) {
    nlohmann::json remarks = nlohmann::json::array();
    for (const convert::Remark& remark : converted.remarks) {
        remarks.push_back({{"file", remark.file},
                           {"line", remark.line},
                           {"about", shown(remark.about)},
                           {"why", shown(remark.why)},
                           {"left_out", remark.left_out}});
    }
    return {{"found", converted.found},
            {"carried", converted.carried},
            {"tests_found", converted.tests_found},
            {"tests_carried", converted.tests.size()},
            {"remarks", std::move(remarks)}};
}

// For people, on standard error: the policy may be on standard output.
void report(const convert::Converted& converted) {
    for (const convert::Remark& remark : converted.remarks) {
        fmt::print(stderr, "{}:{}: {}: {}: {}\n", remark.file, remark.line,
                   remark.left_out ? "left out" : "changed", shown(remark.about),
                   shown(remark.why));
    }
    fmt::print(stderr, "{} carried of {}\n", converted.carried,
               counted(static_cast<std::int64_t>(converted.found), "rule"));
    if (converted.tests_found == 0) return;
    fmt::print(stderr, "{} carried of {}\n", converted.tests.size(),
               counted(static_cast<std::int64_t>(converted.tests_found), "test"));
}

void write_file(const std::string& path, std::string_view text) {
    const system::Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.is_open()) throw daemon::failure("write", path);
    system::write_all(file.get(), text, "write " + path);
}

int told(const Common& common, const ImportOptions& options, const convert::Converted& converted) {
    const std::string policy = convert::policy_text(converted);
    if (!options.output.empty()) write_file(options.output, policy);
    if (common.json) {
        nlohmann::json reply = json_of(converted);
        if (options.output.empty()) reply["policy"] = policy;
        print(json_text(reply));
    } else {
        if (options.output.empty()) print(policy);
        report(converted);
    }
    return converted.complete() ? succeeded : refused;
}

}  // namespace

int import_spamassassin(const Common& common, const ImportOptions& options) {
    std::vector<convert::Source> sources;
    for (const std::string& file : options.files) sources.push_back(source_of(file));
    return told(common, options, convert::from_spamassassin(sources));
}

int import_postfix_checks(const Common& common, const ImportOptions& options) {
    std::vector<convert::ChecksFile> files;
    for (const std::string& file : options.files) files.push_back(checks_of(file));
    const auto part = options.body ? convert::Part::body : convert::Part::header;
    return told(common, options, convert::from_postfix_checks(files, part));
}

}  // namespace spillway::ctl
