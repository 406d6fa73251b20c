// A policy with folders of accounts, in files that exist only in memory.
#pragma once

#include <fnmatch.h>

#include <map>
#include <set>
#include <string>

#include "language/compile.h"

namespace spillway::language {

using Texts = std::map<std::string, std::string>;

// Patterns are those of glob(7), for folders as well as for files.
inline Files files_in_folders(const Texts& texts) {
    std::set<std::string> names;
    for (const auto& [name, text] : texts)
        for (auto end = name.size(); end != name.npos && end > 0; end = name.rfind('/', end - 1))
            names.insert(name.substr(0, end));
    Files files;
    files.read = [texts](const std::string& path) -> tl::expected<std::string, std::string> {
        const auto found = texts.find(path);
        if (found == texts.end()) return tl::unexpected<std::string>("No such file or directory");
        return found->second;
    };
    files.glob = [names](const std::string& pattern) {
        std::vector<std::string> found;
        for (const auto& name : names)
            if (::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
                found.push_back(name);
        return found;
    };
    return files;
}

inline Generation load_folders(const Texts& texts, const FolderTexts& former = {}) {
    return load("p.conf", files_in_folders(texts), former);
}

// Of the policy, then those of folders, a line each.
inline std::string told(const Generation& generation) {
    std::string out;
    for (const auto* all : {&generation.diagnostics, &generation.of_folders})
        for (const auto& one : all->all()) out += one.text() + "\n";
    return out;
}

}  // namespace spillway::language
