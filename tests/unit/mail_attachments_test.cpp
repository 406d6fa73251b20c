#include "mail/attachments.h"

#include <boost/test/unit_test.hpp>

#include "tnef_stream.h"

using namespace spillway::mail;
using namespace std::string_literals;

namespace {

// Owns what attachments point into.
struct Read {
    std::string message;
    Parts parts;
    Attachments attachments;

    explicit Read(std::string text, const ReadingLimits& limits = {})
        : message(std::move(text)),
          parts(parts_of(message, limits)),
          attachments(attachments_of(parts, limits)) {}

    const Attachment& only() const {
        BOOST_REQUIRE_EQUAL(attachments.files.size(), 1U);
        return attachments.files.front();
    }
};

bool has(const std::vector<std::string>& values, const std::string& value) {
    return std::ranges::find(values, value) != values.end();
}

std::string part(const std::string& fields, const std::string& body) {
    return "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n" + fields +
           "\r\n\r\n" + body + "\r\n--b--\r\n";
}

std::vector<std::string> names_of(const std::string& fields) {
    return Read(part(fields, "x")).only().names;
}

std::string bytes_of(const Attachment& file) { return beginning_of(file.body, 1'000'000); }

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_attachments)

BOOST_AUTO_TEST_CASE(a_message_of_text_has_none) {
    BOOST_TEST(Read("Subject: x\r\n\r\nhello\r\n").attachments.files.empty());
    BOOST_TEST(Read(part("Content-Type: text/html", "<p>x")).attachments.files.empty());
    BOOST_TEST(Read("").attachments.files.empty());
}

BOOST_AUTO_TEST_CASE(attached_named_and_strange_parts_are_files) {
    for (const char* fields :
         {"Content-Disposition: attachment", "Content-Type: text/plain; name=a",
          "Content-Type: application/x-strange", "Content-Type: image/png",
          "Content-Type: message/rfc822"})
        BOOST_TEST(Read(part(fields, "x")).attachments.files.size() == 1U, fields);
    BOOST_TEST(Read("Content-Type: application/pdf\r\n\r\n%PDF-1.4").only().path == "1");
}

BOOST_AUTO_TEST_CASE(a_file_has_path_size_and_bytes) {
    const Read read(
        part("Content-Type: application/pdf; name=\"a.pdf\"\r\n"
             "Content-Transfer-Encoding: base64",
             "JVBERi0xLjQ="));
    const Attachment& file = read.only();
    BOOST_TEST(file.path == "2");
    BOOST_TEST(decoded_bytes(file.body) == 8U);
    BOOST_TEST(bytes_of(file) == "%PDF-1.4");
    BOOST_TEST(file.names == std::vector<std::string>{"a.pdf"}, boost::test_tools::per_element());
    BOOST_TEST(file.types == std::vector<std::string>{"application/pdf"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_has_the_type_of_its_label_and_of_its_content) {
    const Read read(
        part("Content-Type: image/png; name=cat.png\r\n"
             "Content-Transfer-Encoding: base64",
             "TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    BOOST_TEST(has(read.only().types, "image/png"));
    BOOST_TEST(has(read.only().types, "application/x-dosexec"));
}

BOOST_AUTO_TEST_CASE(names_are_found_in_all_the_ways_they_are_written) {
    const char* const exe = "run.exe";
    for (const char* fields :
         {"Content-Disposition: attachment; filename=run.exe",
          "Content-Disposition: attachment; FileName = \"run.exe\"",
          "Content-Disposition: attachment; filename=\"run.\r\n exe\"",
          "Content-Disposition: attachment; filename*=utf-8'en'run%2Eexe",
          "Content-Disposition: attachment; filename*0=run; filename*1=.exe",
          "Content-Disposition: attachment; filename*1=.exe; filename*0=run",
          "Content-Disposition: attachment; filename*0*=utf-8''run; filename*3=.exe",
          "Content-Disposition: attachment; filename=\"=?utf-8?B?cnVuLmV4ZQ==?=\"",
          "Content-Disposition: attachment; filename=\"=?utf-8?Q?run?= =?utf-8?Q?=2Eexe?=\"",
          "Content-Disposition: attachment; filename=a.txt; filename=run.exe",
          "Content-Disposition: attachment; filename=run.exe; filename=a.txt",
          "Content-Disposition: attachment; filename=a.txt\r\nContent-Type: text/plain; "
          "name=run.exe",
          "Content-Disposition: attachment; filename=a.txt\r\n"
          "Content-Disposition: attachment; filename=run.exe",
          "Content-Type: application/octet-stream;\r\n\tname=\"run.exe\"",
          "Content-Disposition: inline; filename=\"C:\\\\temp\\\\run.exe\"",
          "Content-Disposition: inline; filename=\"C:\\temp\\sub\\run.exe\"",
          "Content-Disposition: inline; filename=\"../../run.exe\"",
          "Content-Disposition: inline; filename=\"run.exe. . \"",
          "Content-Disposition: inline; filename=\"run.exe::$DATA\"",
          "Content-Disposition: inline; filename=\"run%2eexe\"",
          "Content-Disposition: inline; filename=\"\xEF\xBD\x92un.exe\"",
          "Content-Disposition: inline; filename=\"r\xE2\x80\x8Bun.exe\"",
          "Content-Disposition: inline; filename=\"run\xC2\xAD.exe\""}) {
        const auto names = names_of(fields);
        const bool found = has(names, exe) || has(names, "run. exe");
        BOOST_TEST(found, fields << ": " << (names.empty() ? "none" : names.front()));
    }
    const auto nul = names_of("Content-Disposition: inline; filename=\"run.exe\0.txt\""s);
    BOOST_TEST(has(nul, exe));
    BOOST_TEST(has(nul, "run.exe.txt"));
    BOOST_TEST(has(names_of("Content-Disposition: inline; filename=my tool.exe"), "my tool.exe"));
}

BOOST_AUTO_TEST_CASE(a_name_written_backwards_ends_in_its_true_extension) {
    const auto names =
        names_of("Content-Disposition: inline; filename*=utf-8''ann%E2%80%AEfdp.exe");
    BOOST_REQUIRE(!names.empty());
    BOOST_TEST(names.front() == "annfdp.exe");
}

BOOST_AUTO_TEST_CASE(parts_are_numbered_as_readers_do) {
    const std::string inner =
        "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c\r\n"
        "Content-Type: image/gif\r\n\r\nGIF89a\r\n--c--";
    const Read read("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n" +
                    inner + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner +
                    "\r\n--b--\r\n");
    BOOST_REQUIRE_EQUAL(read.attachments.files.size(), 3U);
    BOOST_TEST(read.attachments.files[0].path == "2.2");
    BOOST_TEST(read.attachments.files[1].path == "3");
    BOOST_TEST(read.attachments.files[2].path == "3.2");
}

BOOST_AUTO_TEST_CASE(files_in_uuencode_are_found_in_any_text) {
    const std::string uu = "before\r\nbegin 644 a b.txt\r\n#8V%T\r\n`\r\nend\r\nafter\r\n";
    const Read plain("\r\n" + uu);
    BOOST_TEST(plain.only().names.front() == "a b.txt");
    BOOST_TEST(bytes_of(plain.only()) == "cat");
    BOOST_TEST(decoded_bytes(plain.only().body) == 3U);
    BOOST_TEST(plain.only().path == "1/1");

    const Read two("\r\n" + uu + uu);
    BOOST_TEST(two.attachments.files.size() == 2U);
    BOOST_TEST(bytes_of(two.attachments.files.back()) == "cat");

    const Read quoted(
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nx\r\nbegin=20644 r=\r\n"
        "un.exe\r\n#8V=\r\n%T\r\nend\r\n");
    BOOST_TEST(quoted.only().names.front() == "run.exe");
    BOOST_TEST(bytes_of(quoted.only()) == "cat");

    const Read labelled(
        "Content-Type: application/zip; name=a\r\nContent-Transfer-Encoding: "
        "x-uuencode\r\n\r\nbegin 600 a\r\n#8V%T\r\nend\r\n");
    BOOST_TEST(bytes_of(labelled.only()) == "cat");
}

BOOST_AUTO_TEST_CASE(files_of_other_old_encodings_are_found) {
    const Read base64("\r\nbegin-base64 644 c.txt\r\nY2F0\r\n====\r\n");
    BOOST_TEST(bytes_of(base64.only()) == "cat");

    std::string cat = "cat";
    for (char& c : cat) c = static_cast<char>(c + 42);
    const Read yenc("\r\n=ybegin line=128 size=3 name=c.txt\r\n" + cat + "\r\n=yend size=3\r\n");
    BOOST_TEST(yenc.only().names.front() == "c.txt");
    BOOST_TEST(bytes_of(yenc.only()) == "cat");
}

BOOST_AUTO_TEST_CASE(sentences_that_begin_with_begin_are_no_files) {
    for (const char* text :
         {"begin 9 to 5", "begin now", "begin 644 ",
          "begin 644 a\r\nhello world, this is a line of text\r\n", "=ybegin", "end"})
        BOOST_TEST(Read("\r\n"s + text).attachments.files.empty(), text);
}

BOOST_AUTO_TEST_CASE(an_unfinished_file_is_one) {
    BOOST_TEST(bytes_of(Read("\r\nbegin 644 a\r\n#8V%T").only()) == "cat");
    BOOST_TEST(bytes_of(Read("\r\nbegin 644 a\r\n#8V%T\r\nand so on\r\n").only()) == "cat");
}

BOOST_AUTO_TEST_CASE(files_of_winmail_dat_are_told_each) {
    tnef::Stream stream;
    stream.begin_file().title("short.ex_").data("MZ\x90\0\x03"s);
    stream.file_properties({tnef::unicode(0x3707, u"a long name.exe")});
    stream.begin_file().title("b.txt").data("cat");
    const Read read(part("Content-Type: application/ms-tnef; name=winmail.dat", stream.bytes()));
    BOOST_REQUIRE_EQUAL(read.attachments.files.size(), 3U);
    const Attachment& first = read.attachments.files[1];
    BOOST_TEST(first.path == "2/1");
    BOOST_TEST(has(first.names, "a long name.exe"));
    BOOST_TEST(has(first.names, "short.ex_"));
    BOOST_TEST(has(first.types, "application/x-dosexec"));
    BOOST_TEST(decoded_bytes(first.body) == 5U);
    BOOST_TEST(bytes_of(read.attachments.files[2]) == "cat");
    BOOST_TEST(!read.attachments.unreadable.has_value());
}

BOOST_AUTO_TEST_CASE(messages_within_winmail_dat_are_opened) {
    tnef::Stream inner;
    inner.begin_file().title("deep.txt").data("cat");
    tnef::Stream stream;
    stream.begin_file().title("inner").file_properties({tnef::embedded(inner.bytes())});
    const Read read(part("Content-Type: application/ms-tnef", stream.bytes()));
    BOOST_REQUIRE_EQUAL(read.attachments.files.size(), 3U);
    BOOST_TEST(has(read.attachments.files[2].names, "deep.txt"));
    BOOST_TEST(bytes_of(read.attachments.files[2]) == "cat");
}

BOOST_AUTO_TEST_CASE(damaged_winmail_dat_is_unreadable_and_tells_what_it_can) {
    tnef::Stream stream;
    stream.begin_file().title("a.txt").data("a cat that is cut");
    const std::string whole = stream.bytes();
    for (std::size_t size = 4; size < whole.size(); ++size) {
        const Read read(part("Content-Type: application/ms-tnef", whole.substr(0, size)));
        BOOST_TEST(!read.attachments.files.empty());
    }
    const Read cut(part("Content-Type: application/ms-tnef", whole.substr(0, whole.size() - 6)));
    BOOST_TEST(cut.attachments.unreadable.value_or("") == "a damaged winmail.dat");
    BOOST_TEST(cut.attachments.files.size() == 2U);
}

BOOST_AUTO_TEST_CASE(rich_text_of_winmail_dat_is_a_file_to_be_read) {
    tnef::Stream stream;
    // The example of [MS-OXRTFCP] section 4.1.1.
    stream.properties({tnef::binary(
        0x1009,
        "\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\0\x0a\0\x72\x63\x70\x67"
        "\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\0\x20\x62\x77\x05\xb0\x6c\x64"
        "\x7d\x0a\x80\x0f\xa0"s)});
    const Read read(part("Content-Type: application/ms-tnef", stream.bytes()));
    BOOST_REQUIRE_EQUAL(read.attachments.files.size(), 2U);
    BOOST_TEST(bytes_of(read.attachments.files[1]) ==
               "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    BOOST_TEST(has(read.attachments.files[1].types, "application/rtf"));
}

BOOST_AUTO_TEST_CASE(encrypted_files_are_known_by_their_content) {
    const auto encrypted = [](const std::string& content) {
        return Read(part("Content-Type: application/octet-stream", content)).only().encrypted;
    };
    BOOST_TEST(encrypted("-----BEGIN PGP MESSAGE-----\r\n\r\nx"));
    BOOST_TEST(encrypted("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80"));
    BOOST_TEST(!encrypted("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80"));
    BOOST_TEST(!encrypted("hello"));
}

BOOST_AUTO_TEST_CASE(labels_of_encryption_are_enough) {
    for (const char* type : {"multipart/encrypted; boundary=b",
                             "application/pkcs7-mime; "
                             "smime-type=enveloped-data",
                             "APPLICATION/X-PKCS7-MIME; "
                             "smime-type=\"Enveloped-Data\"",
                             "application/pgp-encrypted"})
        BOOST_TEST(Read("Content-Type: "s + type + "\r\n\r\nx").parts.encrypted, type);
    BOOST_TEST(!Read("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx")
                    .parts.encrypted);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decoded_is_said) {
    const auto unreadable = [](const std::string& message) {
        return Read(message).parts.unreadable.value_or("");
    };
    BOOST_TEST(unreadable("Content-Transfer-Encoding: x-strange\r\n\r\nx") ==
               "a transfer encoding that nobody knows");
    BOOST_TEST(unreadable("Content-Type: message/partial; id=1; number=1\r\n\r\nx") ==
               "a part whose content is elsewhere");
    BOOST_TEST(unreadable("Content-Type: multipart/mixed; boundary=b\r\n\r\nx") ==
               "a multipart without parts");
    BOOST_TEST(unreadable("Content-Transfer-Encoding: \"Base64\" (x);\r\n\r\nx") == "");
}

BOOST_AUTO_TEST_CASE(floods_of_files_are_bounded) {
    std::string uu = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    for (int i = 0; i < 20'000; ++i) uu += "begin 644 a\n#8V%T\nend\n";
    const Read read(uu);
    BOOST_TEST(read.attachments.files.size() <= 10'000U);
    BOOST_TEST(read.attachments.unreadable.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
