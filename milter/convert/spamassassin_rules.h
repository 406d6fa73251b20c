// The statements of SpamAssassin's rule files, read but not yet understood as conditions.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/converted.h"

namespace spillway::convert {

// A rule as its last definition has it.
struct ForeignRule {
    std::string name;
    std::string kind;  // body, rawbody, full, uri, header, meta, mimeheader
    std::string definition;
    std::string file;
    std::size_t line = 0;
    std::string about;            // what "describe" says
    std::optional<double> score;  // the highest of its scores
    bool counts_matches = false;  // tflags multiple
    bool not_in_subject = false;  // tflags nosubject
    bool replaces_tags = false;   // replace_rules
};

// What "test" says a rule does with a text.
struct ForeignTest {
    std::string rule;
    bool matches = false;
    std::string text;
    std::string file;
    std::size_t line = 0;
};

struct ForeignRules {
    std::map<std::string, ForeignRule> rules;  // by name
    std::vector<ForeignTest> tests;
    double required_score = 5.0;
    std::vector<Remark> remarks;  // statements that are no rules
};

ForeignRules read_spamassassin(const std::vector<Source>& sources);

// Whether an "if" is true for version 4 with all plugins; nullopt when it is not understood.
std::optional<bool> holds_here(std::string_view expression);

}  // namespace spillway::convert
