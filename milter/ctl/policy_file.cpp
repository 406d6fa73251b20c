#include "ctl/policy_file.h"

#include <cstdio>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::ctl {

language::Generation loaded(const std::string& file, const language::Revise& revise) {
    language::Generation generation = language::load_revised(file, daemon::disk_files(), revise);
    for (const auto* all : {&generation.diagnostics, &generation.of_folders})
        for (const language::Diagnostic& diagnostic : all->all())
            fmt::print(stderr, "{}\n", diagnostic.text());
    return generation;
}

std::string control_path(const Common& common) {
    if (!common.control.empty()) return common.control;
    return language::load(common.config, daemon::disk_files()).settings.control.path;
}

}  // namespace spillway::ctl
