// A document read in this process, without its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/reading.h"

namespace spillway::documents {

struct WasRead {
    std::vector<Piece> pieces;
    Findings findings;

    // The text of all pieces of a path; a document is read in several ways.
    std::string text(std::string_view path = {}) const {
        std::string all;
        for (const Piece& piece : pieces)
            if (piece.path == path) all += piece.text;
        return all;
    }
    bool has(std::string_view words) const {
        for (const Piece& piece : pieces)
            if (piece.text.find(words) != piece.text.npos) return true;
        return false;
    }
};

inline WasRead read_here(std::string_view bytes, std::string_view name = {},
                         std::string_view label = {}, const Limits& limits = {}) {
    WasRead was;
    Reading reading(limits, [&](const Piece& piece) { was.pieces.push_back(piece); });
    reading.read({.path = {},
                  .name = std::string(name),
                  .label = std::string(label),
                  .bytes = bytes,
                  .depth = 0});
    was.findings = reading.findings();
    return was;
}

}  // namespace spillway::documents
