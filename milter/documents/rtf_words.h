// Control words of RTF 1.9.1 that matter for the text: a table.
#pragma once

#include <string_view>

namespace spillway::documents {

enum class RtfWord {
    unknown,
    insert,   // stands for `text`
    skipped,  // a destination without text
    aside,    // a destination that readers show elsewhere, or hide
    object,   // a destination with another document in it
    font_table,
    code_page,  // of the document, by number
    mac,
    pc,
    pca,
    font,       // chosen, or in the font table defined
    charset,    // of the font, by number
    font_page,  // of the font, by number of a code page
    default_font,
    unicode,       // a character by number
    unicode_skip,  // how many characters stand for those who do not know Unicode
    binary,        // that many bytes follow
    hidden,
    plain,  // formatting is reset
};

struct RtfMeaning {
    RtfWord word = RtfWord::unknown;
    std::string_view text;
};

RtfMeaning meaning_of(std::string_view word);

// The name of the charset behind \fcharset (RTF 1.9.1, font table), "" for that of the document.
std::string_view charset_of_font(int number);

}  // namespace spillway::documents
