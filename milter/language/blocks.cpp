#include "language/blocks.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "language/compile_condition.h"

namespace spillway::language {
namespace {

void check_name(const BlockNode& block, std::map<std::string, Place>& seen) {
    const Word& name = block.name;
    const bool plain = !name.text.empty() && name.text.size() <= 64 &&
                       std::ranges::all_of(name.text, [](unsigned char c) {
                           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
                       });
    if (!plain) {
        throw Mistake(name.place,
                      fmt::format("a {}'s name is up to 64 letters, digits, \"-\", \"_\" and \".\"",
                                  block.kind.text));
    }
    const auto [first, is_new] = seen.try_emplace(name.text, name.place);
    if (is_new) return;
    throw Mistake(name.place,
                  fmt::format("a second {} \"{}\"; the first is at {}:{}", block.kind.text,
                              name.text, first->second.file, first->second.line));
}

}  // namespace

void check_names(const std::vector<BlockNode>& blocks, Diagnostics& diagnostics) {
    std::map<std::string, Place> seen;
    for (const BlockNode& block : blocks) {
        try {
            check_name(block, seen);
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
        }
    }
}

std::optional<policy::Condition> condition_of(const std::optional<ConditionNode>& node,
                                              Names& names, Diagnostics& diagnostics) {
    if (!node) return std::nullopt;
    try {
        return compile_condition(*node, names);
    } catch (const Mistake& mistake) {
        diagnostics.error(mistake.place, mistake.what());
        return std::nullopt;
    }
}

void refuse_twice(std::set<std::string>& seen, const Word& verb) {
    if (!seen.insert(verb.text).second) {
        throw Mistake(verb.place, fmt::format("a second \"{}\" in one block", verb.text));
    }
}

void unknown_word(const Line& line, std::string_view block,
                  const std::vector<std::string_view>& known) {
    throw Mistake(line.verb.place, fmt::format("unknown word \"{}\" in a {}{}", line.verb.text,
                                               block, suggestion(line.verb.text, known)));
}

}  // namespace spillway::language
