// Policies written in a test, loaded from files that exist only in memory.
#pragma once

#include <map>
#include <string>

#include "language/compile.h"

namespace spillway::language {

inline Files files_of(const std::map<std::string, std::string>& texts) {
    Files files;
    files.read = [texts](const std::string& path) -> tl::expected<std::string, std::string> {
        const auto found = texts.find(path);
        if (found == texts.end()) return tl::unexpected<std::string>("No such file or directory");
        return found->second;
    };
    // Patterns in these tests are a prefix and "*".
    files.glob = [texts](const std::string& pattern) {
        std::vector<std::string> names;
        for (const auto& [name, text] : texts) {
            if (name.starts_with(pattern.substr(0, pattern.find('*')))) names.push_back(name);
        }
        return names;
    };
    return files;
}

inline Generation load_text(const std::string& text,
                            std::map<std::string, std::string> others = {}) {
    others["p.conf"] = text;
    return load("p.conf", files_of(others));
}

// All diagnostics, a line each.
inline std::string mistakes_in(const std::string& text,
                               const std::map<std::string, std::string>& others = {}) {
    std::string out;
    const Generation generation = load_text(text, others);
    for (const auto& one : generation.diagnostics.all()) out += one.text() + "\n";
    return out;
}

}  // namespace spillway::language
