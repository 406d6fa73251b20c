#include "documents/pdf.h"

#include <iconv.h>
#include <poppler-document.h>
#include <poppler-embedded-file.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "documents/formats.h"
#include "mail/utf8.h"

namespace spillway::documents {

namespace {

using Pdf = std::unique_ptr<poppler::document>;

// Poppler's own conversion to UTF-8 would load a table for it.
std::string utf8(const poppler::ustring& text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::uint32_t unit = text[i];
        const bool pair = (unit & 0xFC00U) == 0xD800U && i + 1 < text.size() &&
                          (text[i + 1] & 0xFC00U) == 0xDC00U;
        if (pair)
            mail::append_utf8(result, 0x10000U + ((unit & 0x3FFU) << 10U) + (text[++i] & 0x3FFU));
        else if (unit != 0xFEFF)
            mail::append_utf8(result, unit);
    }
    return result;
}

// Whether Poppler has told of a table that it could not open, or of a font that it does not have:
// some text is lost then. It tells whoever was named last, whichever document it is about.
bool misses_table = false;

void hear(const std::string& what, void*) {
    constexpr std::array losses{"CMap", "language pack", "cidToUnicode", "unicodeMap",
                                "No font in show"};
    for (const std::string_view loss : losses)
        if (what.find(loss) != what.npos) misses_table = true;
}

Pdf loaded(std::string_view bytes) {
    if (bytes.size() > std::numeric_limits<int>::max()) return nullptr;
    return Pdf(poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
}

// Readers put the document's title and subject into their windows.
std::string properties(const poppler::document& pdf) {
    std::string text;
    for (const std::string& key : pdf.info_keys())
        if (!key.ends_with("Date")) text.append(utf8(pdf.info_key(key))).append("\n");
    return text;
}

std::string page_text(const poppler::document& pdf, int number) {
    const std::unique_ptr<poppler::page> page(pdf.create_page(number));
    if (!page) return {};
    return utf8(page->text({}, poppler::page::non_raw_non_physical_layout)) + "\n";
}

void read_embedded(Reading& reading, const Document& document, const poppler::document& pdf) {
    if (!pdf.has_embedded_files()) return;
    for (poppler::embedded_file* const file : pdf.embedded_files()) {
        if (!reading.count_entry(document)) return;
        const poppler::byte_array data = file->data();
        if (!reading.count_unpacked(document, data.size())) return;
        reading.read_inner(document, file->name(), {data.data(), data.size()}, file->mime_type());
    }
}

// A page that says "prepared" in this font.
std::string own_document(std::string_view font) {
    std::string pdf =
        "%PDF-1.4\n"
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
        "4 0 obj<</Length 38>>stream\nBT /F 12 Tf 72 720 Td (prepared) Tj ET\nendstream endobj\n"
        "5 0 obj";
    return pdf.append(font).append("endobj\ntrailer<</Root 1 0 R>>\n");
}

std::string font_of(std::string_view encoding, std::string_view collection) {
    return fmt::format(
        "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/{}/DescendantFonts[<</Type/Font"
        "/Subtype/CIDFontType0/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering({})"
        "/Supplement 2>>/DW 1000>>]>>",
        encoding, collection);
}

// Poppler keeps four tables of each kind, which is one for each of the collections of characters
// that documents rely on without bringing the table. Where the tables are not installed, such
// documents are told of as they are met.
void load_eastern_tables() {
    struct Table {
        std::string_view encoding, collection;
    };
    constexpr std::array tables{Table{"90ms-RKSJ-H", "Japan1"}, Table{"GBK-EUC-H", "GB1"},
                                Table{"ETen-B5-H", "CNS1"}, Table{"KSCms-UHC-H", "Korea1"}};
    for (const Table& table : tables) {
        const std::string bytes = own_document(font_of(table.encoding, table.collection));
        const Pdf pdf = loaded(bytes);
        if (pdf) page_text(*pdf, 0);
    }
}

}  // namespace

void read_pdf(Reading& reading, const Document& document, std::string_view type) {
    poppler::set_debug_error_function(hear, nullptr);
    misses_table = false;
    const Pdf pdf = loaded(document.bytes);
    if (!pdf || pdf->is_locked()) {
        if (pdf)
            reading.encrypted();
        else
            reading.trouble(document, Trouble::damaged);
        return reading.tell(document, type, {});
    }
    std::string text = properties(*pdf);
    const int pages = pdf->pages();
    for (int page = 0; page < pages && text.size() <= reading.text_left(); ++page)
        text += page_text(*pdf, page);
    reading.tell(document, type, text);
    if (misses_table) reading.trouble(document, Trouble::unsupported);
    read_embedded(reading, document, *pdf);
}

void prepare_pdf() {
    // Kept for ever: Poppler lets go of its tables with the last document, and the C library of a
    // conversion with its last use.
    static const iconv_t to_wide = iconv_open("UTF-16", "UTF-8");
    static const iconv_t from_wide = iconv_open("UTF-8", "UTF-16");
    poppler::set_debug_error_function(hear, nullptr);
    static const std::string own = own_document("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    static const Pdf kept = loaded(own);
    const bool works = to_wide != iconv_t(-1) && from_wide != iconv_t(-1) && kept &&
                       kept->pages() == 1 && page_text(*kept, 0).starts_with("prepared");
    if (!works) throw std::runtime_error("Poppler or iconv lacks its tables");
    load_eastern_tables();
}

}  // namespace spillway::documents
