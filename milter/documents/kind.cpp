#include "documents/kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "mail/header.h"
#include "mail/utf8.h"

namespace spillway::documents {

namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t at;
    std::string_view bytes;
    Recognised is;
};

constexpr std::string_view tar_type = "application/x-tar";
constexpr std::string_view zip_type = "application/zip";

constexpr std::array signatures{
    Signature{0, "PK\x03\x04"sv, {Kind::archive, zip_type}},
    Signature{0, "PK\x05\x06"sv, {Kind::archive, zip_type}},
    Signature{0, "PK\x07\x08PK\x03\x04"sv, {Kind::archive, zip_type}},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, {Kind::archive, "application/x-7z-compressed"}},
    Signature{0, "Rar!\x1A\x07"sv, {Kind::archive, "application/vnd.rar"}},
    Signature{0, "\x1F\x8B"sv, {Kind::archive, "application/gzip"}},
    Signature{0, "\x1F\x9D"sv, {Kind::archive, "application/x-compress"}},
    Signature{4, "1AY&SY"sv, {Kind::archive, "application/x-bzip2"}},
    Signature{0, "\xFD\x37zXZ\x00"sv, {Kind::archive, "application/x-xz"}},
    Signature{0, "\x5D\x00\x00"sv, {Kind::archive, "application/x-lzma"}},
    Signature{0, "LZIP"sv, {Kind::archive, "application/x-lzip"}},
    Signature{0, "\x28\xB5\x2F\xFD"sv, {Kind::archive, "application/zstd"}},
    Signature{0, "\x04\x22\x4D\x18"sv, {Kind::archive, "application/x-lz4"}},
    Signature{0, "MSCF"sv, {Kind::archive, "application/vnd.ms-cab-compressed"}},
    Signature{0, "!<arch>\n"sv, {Kind::archive, "application/x-archive"}},
    Signature{257, "ustar"sv, {Kind::archive, tar_type}},
    Signature{32769, "CD001"sv, {Kind::archive, "application/x-iso9660-image"}},
    Signature{0, "{\\rt"sv, {Kind::rtf, "application/rtf"}},
    Signature{
        0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, {Kind::compound, "application/x-ole-storage"}},
};

struct OtherSignature {
    std::size_t at;
    std::string_view bytes, type;
};

constexpr std::array others{
    OtherSignature{0, "\x89PNG\r\n"sv, "image/png"},
    OtherSignature{0, "\xFF\xD8\xFF"sv, "image/jpeg"},
    OtherSignature{0, "GIF8"sv, "image/gif"},
    OtherSignature{0, "BM"sv, "image/bmp"},
    OtherSignature{0, "II*\x00"sv, "image/tiff"},
    OtherSignature{0, "MM\x00*"sv, "image/tiff"},
    OtherSignature{8, "WEBP"sv, "image/webp"},
    OtherSignature{0, "MZ"sv, "application/vnd.microsoft.portable-executable"},
    OtherSignature{0,
                   "\x7F"
                   "ELF"sv,
                   "application/x-executable"},
    OtherSignature{4, "ftyp"sv, "video/mp4"},
    OtherSignature{0, "ID3"sv, "audio/mpeg"},
    OtherSignature{0, "OggS"sv, "audio/ogg"},
    OtherSignature{0, "RIFF"sv, "audio/x-wav"},
};

bool stands_at(std::string_view bytes, std::size_t at, std::string_view signature) {
    return bytes.size() >= at && bytes.substr(at).starts_with(signature);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

// Readers look for the header in the first 1,024 bytes (PDF 1.7, appendix H.3, note 13). Without
// any object it is a text that speaks of PDF.
bool is_pdf(std::string_view bytes) {
    const std::size_t found = bytes.substr(0, 1024 + 5).find("%PDF-");
    return found == 0 || (found != bytes.npos && bytes.find("obj", found) != bytes.npos);
}

// A zip is found by its end (APPNOTE 4.3.16), which may have a comment of 65,535 bytes; what stands
// before the first entry, such as a program that unpacks it, is of no concern.
bool ends_as_zip(std::string_view bytes) {
    constexpr std::size_t end_record = 22;
    constexpr std::size_t longest_comment = 65535;
    const std::size_t tail = std::min(bytes.size(), end_record + longest_comment);
    return bytes.substr(bytes.size() - tail).rfind("PK\x05\x06") != bytes.npos;
}

// Archives from before POSIX have no signature, but a sum over their first header.
bool is_old_tar(std::string_view bytes) {
    constexpr std::size_t block = 512;
    constexpr std::size_t sum_at = 148;
    constexpr std::size_t sum_size = 8;
    if (bytes.size() < block || bytes[0] == '\0') return false;
    std::uint32_t sum = sum_size * ' ';
    for (std::size_t i = 0; i < block; ++i)
        if (i < sum_at || i >= sum_at + sum_size) sum += static_cast<unsigned char>(bytes[i]);
    std::uint32_t said = 0;
    std::size_t at = bytes.find_first_not_of(' ', sum_at);
    for (; at < sum_at + sum_size && bytes[at] >= '0' && bytes[at] <= '7'; ++at)
        said = said * 8 + static_cast<std::uint32_t>(bytes[at] - '0');
    return sum == said;
}

// "-lh5-" and the like, and "070701" with its hexadecimal numbers: too weak for a signature alone.
std::string_view weakly_signed_type(std::string_view bytes) {
    const bool lha = stands_at(bytes, 2, "-lh") && stands_at(bytes, 6, "-");
    if (lha) return "application/x-lzh-compressed";
    constexpr std::size_t cpio_header = 110;
    const bool cpio = bytes.starts_with("07070") && bytes.size() > cpio_header &&
                      bytes.substr(6, 70).find_first_not_of("0123456789abcdefABCDEF") == bytes.npos;
    return cpio ? "application/x-cpio" : "";
}

std::string_view without_blanks_and_mark(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    const std::size_t begin = bytes.find_first_not_of(" \t\r\n\f");
    return begin == bytes.npos ? std::string_view() : bytes.substr(begin);
}

// UTF-16 in any order looks like ASCII once its zeros are gone.
std::string beginning(std::string_view bytes) {
    std::string head(bytes.substr(0, 4096));
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) head.erase(0, 2);
    std::erase(head, '\0');
    return lower(without_blanks_and_mark(head));
}

bool looks_like_html(std::string_view head) {
    constexpr std::array tags{"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv,  "<title"sv,
                              "<table"sv,         "<div"sv,  "<p>"sv,   "<meta"sv,  "<script"sv,
                              "<style"sv,         "<h1"sv,   "<a "sv,   "<font"sv,  "<br"sv,
                              "<iframe"sv,        "<img"sv,  "<b>"sv,   "<center"sv};
    const bool first = std::ranges::any_of(tags, [&](auto tag) { return head.starts_with(tag); });
    return first || head.find("<html") != head.npos || head.find("<body") != head.npos;
}

bool is_named(std::string_view name, std::initializer_list<std::string_view> ends) {
    return std::ranges::any_of(ends, [&](std::string_view end) { return name.ends_with(end); });
}

bool looks_like_message(std::string_view head) {
    const bool field = head.starts_with("received:") || head.starts_with("return-path:") ||
                       head.starts_with("from:") || head.starts_with("delivered-to:") ||
                       head.starts_with("mime-version:") || head.starts_with("message-id:") ||
                       head.starts_with("date:") || head.starts_with("subject:");
    return field &&
           (head.find("\nmime-version:") != head.npos ||
            head.find("\ncontent-type:") != head.npos || head.starts_with("mime-version:"));
}

// Control characters but for those that text has are rare in texts, and common elsewhere. Zeros do
// not count: they are in texts of 16 bits, and nobody sees them.
bool looks_like_text(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, 65536);
    const auto controls = std::ranges::count_if(sample, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte != 0 && byte < 0x20 && !(byte >= 0x07 && byte <= 0x0D) && byte != 0x1B;
    });
    return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
           static_cast<std::size_t>(controls) * 50 <= sample.size();
}

class Candidates {
  public:
    void add(Recognised one) {
        if (!has(one.kind)) all_.push_back(one);
    }
    bool empty() const { return all_.empty(); }
    bool has(Kind kind) const {
        return std::ranges::any_of(all_, [&](const Recognised& each) { return each.kind == kind; });
    }
    std::vector<Recognised> all() && { return std::move(all_); }

  private:
    std::vector<Recognised> all_;
};

void add_by_signature(Candidates& found, std::string_view bytes) {
    for (const Signature& each : signatures)
        if (stands_at(bytes, each.at, each.bytes)) found.add(each.is);
    if (is_pdf(bytes)) found.add({Kind::pdf, "application/pdf"});
    if (ends_as_zip(bytes)) found.add({Kind::archive, zip_type});
    if (is_old_tar(bytes)) found.add({Kind::archive, tar_type});
    if (const auto type = weakly_signed_type(bytes); !type.empty())
        found.add({Kind::archive, type});
}

void add_text(Candidates& found, std::string_view bytes, std::string_view name,
              std::string_view label) {
    const std::string head = beginning(bytes);
    const bool html = is_named(name, {".html", ".htm", ".xhtml", ".hta", ".shtml"}) ||
                      label == "text/html" || label == "application/xhtml+xml";
    const bool message = is_named(name, {".eml", ".mht", ".mhtml"}) || label == "message/rfc822";
    if (message || looks_like_message(head)) found.add({Kind::message, "message/rfc822"});
    if (html || looks_like_html(head)) found.add({Kind::html, "text/html"});
    if (head.starts_with("<?xml") || label.ends_with("xml") || is_named(name, {".xml", ".svg"}))
        found.add({Kind::xml, "text/xml"});
    // Who opens it as text sees the markup with the text between.
    if (!html && !message)
        found.add({Kind::text, is_named(name, {".csv"}) ? "text/csv"sv : "text/plain"sv});
}

}  // namespace

std::vector<Recognised> recognised(std::string_view bytes, std::string_view name,
                                   std::string_view label) {
    Candidates found;
    const std::string called = lower(name);
    add_by_signature(found, bytes);
    // What is called text is opened as text, whatever is in it.
    const bool said = label.starts_with("text/") ||
                      is_named(called, {".txt", ".csv", ".html", ".htm", ".eml", ".xml"});
    // Which nobody looks at, unless it is opened as text.
    const bool source = (found.has(Kind::rtf) || bytes.starts_with("%PDF-")) && !said;
    if (looks_like_text(bytes) ? !source : found.empty() && said)
        add_text(found, bytes, called, label);
    return std::move(found).all();
}

bool looks_wide(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, 65536);
    std::array<std::size_t, 2> zeros{};  // at even and at odd places
    for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 2] += sample[i] == '\0';
    const auto [fewer, more] = std::minmax(zeros[0], zeros[1]);
    return more * 10 >= sample.size() * 3 && fewer * 10 <= more;
}

std::string_view other_type(std::string_view bytes) {
    for (const OtherSignature& each : others)
        if (stands_at(bytes, each.at, each.bytes)) return each.type;
    return {};
}

}  // namespace spillway::documents
