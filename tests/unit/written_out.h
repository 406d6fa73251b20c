// The tree of an outline as an expression again, for tests to read.
#pragma once

#include <string>

#include <fmt/format.h>

#include "match/outline.h"

inline std::string byte_text(std::size_t byte) {
    const char c = static_cast<char>(byte);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return plain ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
}

inline std::string written_out(const spillway::match::Shadows& shadows) {
    if (shadows.all()) return ".";
    std::string inside;
    std::size_t members = 0;
    for (std::size_t byte = 0; byte < shadows.size(); ++byte) {
        if (!shadows[byte]) continue;
        std::size_t end = byte + 1;
        while (end < shadows.size() && shadows[end]) ++end;
        inside += byte_text(byte);
        if (end - byte > 2) inside += '-';
        if (end - byte > 1) inside += byte_text(end - 1);
        members += end - byte;
        byte = end - 1;
    }
    return members == 1 ? inside : '[' + inside + ']';
}

inline std::string quantifier_of(const spillway::match::Outlined& node) {
    const bool endless = node.most == spillway::match::Outlined::no_end;
    if (endless && node.least <= 1) return node.least == 0 ? "*" : "+";
    if (endless) return fmt::format("{{{},}}", node.least);
    return fmt::format("{{{},{}}}", node.least, node.most);
}

inline std::string written_out(const spillway::match::Outlined& node) {
    using Kind = spillway::match::Outlined::Kind;
    std::string text;
    switch (node.kind) {
        case Kind::shadows:
            return written_out(node.shadows);
        case Kind::anything:
            return ".*";
        case Kind::boundary:
            return "\\b";
        case Kind::repeat:
            return "(?:" + written_out(node.parts[0]) + ")" + quantifier_of(node);
        case Kind::sequence:
            for (const auto& part : node.parts) text += written_out(part);
            return text;
        case Kind::choice:
            for (const auto& part : node.parts)
                text += (text.empty() ? "(?:" : "|") + written_out(part);
            return text + ")";
    }
    return text;
}
