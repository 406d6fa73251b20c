// Judges values: lines "NAME TEXT" come in, and for each goes out whether TEXT as a whole is valid,
// and whether just that is found in a sentence around it: "11", "10", "01" or "00".
#include <iostream>
#include <string>
#include <string_view>

#include "match/validators.h"

namespace {

using namespace spillway::match;

bool is_found(Identifier identifier, std::string_view text) {
    constexpr std::string_view before = "It is (";
    const std::string sentence = std::string(before) + std::string(text) + "), they said.";
    bool found = false;
    find_identifiers(identifier, sentence, [&](const Occurrence& one) {
        found = found || (one.begin == before.size() && one.end == before.size() + text.size());
        return true;
    });
    return found;
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const std::size_t blank = line.find(' ');
        const auto identifier = identifier_of(std::string_view(line).substr(0, blank));
        if (blank == line.npos || !identifier) return 64;
        const std::string_view text = std::string_view(line).substr(blank + 1);
        std::cout << valid_value(*identifier, text).has_value() << is_found(*identifier, text)
                  << '\n';
    }
}
