// [MS-PPT]: a tree of records; the text is in atoms of a few types, wherever they stand.
#include <algorithm>

#include "documents/little_endian.h"
#include "documents/old_office.h"
#include "mail/text.h"

namespace spillway::documents {

namespace {

constexpr std::size_t head = 8;
constexpr std::uint16_t wide_text = 0x0FA0;    // TextCharsAtom
constexpr std::uint16_t narrow_text = 0x0FA8;  // TextBytesAtom
constexpr std::uint16_t wide_string = 0x0FBA;  // CString
constexpr std::uint32_t encrypted_user = 0xF3D1C4DF;

bool is_encrypted(const CompoundFile& file) {
    const CompoundStream* const user = file.find("Current User");
    return user != nullptr && u32(file.contents(*user), 12) == encrypted_user;
}

}  // namespace

OldOfficeText slides_text(const CompoundFile& file, std::size_t most) {
    OldOfficeText result;
    result.encrypted = is_encrypted(file);
    if (result.encrypted) return result;
    const std::string document = file.contents(*file.find("PowerPoint Document"));
    const std::string_view bytes = document;
    // A container's records stand right behind its head: going on there visits all, without depth.
    for (std::size_t at = 0; at + head <= bytes.size() && !result.too_much;) {
        const bool container = (u16(bytes, at) & 0xFU) == 0xF;
        const std::uint16_t type = u16(bytes, at + 2);
        const std::uint32_t size = u32(bytes, at + 4);
        at += head;
        if (container) continue;
        if (size > bytes.size() - at) result.damaged = true;
        const std::string_view atom = bytes.substr(at, size);
        if (type == wide_text || type == wide_string)
            result.text += mail::to_utf8(atom, "utf-16le") + "\n";
        if (type == narrow_text) result.text += mail::to_utf8(atom, "windows-1252") + "\n";
        result.too_much = result.text.size() > most;
        at += atom.size();
    }
    std::ranges::replace(result.text, '\r', '\n');
    std::ranges::replace(result.text, '\x0B', '\n');
    return result;
}

}  // namespace spillway::documents
