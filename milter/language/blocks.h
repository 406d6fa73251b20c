// What limit and rule blocks have in common: names, conditions, lines of words.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "language/arguments.h"
#include "language/ast.h"
#include "language/diagnostics.h"
#include "language/names.h"
#include "policy/condition.h"

namespace spillway::language {

// Reports names that are given twice or are not plain: they appear in keys, logs and replies.
void check_names(const std::vector<BlockNode>& blocks, Diagnostics& diagnostics);

// Nothing when there is none, or when it has a mistake, which is reported.
std::optional<policy::Condition> condition_of(const std::optional<ConditionNode>& node,
                                              Names& names, Diagnostics& diagnostics);

void refuse_twice(std::set<std::string>& seen, const Word& verb);

[[noreturn]] void unknown_word(const Line& line, std::string_view block,
                               const std::vector<std::string_view>& known);

// Reads the words of one line to its end; false when there was a mistake, which is reported.
template <typename Read>
bool read_line(const Line& line, Diagnostics& diagnostics, const Read& read) {
    try {
        Arguments args(line);
        read(args);
        args.done();
        return true;
    } catch (const Mistake& mistake) {
        diagnostics.error(mistake.place, mistake.what());
        return false;
    }
}

}  // namespace spillway::language
