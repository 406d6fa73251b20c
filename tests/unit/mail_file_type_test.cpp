#include "mail/file_type.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::mail;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(mail_file_type)

BOOST_AUTO_TEST_CASE(files_are_what_their_first_bytes_say) {
    const std::pair<std::string, std::string_view> files[] = {
        {"MZ\x90\0\x03\0"s, "application/x-dosexec"},
        {"\x7f"
         "ELF\x02\x01"s,
         "application/x-executable"},
        {"\xca\xfe\xba\xbe\0\0\0\x34"s, "application/java-vm"},
        {"\xca\xfe\xba\xbe\0\0\0\x02"s, "application/x-mach-binary"},
        {"#!/bin/sh\n", "text/x-script"},
        {"PK\x03\x04"s + std::string(26, '\0') + "a.txt", "application/zip"},
        {"PK\x03\x04"s + std::string(26, '\0') + "[Content_Types].xml.. word/document.xml",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"PK\x03\x04"s + std::string(26, '\0') +
             "mimetypeapplication/vnd.oasis.opendocument.textPK",
         "application/vnd.oasis.opendocument.text"},
        {"PK\x03\x04"s + std::string(26, '\0') + "META-INF/MANIFEST.MF",
         "application/java-archive"},
        {"Rar!\x1a\x07\0"s, "application/vnd.rar"},
        {"7z\xbc\xaf\x27\x1c"s, "application/x-7z-compressed"},
        {"\x1f\x8b\x08"s, "application/gzip"},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s, "application/x-ole-storage"},
        {std::string(257, 'a') + "ustar", "application/x-tar"},
        {std::string(32769, '\0') + "CD001", "application/x-iso9660-image"},
        {"junk\r\n%PDF-1.7", "application/pdf"},
        {"{\\rtf1", "application/rtf"},
        {"\x89PNG\r\n\x1a\n"s, "image/png"},
        {"\xff\xd8\xff\xe0"s, "image/jpeg"},
        {"  <!DOCTYPE HTML>", "text/html"},
        {"\xef\xbb\xbf<script>", "text/html"},
        {"<?xml version='1.0'?><svg>", "image/svg+xml"},
        {"@ECHO OFF\r\n", "text/x-msdos-batch"},
        {"\x78\x9f\x3e\x22"s, "application/ms-tnef"},
        {"L\0\0\0\x01\x14\x02\0"s, "application/x-ms-shortcut"},
        {"just words", "text/plain"},
        {"MZ is the beginning of this sentence, which is long enough to be one of a text.",
         "text/plain"},
        {"\0\0\0\0"s, ""},
        {"", ""},
    };
    for (const auto& [bytes, type] : files)
        BOOST_TEST(file_type(bytes) == type, bytes.substr(0, 40));
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_file_is_survived) {
    const std::string zip = "PK\x03\x04"s + std::string(26, '\0') + "mimetypeapplication/epub+zip";
    for (std::size_t size = 0; size <= zip.size(); ++size) {
        BOOST_TEST(file_type(zip.substr(0, size)).size() < 100U);
        BOOST_TEST(!is_encrypted_file(zip.substr(0, size)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
