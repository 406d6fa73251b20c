// Containers of other documents, and packages of office documents, by libarchive.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "documents/formats.h"
#include "documents/kind.h"
#include "documents/office_xml.h"
#include "documents/zip_layout.h"

namespace spillway::documents {

namespace {

struct FreeArchive {
    void operator()(archive* open) const { archive_read_free(open); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

// All but those that run programs (lrzip, grzip, lzop) and those that list files of the machine
// (mtree).
enum class As { any, bare };  // bare: one file without a name, compressed

Archive opened(std::string_view bytes, As as) {
    Archive archive(archive_read_new());
    if (!archive) throw std::bad_alloc();
    constexpr std::array formats{
        archive_read_support_format_zip, archive_read_support_format_7zip,
        archive_read_support_format_rar, archive_read_support_format_rar5,
        archive_read_support_format_tar, archive_read_support_format_cpio,
        archive_read_support_format_cab, archive_read_support_format_lha,
        archive_read_support_format_ar,  archive_read_support_format_iso9660,
        archive_read_support_format_raw};
    constexpr std::array filters{
        archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
        archive_read_support_filter_xz,   archive_read_support_filter_lzma,
        archive_read_support_filter_lzip, archive_read_support_filter_compress,
        archive_read_support_filter_zstd, archive_read_support_filter_lz4};
    if (as == As::any)
        for (const auto support : formats) support(archive.get());
    archive_read_support_format_raw(archive.get());
    for (const auto support : filters) support(archive.get());
    // What stands behind the end of a tar archive is looked at as well.
    if (as == As::any) archive_read_set_options(archive.get(), "tar:read_concatenated_archives=1");
    // Should it fail, so does reading the first entry.
    archive_read_open_memory(archive.get(), bytes.data(), bytes.size());
    return archive;
}

// Entries that are encrypted may be told of before they are met, or only in words.
bool wants_password(archive* open) {
    // libarchive 3.6 looks for a format there without one, where its bytes could not be unpacked.
    const bool has_format = archive_format(open) != 0;
    if (has_format && archive_read_has_encrypted_entries(open) > 0) return true;
    const char* const said = archive_error_string(open);
    return said != nullptr && std::string_view(said).find("ncrypt") != std::string_view::npos;
}

std::string entry_name(archive_entry* entry) {
    for (const char* const name :
         {archive_entry_pathname(entry), archive_entry_pathname_utf8(entry)})
        if (name != nullptr) return name;
    return "?";
}

// The file that a compressed one is without its compression: "list.csv.gz" holds "list.csv".
std::string without_ending(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return std::string(dot == name.npos || dot == 0 ? name : name.substr(0, dot));
}

class Container {
  public:
    Container(Reading& reading, const Document& document)
        : reading_(reading), document_(document), package_(reading.text_left()) {}

    void read(std::string_view type) {
        reading_.tell(document_, type, {});
        read_entries(As::any);
        // A compressed file of nothing but zeros at its beginning is taken for an empty tar
        // archive.
        if (entries_ == 0 && archive_filter_count(open_.get()) > 1) read_entries(As::bare);
        tell_package();
    }

  private:
    // What none of the formats wants is taken by the one for bare files.
    bool is_nothing_but_itself() const {
        return archive_format(open_.get()) == ARCHIVE_FORMAT_RAW &&
               archive_filter_count(open_.get()) == 1;
    }
    void read_entries(As as) {
        open_ = opened(document_.bytes, as);
        archive_entry* entry = nullptr;
        int result = ARCHIVE_OK;
        while ((result = archive_read_next_header(open_.get(), &entry)) == ARCHIVE_OK ||
               result == ARCHIVE_WARN) {
            if (is_nothing_but_itself()) return fail();
            ++entries_;
            if (!reading_.count_entry(document_) || !read_entry(entry)) return;
        }
        if (result < ARCHIVE_WARN) fail();
        if (wants_password(open_.get())) reading_.encrypted();
    }

    bool is_bare() const { return archive_format(open_.get()) == ARCHIVE_FORMAT_RAW; }

    void fail() {
        if (wants_password(open_.get()))
            reading_.encrypted();
        else if (entries_ > 0 || !is_text())
            reading_.trouble(document_, Trouble::damaged);
    }

    // Text that happens to begin as some archive does has been read as text.
    bool is_text() const {
        const std::string_view head = document_.bytes.substr(0, 512);
        return std::ranges::none_of(head, [](char c) {
            return (static_cast<unsigned char>(c) < ' ' && c != '\r' && c != '\n' && c != '\t') ||
                   c == '\x7F';
        });
    }

    // False when no more may be read.
    bool read_entry(archive_entry* entry) {
        const std::string name = is_bare() ? without_ending(document_.name) : entry_name(entry);
        const Document inner = reading_.inner(document_, name);
        if (archive_entry_is_encrypted(entry) != 0) {
            reading_.encrypted();
            reading_.tell(inner, {}, {});
            return true;
        }
        if (archive_entry_filetype(entry) != AE_IFREG) {
            reading_.tell(inner, {}, {});
            return true;
        }
        std::string bytes;
        if (!unpack(inner, bytes)) {
            reading_.tell(inner, {}, {});
            return false;
        }
        read_unpacked(inner, name, bytes);
        return true;
    }

    // False when a limit was passed. An entry that breaks off is kept as far as it goes.
    bool unpack(const Document& inner, std::string& bytes) {
        for (;;) {
            const void* data = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int result = archive_read_data_block(open_.get(), &data, &size, &offset);
            if (result == ARCHIVE_EOF) return true;
            if (result != ARCHIVE_OK) {  // a warning is a sum that is wrong
                tell_of_broken(inner);
                return true;
            }
            // Holes of sparse files are zeros that cost nothing to claim.
            const auto place =
                std::max<std::uint64_t>(static_cast<std::uint64_t>(offset), bytes.size());
            if (!reading_.count_unpacked(inner, place - bytes.size() + size)) return false;
            bytes.resize(place);
            bytes.append(static_cast<const char*>(data), size);
        }
    }

    void tell_of_broken(const Document& inner) {
        if (wants_password(open_.get()))
            reading_.encrypted();
        else
            reading_.trouble(inner, Trouble::damaged);
    }

    void read_unpacked(const Document& inner, const std::string& name, const std::string& bytes) {
        const auto kinds = recognised(bytes, name, {});
        const bool xml = std::ranges::any_of(
            kinds, [](const Recognised& each) { return each.kind == Kind::xml; });
        if (!xml || !take_office_part(inner, bytes)) reading_.read_inner(document_, name, bytes);
    }

    // False when it is XML of another kind.
    bool take_office_part(const Document& inner, const std::string& bytes) {
        OfficePart part = read_office_part(bytes, reading_.text_left());
        if (!part.office) return false;
        if (part.damaged) reading_.trouble(inner, Trouble::damaged);
        if (part.too_much) reading_.truncated();
        if (part.encrypted) reading_.encrypted();
        package_.add(std::move(part));
        return true;
    }

    void tell_package() {
        if (package_.empty()) return;
        const std::string_view type = package_.type();
        OfficePackage::Text text = std::move(package_).text();
        if (text.too_much) reading_.truncated();
        reading_.tell(document_, type, text.text);
    }

    Reading& reading_;
    const Document& document_;
    Archive open_;
    OfficePackage package_;
    std::size_t entries_ = 0;
};

bool is_zip(std::string_view type) { return type == "application/zip"; }

}  // namespace

void read_archive(Reading& reading, const Document& document, std::string_view type) {
    if (is_zip(type)) {
        const ZipLayout layout = zip_layout(document.bytes);
        if (layout == ZipLayout::ambiguous) reading.trouble(document, Trouble::ambiguous);
        if (layout == ZipLayout::no_directory) reading.trouble(document, Trouble::damaged);
    }
    Container(reading, document).read(type);
}

}  // namespace spillway::documents
