// [MS-DOC]: text lies in pieces, which the table in another stream lists.
#include <algorithm>

#include "documents/little_endian.h"
#include "documents/old_office.h"
#include "mail/text.h"

namespace spillway::documents {

namespace {

constexpr std::uint16_t word_mark = 0xA5EC;
constexpr std::size_t flags_at = 0x0A;
constexpr std::size_t table_at = 0x01A2;  // fcClx and lcbClx of FibRgFcLcb97

// The piece table stands behind properties that it may share (section 2.9.38).
std::string_view piece_table(std::string_view table) {
    while (table.size() > 3 && table[0] == 1)
        table.remove_prefix(std::min<std::size_t>(table.size(), 3 + std::size_t{u16(table, 1)}));
    if (table.size() < 5 || table[0] != 2) return {};
    return table.substr(5, u32(table, 1));
}

// Marks of paragraphs, cells and pages as a reader sees them; what begins and ends a field goes.
void make_plain(std::string& text) {
    std::erase_if(text, [](char c) { return c == '\x13' || c == '\x14' || c == '\x15'; });
    for (char& c : text) {
        if (c == '\r' || c == '\x0B' || c == '\x0C') c = '\n';
        if (c == '\x07') c = '\t';
        if (c == '\x1E') c = '-';
    }
}

// One piece: 16 bits a character, or 8 (section 2.9.73).
std::string piece(std::string_view document, std::uint32_t place, std::uint64_t characters) {
    constexpr std::uint32_t compressed = 0x40000000;
    const bool narrow = (place & compressed) != 0;
    const std::size_t begin = narrow ? (place & ~compressed) / 2 : place & ~compressed;
    if (begin >= document.size()) return {};
    const std::string_view bytes = document.substr(begin, characters * (narrow ? 1 : 2));
    return mail::to_utf8(bytes, narrow ? "windows-1252" : "utf-16le");
}

}  // namespace

OldOfficeText word_text(const CompoundFile& file, std::size_t most) {
    const std::string document = file.contents(*file.find("WordDocument"));
    OldOfficeText result;
    const std::uint16_t flags = u16(document, flags_at);
    result.encrypted = (flags & 0x0100U) != 0;
    if (result.encrypted) return result;
    const CompoundStream* const named = file.find((flags & 0x0200U) != 0 ? "1Table" : "0Table");
    if (u16(document, 0) != word_mark || named == nullptr)
        return {.text = {}, .partly = true};  // Word 95

    const std::string table = file.contents(*named);
    const std::size_t begin = std::min<std::size_t>(u32(document, table_at), table.size());
    const std::string_view pieces =
        piece_table(std::string_view(table).substr(begin, u32(document, table_at + 4)));
    // n + 1 places of 4 bytes, then n descriptions of 8.
    const std::size_t count = pieces.size() < 16 ? 0 : (pieces.size() - 4) / 12;
    result.damaged = count == 0;
    for (std::size_t i = 0; i < count && !result.too_much; ++i) {
        const std::uint64_t from = u32(pieces, 4 * i);
        const std::uint64_t to = u32(pieces, 4 * i + 4);
        if (to < from) result.damaged = true;
        if (to <= from) continue;
        result.text += piece(document, u32(pieces, 4 * (count + 1) + 8 * i + 2), to - from);
        result.too_much = result.text.size() > most;
    }
    make_plain(result.text);
    return result;
}

}  // namespace spillway::documents
