#include "mail/file_type.h"

#include <algorithm>
#include <array>

#include "mail/header.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

using namespace std::string_view_literals;

struct Mark {
    std::size_t at;
    std::string_view bytes;
    std::string_view type;
};

// The first that fits counts. Sources: the formats' own specifications.
constexpr Mark marks[] = {
    {0,
     "\x7f"
     "ELF"sv,
     "application/x-executable"},
    {0, "\xfe\xed\xfa\xce"sv, "application/x-mach-binary"},
    {0, "\xfe\xed\xfa\xcf"sv, "application/x-mach-binary"},
    {0, "\xce\xfa\xed\xfe"sv, "application/x-mach-binary"},
    {0, "\xcf\xfa\xed\xfe"sv, "application/x-mach-binary"},
    {0, "dex\n"sv, "application/x-dex"},
    {0, "\0asm"sv, "application/wasm"},
    {0, "#!"sv, "text/x-script"},
    {0, "L\0\0\0\x01\x14\x02\0"sv, "application/x-ms-shortcut"},
    {0, "MSCF\0\0\0\0"sv, "application/vnd.ms-cab-compressed"},
    {0, "ITSF\x03\0\0\0"sv, "application/vnd.ms-htmlhelp"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    {0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"sv,
     "application/onenote"},
    {0, "\x78\x9f\x3e\x22"sv, "application/ms-tnef"},
    {0, "!BDN"sv, "application/vnd.ms-outlook-pst"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {0, "Rar!\x1a\x07"sv, "application/vnd.rar"},
    {0, "\x1f\x8b"sv, "application/gzip"},
    {0, "BZh"sv, "application/x-bzip2"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "application/x-xz"},
    {0, "\x28\xb5\x2f\xfd"sv, "application/zstd"},
    {0, "\x04\x22\x4d\x18"sv, "application/x-lz4"},
    {0, "LZIP"sv, "application/x-lzip"},
    {0, "\x1f\x9d"sv, "application/x-compress"},
    {0, "\x60\xea"sv, "application/x-arj"},
    {7, "**ACE**"sv, "application/x-ace-compressed"},
    {2, "-lh"sv, "application/x-lzh-compressed"},
    {0, "!<arch>\n"sv, "application/x-archive"},
    {0, "\xed\xab\xee\xdb"sv, "application/x-rpm"},
    {0, "070701"sv, "application/x-cpio"},
    {0, "070707"sv, "application/x-cpio"},
    {0, "xar!"sv, "application/x-xar"},
    {257, "ustar"sv, "application/x-tar"},
    {32769, "CD001"sv, "application/x-iso9660-image"},
    {0, "conectix"sv, "application/x-vhd-disk"},
    {0, "vhdxfile"sv, "application/x-vhdx-disk"},
    {0, "KDMV"sv, "application/x-vmdk-disk"},
    {0, "%!PS"sv, "application/postscript"},
    {0, "{\\rtf"sv, "application/rtf"},
    {0, "wOFF"sv, "font/woff"},
    {0, "SQLite format 3\0"sv, "application/vnd.sqlite3"},
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "GIF8"sv, "image/gif"},
    {0, "II*\0"sv, "image/tiff"},
    {0, "MM\0*"sv, "image/tiff"},
    {8, "WEBP"sv, "image/webp"},
    {0, "\0\0\x01\0"sv, "image/vnd.microsoft.icon"},
    {0, "8BPS"sv, "image/vnd.adobe.photoshop"},
    {4, "ftypheic"sv, "image/heic"},
    {4, "ftypavif"sv, "image/avif"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "ID3"sv, "audio/mpeg"},
    {0, "OggS"sv, "application/ogg"},
    {0, "fLaC"sv, "audio/flac"},
    {8, "WAVE"sv, "audio/wav"},
    {8, "AVI "sv, "video/x-msvideo"},
    {0, "\x1a\x45\xdf\xa3"sv, "video/x-matroska"},
    {0, "-----BEGIN PGP MESSAGE-----"sv, "application/pgp-encrypted"},
    {0, "-----BEGIN PGP PUBLIC KEY"sv, "application/pgp-keys"},
    {0, "-----BEGIN PGP SIGNATURE"sv, "application/pgp-signature"},
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = at; i < at + 4 && i < bytes.size(); ++i)
        number = number << 8U | static_cast<unsigned char>(bytes[i]);
    return number;
}

// Members of documents by the name or content they begin with, as the archive holds them in its
// first bytes.
std::string_view zip_type(std::string_view file) {
    constexpr std::size_t name_at = 30;  // of the first member
    const std::string_view first = file.substr(std::min(name_at, file.size()));
    constexpr std::string_view mime = "mimetype";
    if (first.starts_with("mimetypeapplication/")) {
        const std::string_view type = first.substr(mime.size());
        const auto length =
            static_cast<std::size_t>(std::ranges::find_if_not(type,
                                                              [](char c) {
                                                                  return (c >= 'a' && c <= 'z') ||
                                                                         c == '/' || c == '.' ||
                                                                         c == '-' || c == '+';
                                                              }) -
                                     type.begin());
        return type.substr(0, length);
    }
    if (file.find("META-INF/MANIFEST.MF") != file.npos) return "application/java-archive";
    if (file.find("AndroidManifest.xml") != file.npos)
        return "application/vnd.android.package-archive";
    if (file.find("[Content_Types].xml") == file.npos && file.find("_rels/.rels") == file.npos)
        return "application/zip";
    constexpr std::string_view prefix =
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (file.find("word/") != file.npos) return prefix;
    if (file.find("xl/") != file.npos)
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (file.find("ppt/") != file.npos)
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    return "application/zip";
}

std::string_view without_blanks(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    return text.substr(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
}

// Text that is a program of its own, or a page.
std::string_view markup_type(std::string_view text) {
    struct Beginning {
        std::string_view text, type;
    };
    constexpr Beginning beginnings[] = {
        {"<!doctype html", "text/html"},
        {"<html", "text/html"},
        {"<head", "text/html"},
        {"<body", "text/html"},
        {"<script", "text/html"},
        {"<hta:", "application/hta"},
        {"<svg", "image/svg+xml"},
        {"<?php", "application/x-httpd-php"},
        {"@echo off", "text/x-msdos-batch"},
        {"begin:vcard", "text/vcard"},
        {"begin:vcalendar", "text/calendar"},
        {"[internetshortcut]", "application/x-mswinurl"},
    };
    const std::string_view start = without_blanks(text);
    for (const Beginning& each : beginnings)
        if (names_equal(start.substr(0, each.text.size()), each.text)) return each.type;
    if (names_equal(start.substr(0, 5), "<?xml"))
        return text.find("<svg") != text.npos ? "image/svg+xml" : "application/xml";
    return {};
}

// No control characters but those of text; a character at the end may be cut.
bool is_text(std::string_view bytes) {
    const bool plain = std::ranges::all_of(bytes, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 || (c >= '\t' && c <= '\r') || c == '\x1b';
    });
    return plain && !bytes.empty() &&
           (bytes.size() >= file_type_bytes || is_utf8(bytes) ||
            std::ranges::count_if(bytes, [](char c) { return (c & 0x80) != 0; }) * 2 <
                std::ssize(bytes));
}

// Programs of DOS and Windows have bytes in their header that no text has.
bool is_pe(std::string_view bytes) {
    const std::string_view header = bytes.substr(0, 64);
    return (bytes.starts_with("MZ") || bytes.starts_with("ZM")) &&
           (header.find('\0') != header.npos || !is_utf8(header));
}

}  // namespace

std::string_view file_type(std::string_view file) {
    if (is_pe(file)) return "application/x-dosexec";
    if (file.starts_with("PK\x03\x04") || file.starts_with("PK\x05\x06") ||
        file.starts_with("PK00PK\x03\x04"))
        return zip_type(file);
    // Java classes and programs for several processors of Apple begin alike; the number that
    // follows is a version above 40, or how many processors.
    if (file.starts_with("\xca\xfe\xba\xbe"))
        return big_endian(file, 4) < 40 ? "application/x-mach-binary" : "application/java-vm";
    for (const Mark& mark : marks)
        if (file.size() > mark.at && file.substr(mark.at).starts_with(mark.bytes)) return mark.type;
    // Readers of PDF look for its mark in the first kilobyte.
    if (file.substr(0, 1024).find("%PDF-") != file.npos) return "application/pdf";
    if (file.starts_with("BM") && file.size() > 14 && file.substr(6, 4) == "\0\0\0\0"sv)
        return "image/bmp";
    if (const auto markup = markup_type(file); !markup.empty()) return markup;
    return is_text(file) ? "text/plain" : std::string_view();
}

// The object identifiers of enveloped-data, authenticated-enveloped-data and encrypted-data, in
// DER, where a ContentInfo has them; of PGP the armour, or a packet of a session key.
bool is_encrypted_file(std::string_view file) {
    constexpr std::string_view identifiers[] = {
        "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"sv,
        "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"sv,
        "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"sv,
    };
    if (file.substr(0, 4096).find("-----BEGIN PGP MESSAGE-----") != file.npos) return true;
    if (file.starts_with("\x30"))
        return std::ranges::any_of(identifiers, [&](std::string_view identifier) {
            return file.substr(0, 32).find(identifier) != file.npos;
        });
    // A public-key encrypted session key, version 3 or 6 (tag 1 in the old and in the new format).
    if (file.size() < 4) return false;
    const auto tag = static_cast<unsigned char>(file[0]);
    const bool old_format = tag == 0x84 || tag == 0x85 || tag == 0x86;
    const std::size_t version_at = tag == 0x85 ? 3 : tag == 0x86 ? 5 : 2;
    if (!old_format && tag != 0xc1) return false;
    return version_at < file.size() && (file[version_at] == 3 || file[version_at] == 6);
}

}  // namespace spillway::mail
