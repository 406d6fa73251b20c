#include "mail/text.h"

#include <pthread.h>

#include <fstream>
#include <functional>
#include <random>

#include <boost/test/unit_test.hpp>

#include "cpu_time.h"
#include "mail/address.h"
#include "mail/iconv_charset.h"
#include "mail/utf8.h"
#include "shared_data.h"
#include "tnef_stream.h"

using namespace spillway::mail;
using namespace std::string_literals;

namespace {

ReadText read(std::string_view message) { return read_text(message, ReadingLimits{}); }
std::string text_of(std::string_view message) { return read(message).text; }

std::string body_of(const std::string& fields, const std::string& body) {
    return text_of(fields + "\r\n\r\n" + body);
}

// Parts that are all but text become mixed.
std::string multipart(const std::vector<std::string>& parts, const std::string& boundary = "b") {
    std::string message = "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
    for (const std::string& part : parts) message += "--" + boundary + "\r\n" + part + "\r\n";
    return message + "--" + boundary + "--\r\n";
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

struct TemporaryFolder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "spillway-XXXXXX";
    TemporaryFolder() {
        std::string name = path.string();
        BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

void run_with_stack(std::size_t bytes, std::function<void()> task) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    BOOST_REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t thread{};
    const auto call = [](void* what) -> void* {
        (*static_cast<std::function<void()>*>(what))();
        return nullptr;
    };
    // Boost.Test notes each check in one place, so this thread makes none while the other runs.
    const int failure = pthread_create(&thread, &attributes, call, &task);
    if (failure == 0) pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    BOOST_REQUIRE(failure == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_text)

BOOST_AUTO_TEST_CASE(the_body_of_a_plain_message_is_its_text) {
    BOOST_TEST(text_of("Subject: x\r\n\r\nHello  world\r\nbye\r\n") == "Hello world\nbye\n");
    BOOST_TEST(text_of("Subject: x\n\nHello\n") == "Hello\n");
    BOOST_TEST(text_of("Subject: x\r\rHello\r") == "Hello\n");
    BOOST_TEST(text_of("\r\nHello") == "Hello");
    BOOST_TEST(text_of("") == "");
    BOOST_TEST(text_of("Subject: x") == "");
    BOOST_TEST(!read("Subject: x\n\nHello\n").incomplete.has_value());
}

BOOST_AUTO_TEST_CASE(transfer_encodings_are_undone_however_they_are_written) {
    for (const char* encoding : {"base64", "BASE64", " Base64 ", "\"base64\"", "base64;",
                                 "base64 (x)", "(x) base64", "\r\n base64", "base64\r\nX: y"})
        BOOST_TEST(
            body_of("Content-Transfer-Encoding: "s + encoding, "c2Vj\r\ncmV0\r\n") == "secret",
            encoding);
    BOOST_TEST(body_of("content-transfer-encoding : quoted-printable", "sec=\r\nret") == "secret");
    BOOST_TEST(body_of("Content-Transfer-Encoding: x-unknown", "secret") == "secret");
}

BOOST_AUTO_TEST_CASE(a_part_that_contradicts_itself_is_read_in_both_ways) {
    const std::string two_encodings =
        body_of("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64", "c2VjcmV0");
    BOOST_TEST(two_encodings == "c2VjcmV0\nsecret");
    BOOST_TEST(body_of("Content-Type: image/png\r\nContent-Type: text/plain", "secret") ==
               "secret");
    BOOST_TEST(body_of("Content-Type: text/plain; charset=us-ascii; charset=utf-7", "+AHM-ecret") ==
               "+AHM-ecret\nsecret");
}

// Readers take the first value or the last one, and in pieces or not.
BOOST_AUTO_TEST_CASE(of_many_values_of_a_parameter_the_first_and_the_last_ones_count) {
    const std::string others = ";charset=koi8-r;charset=koi8-u;charset=big5";
    for (const std::string& charsets :
         {";charset=utf-7" + others, others + ";charset=utf-7", others + ";charset*0=utf-7",
          others + ";charset=utf-7;charset*=''us-ascii"}) {
        const std::string text = body_of("Content-Type: text/plain" + charsets, "+AHM-ecret");
        BOOST_TEST(text.find("secret") != std::string::npos, charsets);
    }
    const std::string wrong = ";boundary=x;boundary=y;boundary=z";
    for (const std::string& boundaries :
         {";boundary=b" + wrong, wrong + ";boundary=b", wrong + ";boundary*=''b"}) {
        const std::string part = "Content-Transfer-Encoding: base64\r\n\r\nc2VjcmV0";
        BOOST_TEST(body_of("Content-Type: multipart/mixed" + boundaries,
                           "--\r\n--b\r\n" + part + "\r\n--b--") == "secret\n--",
                   boundaries);
    }
}

BOOST_AUTO_TEST_CASE(charsets_are_converted) {
    BOOST_TEST(body_of("Content-Type: text/plain; charset=iso-8859-1", "caf\xe9") == "café");
    BOOST_TEST(body_of("Content-Type: text/plain; charset*=us-ascii'en'utf-7", "+AHM-ecret") ==
               "secret");
    BOOST_TEST(body_of("Content-Type: text/plain; charset*1=7; charset*0=utf-", "+AHM-ecret") ==
               "secret");
    BOOST_TEST(body_of("Content-Type: text/plain;charset = \"utf-16le\"", "s\0e\0c\0"s) == "sec");
    BOOST_TEST(body_of("Content-Type: text/html", "<meta charset=\"utf-7\">+AHM-ecret") ==
               "secret");
}

BOOST_AUTO_TEST_CASE(text_without_a_usable_type_is_plain_text) {
    for (const char* type :
         {"text", "", ";", "/", "text/", "nonsense", "text/unknown", "TEXT/PLAIN", "text / plain"})
        BOOST_TEST(body_of("Content-Type: "s + type, "<b>secret") == "<b>secret", type);
    BOOST_TEST(body_of("Content-Type: TEXT/HTML", "<b>se</b>cret") == "secret");
}

// A comment that ends in a backslash was once read beyond the end of the field.
BOOST_AUTO_TEST_CASE(fields_may_end_anywhere) {
    for (const char* type :
         {"(\\", "(", "text/html;(\\", "text/html; a=\"\\", "text/html; a=\"", "text/(\\",
          "text/html; a", "text/html; a=", "text/html; *=", "text/html; a*=%4", "text/html; a*='"})
        BOOST_TEST(body_of("Content-Type: "s + type, "secret") == "secret", type);
    BOOST_TEST(body_of("Content-Transfer-Encoding: (\\", "secret") == "secret");
}

BOOST_AUTO_TEST_CASE(attachments_that_are_not_text_are_not_read) {
    BOOST_TEST(body_of("Content-Type: application/octet-stream", "secret") == "");
    BOOST_TEST(body_of("Content-Type: image/png", "secret") == "");
    BOOST_TEST(body_of("Content-Type: text/csv\r\nContent-Disposition: attachment", "a,b") ==
               "a,b");
}

BOOST_AUTO_TEST_CASE(all_text_parts_are_read_in_order) {
    BOOST_TEST(text_of(multipart({"\r\none", "Content-Type: text/html\r\n\r\n<p>two</p>",
                                  "Content-Type: image/png\r\n\r\nnone", "\r\nthree"})) ==
               "one\ntwo\nthree");
}

BOOST_AUTO_TEST_CASE(attached_messages_are_read) {
    const std::string inner = "Subject: y\r\nContent-Type: text/html\r\n\r\n<i>se</i>cret";
    BOOST_TEST(text_of("Content-Type: message/rfc822\r\n\r\n" + inner) == "secret");
    BOOST_TEST(text_of(multipart({"Content-Type: message/rfc822\r\n\r\n" + inner})) == "secret");
    BOOST_TEST(text_of("Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n" + inner +
                       "\r\n--b--") == "secret");
    BOOST_TEST(text_of("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                       "U3ViamVjdDogeA0KDQpzZWNyZXQ=") == "secret");
    BOOST_TEST(text_of(multipart({multipart({multipart({"\r\nsecret"}, "d")}, "c")})) == "secret");
}

// Readers disagree about where the header of such a message begins.
BOOST_AUTO_TEST_CASE(blank_lines_before_the_header_of_a_message_hide_nothing) {
    const std::string inner = "Content-Transfer-Encoding: base64\r\n\r\nc2VjcmV0";
    for (const char* before : {"\r\n", " \t\r\n\r\n"}) {
        BOOST_TEST(text_of(before + inner).starts_with("secret\n"));
        BOOST_TEST(text_of("Content-Type: message/rfc822\r\n\r\n"s + before + inner)
                       .starts_with("secret\n"));
    }
    BOOST_TEST(text_of("\r\nNote: secret") == "Note: secret");
    BOOST_TEST(text_of("\r\nsecret\r\n") == "secret\n");
}

BOOST_AUTO_TEST_CASE(broken_multiparts_are_read_all_the_same) {
    const std::string type = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    BOOST_TEST(text_of(type + "--b\r\n\r\nsecret") == "secret");
    BOOST_TEST(text_of(type + "--b\r\n\r\nsecret\r\n--b") == "secret");
    BOOST_TEST(text_of(type + "--b \t\r\n\r\nsecret\r\n--b-- \r\n") == "secret");
    BOOST_TEST(text_of(type + "--bb\r\n\r\nx\r\n--b\r\n\r\nsecret\r\n--b--").find("secret") !=
               std::string::npos);
    BOOST_TEST(text_of("Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nsecret\r\n--x--") ==
               "secret");
    BOOST_TEST(
        text_of("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nsecret\r\n----") ==
        "secret");
    BOOST_TEST(text_of("Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n"
                       "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nc2VjcmV0\r\n--b--") ==
               "secret");
    BOOST_TEST(text_of("Content-Type: multipart/mixed; boundary=wrong\r\n\r\n"
                       "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nc2VjcmV0\r\n--b--") ==
               "secret");
    BOOST_TEST(text_of(type + "no delimiter") == "no delimiter");
    BOOST_TEST(
        text_of(
            "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            "LS1iDQoNCnNlY3JldA0KLS1iLS0NCg==") == "secret");
    BOOST_TEST(text_of(type + "--b\r\nsecret without header\r\n--b--") == "secret without header");
}

BOOST_AUTO_TEST_CASE(parts_after_the_end_and_text_between_are_found) {
    const std::string message =
        "Content-Type: multipart/mixed; "
        "boundary=b\r\n\r\nbefore\r\n--b\r\n\r\none\r\n--b--\r\nafter\r\n"
        "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nc2VjcmV0\r\n";
    BOOST_TEST(text_of(message) == "one\nsecret\nbefore\nafter");
}

BOOST_AUTO_TEST_CASE(an_inner_part_may_use_the_boundary_of_its_parent) {
    BOOST_TEST(text_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                       "--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
                       "--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--") == "one\ntwo");
}

BOOST_AUTO_TEST_CASE(flowed_lines_are_joined) {
    BOOST_TEST(body_of("Content-Type: text/plain; format=flowed; delsp=yes",
                       "sec \r\nret\r\n more") == "secret\nmore\n");
    BOOST_TEST(body_of("Content-Type: text/plain; format=Flowed", "bank \r\naccount\r\n-- \r\nx") ==
               "bank account\n--\nx\n");
}

BOOST_AUTO_TEST_CASE(hidden_text_of_html_follows_the_visible) {
    BOOST_TEST(text_of(multipart({"Content-Type: text/html\r\n\r\nse<b hidden>junk</b>cret",
                                  "\r\nplain"})) == "secret\nplain\njunk");
}

BOOST_AUTO_TEST_CASE(where_hidden_text_begins_is_told) {
    const ReadText both =
        read(multipart({"Content-Type: text/html\r\n\r\nse<b hidden>junk</b>cret"}));
    BOOST_TEST(both.text.substr(0, both.shown_bytes) == "secret");
    BOOST_TEST(both.text.substr(both.shown_bytes).starts_with("\njunk"));

    BOOST_TEST(read("\r\nplain").shown_bytes == 5u);
    const ReadText nothing_shown = read("Content-Type: text/html\r\n\r\n<p hidden>junk</p>");
    BOOST_TEST(nothing_shown.text == "junk");
    BOOST_TEST(nothing_shown.shown_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(text_beyond_the_limit_is_reported_missing) {
    const ReadingLimits limits{.text_bytes = 10};
    BOOST_TEST(read_text("\n0123456789", limits).text == "0123456789");
    BOOST_TEST(!read_text("\n0123456789", limits).incomplete.has_value());
    BOOST_TEST(read_text("\n0123456789a", limits).text == "0123456789");
    BOOST_TEST(read_text("\n0123456789a", limits).incomplete.value_or("") ==
               "more text than is read");
    BOOST_TEST(read_text("\n012345678é", limits).text == "012345678");
    // With the line ends between the pieces; the one before the hidden text was once forgotten.
    const std::string html = "Content-Type: text/html\r\n\r\n23<b hidden>45";
    const ReadText all = read_text(multipart({"\r\n01", html, "\r\nab"}), limits);
    BOOST_TEST(all.text == "01\n23\na\n45");
    BOOST_TEST(all.incomplete.has_value());
}

BOOST_AUTO_TEST_CASE(parts_beyond_the_limit_are_reported_missing) {
    const ReadingLimits limits{.parts = 3};
    BOOST_TEST(!read_text(multipart({"\r\na", "\r\nb"}), limits).incomplete.has_value());
    BOOST_TEST(read_text(multipart({"\r\na", "\r\nb", "\r\nc"}), limits).incomplete.value_or("") ==
               "more parts than are read");
    BOOST_TEST(read(multipart(std::vector<std::string>(300'000))).incomplete.has_value());
}

BOOST_AUTO_TEST_CASE(nesting_beyond_the_limit_is_reported_missing) {
    const ReadingLimits limits{.depth = 2};
    BOOST_TEST(!read_text(multipart({multipart({"\r\na"}, "c")}), limits).incomplete.has_value());
    BOOST_TEST(read_text(multipart({multipart({multipart({"\r\na"}, "d")}, "c")}), limits)
                   .incomplete.value_or("") == "nested deeper than is read");
}

BOOST_AUTO_TEST_CASE(nesting_within_the_limits_is_read_to_the_bottom) {
    std::string part = "\r\nsecret";
    for (int i = 0; i < 99; ++i)
        part = multipart({"\r\n" + std::string(200, 'x'), part}, "b" + std::to_string(i));
    BOOST_TEST(!read(part).incomplete.has_value());
    BOOST_TEST(text_of(part).ends_with("secret"));
}

BOOST_AUTO_TEST_CASE(deep_nesting_needs_no_stack) {
    for (const int depth : {1'000, 100'000}) {
        std::string multiparts;
        for (int i = 0; i < depth; ++i)
            multiparts += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) +
                          "\n\n--b" + std::to_string(i) + "\n";
        const std::string messages = repeated("Content-Type: message/rfc822\n\n", depth);
        run_with_stack(64 * 1024, [&] {
            BOOST_TEST(read(multiparts + "\nx").incomplete.has_value());
            BOOST_TEST(read(messages + "\nx").incomplete.has_value());
        });
    }
}

// Quadratic code takes minutes for these.
BOOST_AUTO_TEST_CASE(floods_are_read_in_linear_time) {
    BOOST_TEST(!read("\n" + std::string(4'000'000, '=')).incomplete.has_value());
    BOOST_TEST(text_of("\n" + std::string(4'000'000, '\0')) == "");
    BOOST_TEST(text_of("Content-Type: text/html\n\n" + std::string(4'000'000, '<')).size() ==
               4'000'000u);
    BOOST_TEST(
        text_of("Content-Transfer-Encoding: quoted-printable\n\n" + repeated("=   ", 500'000))
            .size() > 0u);
    BOOST_TEST(text_of(repeated("X-Header: value\n", 100'000) + "\nsecret") == "secret");
    BOOST_TEST(text_of("X: " + std::string(1'000'000, ' ') + "\n" + repeated(" \t", 500'000) +
                       "\n\nsecret") == "secret");
    BOOST_TEST(text_of("Content-Type: text/plain" + repeated("; a*1=b", 50'000) + "\n\nsecret") ==
               "secret");
    BOOST_TEST(text_of("Content-Type: text/plain; " + std::string(1'000'000, '(') + "\n\nsecret") ==
               "secret");
    const std::string dashes(2'000, '-');
    BOOST_TEST(read("Content-Type: multipart/mixed; boundary=\"" + dashes + "\"\n\n" +
                    std::string(4'000'000, '-'))
                   .text.size() > 0u);
    BOOST_TEST(read("Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n", 500'000))
                   .incomplete.has_value());
    BOOST_TEST(
        read("Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b--\nx\n", 300'000))
            .text.size() > 0u);
}

// Each value was once compared with all before it.
BOOST_AUTO_TEST_CASE(parameters_without_number_are_read_in_linear_time) {
    for (const std::string name : {"boundary", "charset"}) {
        std::string message = "Content-Type: multipart/mixed";
        if (name == "charset") message = "Content-Type: text/plain";
        for (int i = 0; i < 100'000; ++i) message += ";" + name + "=a" + std::to_string(i);
        message += "\n\n--a99999\n\nsecret";
        std::string text;
        const double seconds = cpu_seconds([&] { text = text_of(message); });
        BOOST_TEST(text.ends_with("secret"));
        BOOST_TEST(seconds < 2);
    }
}

// Each level doubles what there is to read; the work is bounded and its end reported.
BOOST_AUTO_TEST_CASE(contradictions_within_contradictions_are_given_up) {
    const std::string level =
        "Content-Type: message/rfc822\nContent-Type: message/global\n\n\nSubject: x\n";
    const std::string html = "Content-Type: text/html\n\n" + repeated("<b>", 500'000);
    BOOST_TEST(read(repeated(level, 50) + html).incomplete.has_value());
}

BOOST_AUTO_TEST_CASE(libraries_are_ready) { prepare_libraries(); }

// Not one of some 1,800 odd messages may do more than be read.
BOOST_AUTO_TEST_CASE(messages_of_other_projects_are_read) {
    const auto folder = shared_data();
    if (!folder) return;
    const TemporaryFolder unpacked;
    output_of("tar xJf '" + (*folder / "corpus.tar.xz").string() + "' -C '" +
              unpacked.path.string() + "'");
    int messages = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(unpacked.path)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string message{std::istreambuf_iterator<char>(in), {}};
        const ReadText text = read(message);
        BOOST_TEST((readable(text.text) == text.text), entry.path());
        authors({{"From", message.substr(0, 2'000)}});
        ++messages;
    }
    BOOST_TEST(messages > 1'800);
}

BOOST_AUTO_TEST_CASE(files_of_text_in_old_encodings_are_read) {
    const std::string uu = "x\r\nbegin 644 a.txt\r\n&<V5C<F5T\r\n`\r\nend\r\n";
    BOOST_TEST(body_of("Subject: x", uu).ends_with("secret"));
    BOOST_TEST(body_of("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode",
                       "begin 644 a\r\n&<V5C<F5T\r\nend\r\n") == "secret");
    const std::string html =
        "begin 644 a.htm\r\n6/&AT;6P^/'`^<V4\\8CYC<CPO8CYE=```\r\n`\r\nend\r\n";
    BOOST_TEST(body_of("Subject: x", html).find("secret") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_texts_of_winmail_dat_are_read) {
    tnef::Stream stream;
    stream.code_page(1251).body("first");
    stream.properties({tnef::long_number(0x0e08, 5), tnef::named(7),
                       tnef::unicode(0x1000, u"sec\u200bret"),
                       tnef::binary(0x1013, "<p>pa<b>ss</b>word</p><b hidden>junk")});
    const ReadText text = read(multipart(
        {"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + stream.bytes()}));
    BOOST_TEST(text.text.substr(0, text.shown_bytes).starts_with("first"));
    BOOST_TEST(text.text.find("secret") != std::string::npos);
    BOOST_TEST(text.text.find("password") < text.shown_bytes);
    BOOST_TEST(text.text.find("junk") > text.shown_bytes);
    BOOST_TEST(!text.unreadable.has_value());
}

BOOST_AUTO_TEST_CASE(what_a_doubter_of_the_label_reads_is_hidden_text) {
    const auto hidden = [](const std::string& charset, const std::string& body) {
        const ReadText text =
            read("Content-Type: text/plain; charset=" + charset + "\r\n\r\n" + body);
        return text.text.substr(text.shown_bytes);
    };
    BOOST_TEST(hidden("utf-16", "secret word").find("secret") != std::string::npos);
    BOOST_TEST(hidden("ibm037", "secret").find("secret") != std::string::npos);
    BOOST_TEST(hidden("koi8-r", "\xC3\xA9t\xC3\xA9").find("été") != std::string::npos);
    BOOST_TEST(hidden("us-ascii", "\x1b$B0B\x1b(B").find("安") != std::string::npos);
    BOOST_TEST(hidden("iso-8859-1", "caf\xe9") == "");
    BOOST_TEST(hidden("utf-8", "secret") == "");
}

BOOST_AUTO_TEST_CASE(what_no_reader_shows_is_kept_apart) {
    const ReadText text = read(multipart(
        {"Content-Type: text/html\r\n\r\na<!-- one --><style>p{two}</style><script>three</script>"
         "<iframe src='data:text/html;base64,PGI+Zm91cg=='></iframe><p srcdoc='<i>five</i>'>"}));
    for (const char* word : {"one", "two", "three", "four", "five"}) {
        BOOST_TEST(text.code.find(word) != std::string::npos, word);
        BOOST_TEST(text.text.find(word) == std::string::npos, word);
    }
}

// Which ICU does not know.
BOOST_AUTO_TEST_CASE(charsets_of_the_c_library_are_converted) {
    const auto body = [](const std::string& charset, const std::string& text) {
        return body_of("Content-Type: text/plain; charset=" + charset, text);
    };
    BOOST_TEST(body("ISO-8859-16", "pre\xfe iar\xe3") == "preț iară");
    BOOST_TEST(body("KOI8-T", "\xd0\xd2\xc9\xd7\xc5\xd4") == "привет");
    BOOST_TEST(body("TCVN-5712", "Vi\xd6t") == "Việt");
    BOOST_TEST(body("UTF-7-IMAP", "&AHM-ecret") == "secret");
    BOOST_TEST(body("iso646-de", "gr}n").starts_with("grün"));
    BOOST_TEST(body("johab", "a\xff").starts_with("a\xEF\xBF\xBD"));
    BOOST_TEST(body("TSCII", "\xaa") != "");  // one byte that is several characters
    BOOST_TEST(!read("Content-Type: text/plain; charset=ARMSCII-8\r\n\r\nx").unreadable);
    for (const char* name : {"koi8-t//TRANSLIT", "wchar_t", "INTERNAL", "char", "../../x"})
        BOOST_TEST(read("Content-Type: text/plain; charset=\"" + std::string(name) + "\"\r\n\r\nx")
                       .unreadable.has_value(),
                   name);
}

// A character that a piece ends in waits for the next one.
BOOST_AUTO_TEST_CASE(pieces_of_charsets_of_the_c_library_make_the_whole) {
    std::mt19937 random(4);
    std::string bytes(2000, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random() % 4 == 0 ? random() : 'a' + random() % 26);
    for (const char* name : {"johab", "euc-jisx0213", "tcvn-5712", "tscii", "utf-7-imap", "cp1364",
                             "iso-2022-jp-3", "ucs-2le", "iso_6937"}) {
        IconvCharset whole, pieces;
        BOOST_REQUIRE(whole.open(name) && pieces.open(name));
        std::string expected, got;
        whole.convert(bytes, true, expected);
        for (const char byte : bytes) pieces.convert({&byte, 1}, false, got);
        pieces.convert("", true, got);
        BOOST_TEST(got == expected, name);
        BOOST_TEST(is_utf8(got), name);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_charset_is_told) {
    BOOST_TEST(
        read("Content-Type: text/plain; charset=x-strange\r\n\r\nx").unreadable.value_or("") ==
        "a charset that nobody knows");
    BOOST_TEST(!read("Content-Type: text/plain; charset=\"Shift_JIS\"\r\n\r\nx").unreadable);
    BOOST_TEST(!read("Content-Type: text/plain; charset=unknown-8bit\r\n\r\nx").unreadable);
}

BOOST_AUTO_TEST_SUITE_END()
