// The expressions of SpamAssassin's own rules, where the package is installed: thousands written by
// others for real mail, to load and to compare with. Tests that want them say when they skip.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

struct WrittenByOthers {
    std::string expression;
    std::string flags;
};

// Of body, rawbody and uri rules that are written between slashes.
inline std::vector<WrittenByOthers> spamassassin_rules() {
    std::vector<WrittenByOthers> rules;
    const std::filesystem::path folder = "/usr/share/spamassassin";
    const std::regex rule(
        R"(^\s*(?:body|rawbody|uri)\s+(?:\S+\s+)?/(.*)/([a-z]*)\s*(?:#.*)?$)");
    if (std::filesystem::exists(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream in(entry.path());
            if (entry.path().extension() != ".cf") continue;
            for (std::string line; std::getline(in, line);) {
                std::smatch found;
                if (line.size() > 1000 || !std::regex_match(line, found, rule)) continue;
                std::string flags;
                for (const char flag : found[2].str())
                    if (std::string_view("ismx").find(flag) != std::string_view::npos)
                        flags += flag;
                rules.push_back({found[1], flags});
            }
        }
    }
    if (rules.empty())
        std::printf("skipped %s: no rules in %s\n",
                    boost::unit_test::framework::current_test_case().p_name->c_str(),
                    folder.c_str());
    return rules;
}
