// The expressions of SpamAssassin's own rules, where the package is installed: thousands written by
// others for real mail, to load and to compare with. Tests that want them say when they skip.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

struct WrittenByOthers {
    std::string expression;
    std::string flags;
};

// "body NAME /EXPRESSION/FLAGS # remark", likewise rawbody and uri; nullopt for any other line.
inline std::optional<WrittenByOthers> rule_in(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    words >> kind >> name >> std::ws;
    const bool is_of_texts = kind == "body" || kind == "rawbody" || kind == "uri";
    if (!is_of_texts || words.peek() != '/') return std::nullopt;
    const auto first = static_cast<std::size_t>(words.tellg());
    const std::size_t last = line.rfind('/', line.find(" #"));
    if (last == first) return std::nullopt;
    WrittenByOthers rule{line.substr(first + 1, last - first - 1), ""};
    for (std::size_t at = last + 1; at < line.size() && line[at] >= 'a' && line[at] <= 'z'; ++at)
        if (std::string_view("ismx").find(line[at]) != std::string_view::npos)
            rule.flags += line[at];
    return rule;
}

inline std::vector<WrittenByOthers> spamassassin_rules() {
    std::vector<WrittenByOthers> rules;
    const std::filesystem::path folder = "/usr/share/spamassassin";
    if (std::filesystem::exists(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream in(entry.path());
            if (entry.path().extension() != ".cf") continue;
            for (std::string line; std::getline(in, line);) {
                if (line.size() > 1000) continue;
                if (auto rule = rule_in(line)) rules.push_back(*std::move(rule));
            }
        }
    }
    if (rules.empty())
        std::printf("skipped %s: no rules in %s\n",
                    boost::unit_test::framework::current_test_case().p_name->c_str(),
                    folder.c_str());
    return rules;
}
