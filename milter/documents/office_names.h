// What elements of office documents do to the text in them: a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::documents {

enum class Vocabulary : std::uint8_t {
    other,
    compatibility,  // of OOXML: alternatives
    word,
    drawing,
    slides,
    sheet,
    math,
    properties,
    links,
    vml,
    odf,
    odf_manifest,
};

Vocabulary vocabulary_of(std::string_view namespace_uri);

// Bits of what happens at an element.
struct Effect {
    enum : std::uint32_t {
        none = 0,
        text = 1 << 0,        // characters within it are text
        aside = 1 << 1,       // ... that stands aside
        line_after = 1 << 2,  // it ends a line
        tab_after = 1 << 3,
        line = 1 << 4,  // it is a line end
        tab = 1 << 5,
        blank = 1 << 6,
        hyphen = 1 << 7,
        run = 1 << 8,      // it may say that it is hidden
        hidden = 1 << 9,   // it says so
        symbol = 1 << 10,  // a character by number
        cell = 1 << 11,
        value = 1 << 12,      // of a cell
        shared = 1 << 13,     // one of the shared strings
        described = 1 << 14,  // it has alternative texts in attributes
        encrypted = 1 << 15,
        folds = 1 << 16,  // line ends within it are blanks
    };
};

std::uint32_t effect_of(Vocabulary vocabulary, std::string_view local_name);

// The media type of the document whose main part has this root, "" when it is no main part.
std::string_view type_of_root(Vocabulary vocabulary, std::string_view local_name);

}  // namespace spillway::documents
