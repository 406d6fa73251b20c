// Rules of other programs as rules of this one: what was carried over, and what was not and why.
//
// Pure: texts go in, texts come out. The readers of foreign files fill a Converted; what is written
// is language text, so nothing here knows how rules are kept.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::convert {

// A foreign file. The name is for remarks only.
struct Source {
    std::string name;
    std::string text;
};

// Something that was not carried as it stood.
struct Remark {
    std::string file;
    std::size_t line = 0;  // from 1
    std::string about;     // a rule's name, or the word the line begins with
    std::string why;
    bool left_out = false;  // else it was carried, and means something slightly different
};

// A rule as it is written. The condition and the actions are language text.
struct Rule {
    std::string name;
    std::string comment;  // one line, or ""
    std::string when;
    std::string unless;  // or ""
    std::vector<std::string> actions;
};

// A test block as it is written. The lines are language text.
struct TestBlock {
    std::string name;
    std::vector<std::string> lines;
};

struct Converted {
    std::vector<std::string> head;  // lines of comment above all
    std::vector<Rule> rules;
    std::vector<TestBlock> tests;
    std::vector<Remark> remarks;  // in the order of the files and their lines
    std::size_t found = 0;        // foreign rules
    std::size_t carried = 0;      // of them
    std::size_t tests_found = 0;

    bool complete() const;
};

// A policy file, or one to include. Every rule in it is `on-error no-match`: the programs these
// rules come from let a message go that they cannot match.
std::string policy_text(const Converted& converted);

// Foreign words as a string of the language: printable ASCII of at most `most` bytes, in which no
// %{variable} begins.
std::string quoted(std::string_view text, std::size_t most);

// A text as a string of the language that is exactly it, or nullopt: the language has no way to
// write control characters other than the line end.
std::optional<std::string> quoted_exactly(std::string_view text);

// By file, in the order in which the files were given, and line.
void sort_remarks(Converted& converted, const std::vector<Source>& sources);

}  // namespace spillway::convert
