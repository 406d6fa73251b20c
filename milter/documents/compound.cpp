// What lies in a compound file: an encrypted document of today, or one of the Office of old.
#include <algorithm>
#include <array>

#include "documents/compound_file.h"
#include "documents/formats.h"
#include "documents/little_endian.h"
#include "documents/old_office.h"

namespace spillway::documents {

namespace {

struct OldFormat {
    std::string_view stream;  // that makes a compound file a document of this format
    std::string_view type;
    OldOfficeText (*read)(const CompoundFile& file, std::size_t most);
};

OldOfficeText not_read(const CompoundFile&, std::size_t) { return {.text = {}, .partly = true}; }

constexpr std::array formats{
    OldFormat{"WordDocument", "application/msword", word_text},
    OldFormat{"PowerPoint Document", "application/vnd.ms-powerpoint", slides_text},
    OldFormat{"Workbook", "application/vnd.ms-excel", sheets_text},
    OldFormat{"Book", "application/vnd.ms-excel", not_read},
    OldFormat{"__properties_version1.0", "application/vnd.ms-outlook", not_read},
    OldFormat{"VisioDocument", "application/vnd.visio", not_read},
    OldFormat{"\x01Ole10Native", "application/x-ole-storage", not_read},
    OldFormat{"CONTENTS", "application/x-ole-storage", not_read},
};

}  // namespace

void read_compound(Reading& reading, const Document& document, std::string_view type) {
    const CompoundFile file(document.bytes);
    if (file.is_damaged()) reading.trouble(document, Trouble::damaged);
    // [MS-OFFCRYPTO] section 2.3.4.4; the other stream is for rights management.
    if (file.find("EncryptedPackage") != nullptr) reading.encrypted();
    bool told = false;
    for (const OldFormat& format : formats) {
        if (file.find(format.stream) == nullptr) continue;
        const OldOfficeText read = format.read(file, reading.text_left());
        if (read.encrypted) reading.encrypted();
        if (read.damaged) reading.trouble(document, Trouble::damaged);
        if (read.partly) reading.trouble(document, Trouble::unsupported);
        if (read.too_much) reading.truncated();
        reading.tell(document, format.type, read.text);
        told = true;
    }
    if (!told) reading.tell(document, type, {});
}

}  // namespace spillway::documents
