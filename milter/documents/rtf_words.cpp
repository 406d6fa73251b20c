#include "documents/rtf_words.h"

#include <algorithm>
#include <array>

namespace spillway::documents {

namespace {

struct Word {
    std::string_view name;
    RtfMeaning meaning;
};

using R = RtfWord;

// In the order of their names, to be searched by halves.
constexpr std::array words{
    Word{"annotation", {R::aside, {}}},
    Word{"ansicpg", {R::code_page, {}}},
    Word{"atnauthor", {R::aside, {}}},
    Word{"atnid", {R::aside, {}}},
    Word{"bin", {R::binary, {}}},
    Word{"blipuid", {R::skipped, {}}},
    Word{"bullet", {R::insert, "\xE2\x80\xA2"}},
    Word{"cell", {R::insert, "\t"}},
    Word{"colorschememapping", {R::skipped, {}}},
    Word{"colortbl", {R::skipped, {}}},
    Word{"cpg", {R::font_page, {}}},
    Word{"datastore", {R::skipped, {}}},
    Word{"deff", {R::default_font, {}}},
    Word{"deleted", {R::hidden, {}}},
    Word{"emdash", {R::insert, "\xE2\x80\x94"}},
    Word{"emspace", {R::insert, " "}},
    Word{"endash", {R::insert, "\xE2\x80\x93"}},
    Word{"enspace", {R::insert, " "}},
    Word{"f", {R::font, {}}},
    Word{"fcharset", {R::charset, {}}},
    Word{"filetbl", {R::skipped, {}}},
    Word{"fldinst", {R::aside, {}}},
    Word{"fonttbl", {R::font_table, {}}},
    Word{"footer", {R::aside, {}}},
    Word{"footerf", {R::aside, {}}},
    Word{"footerl", {R::aside, {}}},
    Word{"footerr", {R::aside, {}}},
    Word{"footnote", {R::aside, {}}},
    Word{"generator", {R::skipped, {}}},
    Word{"header", {R::aside, {}}},
    Word{"headerf", {R::aside, {}}},
    Word{"headerl", {R::aside, {}}},
    Word{"headerr", {R::aside, {}}},
    Word{"info", {R::aside, {}}},
    Word{"latentstyles", {R::skipped, {}}},
    Word{"ldblquote", {R::insert, "\xE2\x80\x9C"}},
    Word{"line", {R::insert, "\n"}},
    Word{"listoverridetable", {R::skipped, {}}},
    Word{"listtable", {R::skipped, {}}},
    Word{"lquote", {R::insert, "\xE2\x80\x98"}},
    Word{"mac", {R::mac, {}}},
    Word{"nestcell", {R::insert, "\t"}},
    Word{"nestrow", {R::insert, "\n"}},
    Word{"nonshppict", {R::skipped, {}}},
    Word{"objdata", {R::object, {}}},
    Word{"page", {R::insert, "\n"}},
    Word{"par", {R::insert, "\n"}},
    Word{"pc", {R::pc, {}}},
    Word{"pca", {R::pca, {}}},
    Word{"pgptbl", {R::skipped, {}}},
    Word{"pict", {R::skipped, {}}},
    Word{"plain", {R::plain, {}}},
    Word{"qmspace", {R::insert, " "}},
    Word{"rdblquote", {R::insert, "\xE2\x80\x9D"}},
    Word{"revtbl", {R::skipped, {}}},
    Word{"row", {R::insert, "\n"}},
    Word{"rquote", {R::insert, "\xE2\x80\x99"}},
    Word{"rsidtbl", {R::skipped, {}}},
    Word{"sect", {R::insert, "\n"}},
    Word{"shptxt", {R::aside, {}}},
    Word{"sn", {R::skipped, {}}},
    Word{"stylesheet", {R::skipped, {}}},
    Word{"sv", {R::aside, {}}},
    Word{"tab", {R::insert, "\t"}},
    Word{"themedata", {R::skipped, {}}},
    Word{"u", {R::unicode, {}}},
    Word{"uc", {R::unicode_skip, {}}},
    Word{"ud", {R::aside, {}}},
    Word{"v", {R::hidden, {}}},
    Word{"xmlnstbl", {R::skipped, {}}},
};
static_assert(std::ranges::is_sorted(words, {}, &Word::name));

struct FontCharset {
    int number;
    std::string_view name;
};

constexpr std::array font_charsets{
    FontCharset{0, "windows-1252"},   FontCharset{2, "windows-1252"},
    FontCharset{77, "macintosh"},     FontCharset{128, "shift_jis"},
    FontCharset{129, "windows-949"},  FontCharset{130, "johab"},
    FontCharset{134, "gb18030"},      FontCharset{136, "big5"},
    FontCharset{161, "windows-1253"}, FontCharset{162, "windows-1254"},
    FontCharset{163, "windows-1258"}, FontCharset{177, "windows-1255"},
    FontCharset{178, "windows-1256"}, FontCharset{186, "windows-1257"},
    FontCharset{204, "windows-1251"}, FontCharset{222, "windows-874"},
    FontCharset{238, "windows-1250"}, FontCharset{254, "ibm437"},
    FontCharset{255, "ibm850"},
};

}  // namespace

RtfMeaning meaning_of(std::string_view word) {
    const auto* const found = std::ranges::lower_bound(words, word, {}, &Word::name);
    return found != words.end() && found->name == word ? found->meaning : RtfMeaning{};
}

std::string_view charset_of_font(int number) {
    const auto* const found = std::ranges::find(font_charsets, number, &FontCharset::number);
    return found == font_charsets.end() ? std::string_view() : found->name;
}

}  // namespace spillway::documents
