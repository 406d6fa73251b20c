#include "mail/edit_footer.h"

#include <boost/test/unit_test.hpp>

#include "mail/text.h"

namespace spillway::mail {
namespace {

const Footer legal{.text = "Legal notice\n", .html = "<p>Legal notice</p>", .once = ""};
const Footer foreign{.text = "T\xC5\x8Dky\xC5\x8D office \xF0\x9F\x98\x80\n",
                     .html = "<p>T\xC5\x8Dky\xC5\x8D office \xF0\x9F\x98\x80</p>",
                     .once = ""};

std::size_t fields_in(std::string_view message) {
    const std::string_view header = message.substr(0, message.find("\r\n\r\n") + 2);
    std::size_t count = 0;
    for (std::size_t at = 0; at < header.size(); at = header.find("\r\n", at) + 2)
        count += header[at] != ' ' && header[at] != '\t';
    return count;
}

// As test messages are written: LF here, CRLF on the wire.
std::string wire(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
    return out;
}

std::string body_of(const std::string& message, const MessageEdit& edit) {
    std::string body;
    edited_body(message, edit.body, [&](std::string_view piece) { body += piece; });
    return body;
}

// "Name: value" of each field that changes, then the body.
std::string edited(const std::string& text, const std::vector<Footer>& footers = {legal}) {
    const std::string message = wire(text);
    const auto done = insert_footers(message, footers, fields_in(message));
    if (!done) return "left: " + done.error();
    std::string all;
    for (const FieldChange& change : done->edit.fields)
        all += change.name + ": " + change.value.value_or("(none)") + "\n";
    for (const char c : body_of(message, done->edit))
        if (c != '\r') all += c;
    return all;
}

const std::string plain = "From: a@b.example\nMIME-Version: 1.0\n";

std::string with_type(const std::string& type, const std::string& body) {
    return plain + "Content-Type: " + type + "\n\n" + body;
}

BOOST_AUTO_TEST_SUITE(footers)

BOOST_AUTO_TEST_CASE(plain_text_gets_it_below_an_empty_line) {
    BOOST_TEST(edited(plain + "\nHello\n") == "Hello\n\nLegal notice\n");
    BOOST_TEST(edited(plain + "\nHello\n\n") == "Hello\n\nLegal notice\n");
    BOOST_TEST(edited(plain + "\n") == "Legal notice\n");
}

BOOST_AUTO_TEST_CASE(both_sides_of_an_alternative_get_it_and_all_else_stays) {
    const std::string before =
        "preamble\n--b\nContent-Type: text/plain; x=y\n\nHello\n--b\n"
        "Content-Type: text/html\n\n<html><body>Hello</body></html>\n--b--\nepilogue\n";
    BOOST_TEST(edited(with_type("multipart/alternative; boundary=b", before)) ==
               "preamble\n--b\nContent-Type: text/plain; x=y\n\nHello\n\nLegal notice\n--b\n"
               "Content-Type: text/html\n\n<html><body>Hello\n<p>Legal notice</p>\n</body></html>\n"
               "--b--\nepilogue\n");
}

BOOST_AUTO_TEST_CASE(files_and_attached_messages_are_no_text) {
    const std::string rest =
        "--b\nContent-Type: text/plain; name=notes.txt\n\nnotes\n"
        "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nmore\n"
        "--b\nContent-Type: message/rfc822\n\nSubject: x\n\ninner\n--b--\n";
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b", "--b\n\nHello\n" + rest)) ==
               "--b\n\nHello\n\nLegal notice\n" + rest);
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b", rest)) == "left: it has no text");
}

BOOST_AUTO_TEST_CASE(the_root_of_related_parts_gets_it_wherever_it_stands) {
    const std::string body =
        "--b\nContent-Type: image/png\n\npng\n"
        "--b\nContent-Type: text/html\nContent-ID: <root@x>\n\n<b>Hi</b>\n--b--\n";
    BOOST_TEST(edited(with_type("multipart/related; start=\"<root@x>\"; boundary=b", body)) ==
               "--b\nContent-Type: image/png\n\npng\n"
               "--b\nContent-Type: text/html\nContent-ID: <root@x>\n\n<b>Hi</b>\n"
               "<p>Legal notice</p>\n\n--b--\n");
    BOOST_TEST(edited(with_type("multipart/related; boundary=b", body)) ==
               "left: it has no text of its own");
}

BOOST_AUTO_TEST_CASE(what_is_sealed_is_left_alone) {
    const std::string inner =
        "--b\n\nHello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n";
    BOOST_TEST(edited(with_type("multipart/signed; boundary=b", inner)) == "left: it is signed");
    BOOST_TEST(edited(with_type("multipart/encrypted; boundary=b", inner)) ==
               "left: it is signed or encrypted");
    BOOST_TEST(edited(with_type("application/pkcs7-mime; smime-type=signed-data", "MII=\n")) ==
               "left: it is signed or encrypted");
    BOOST_TEST(edited(with_type("multipart/report; boundary=b", inner)) == "left: it is a report");
    BOOST_TEST(
        edited(with_type("multipart/alternative; boundary=b",
                         "--b\n\nHello\n--b\nContent-Type: text/calendar\n\nBEGIN\n--b--\n")) ==
        "left: it is an invitation");
    BOOST_TEST(edited(plain + "\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n") ==
               "left: it is signed or encrypted");
    // Deep inside as well.
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=o",
                                "--o\nContent-Type: multipart/signed; boundary=b\n\n" + inner +
                                    "--o\n\nlist\n--o--\n")) == "left: it is signed");
}

BOOST_AUTO_TEST_CASE(an_invitation_that_is_only_a_file_is_one) {
    const std::string file =
        "--b\nContent-Type: text/calendar\nContent-Disposition: attachment\n\nBEGIN\n--b--\n";
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b", "--b\n\nHello\n" + file)) ==
               "--b\n\nHello\n\nLegal notice\n" + file);
}

BOOST_AUTO_TEST_CASE(what_readers_take_apart_differently_is_left_alone) {
    BOOST_TEST(edited(plain + "Content-Type: text/html\nContent-Type: text/plain\n\nx\n") ==
               "left: a part that says two things of itself");
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=a; boundary=b", "--a\n\nx\n--a--\n")) ==
               "left: a multipart that readers take apart differently");
    BOOST_TEST(
        edited(with_type("multipart/mixed; boundary=a", "--a\n\nx\n--a--\n--a\n\ny\n--a--\n")) ==
        "left: a multipart that goes on behind its end");
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=a", "x\n")) ==
               "left: a multipart without parts");
    BOOST_TEST(edited(plain + "Content-Transfer-Encoding: rot13\n\nx\n") ==
               "left: an unknown transfer encoding");
    const std::string message = wire(plain + "\nHello\n");
    BOOST_TEST(!insert_footers(message, {legal}, 1).has_value());
}

BOOST_AUTO_TEST_CASE(ascii_becomes_utf8_in_quoted_printable_where_the_footer_needs_it) {
    const std::string body = "1 + 1 =3D 2\n\nT=C5=8Dky=C5=8D office =F0=9F=98=80\n";
    BOOST_TEST(edited("From: a@b.example\n\n1 + 1 = 2\n", {foreign}) ==
               "Content-Type: text/plain; charset=UTF-8\n"
               "Content-Transfer-Encoding: quoted-printable\nMIME-Version: 1.0\n" +
                   body);
    BOOST_TEST(edited(with_type("text/plain; format=flowed;\n charset = \"us-ascii\" (c); x=1",
                                "1 + 1 = 2\n"),
                      {foreign}) ==
               "Content-Type: text/plain; format=flowed;\n charset = UTF-8 (c); x=1\n"
               "Content-Transfer-Encoding: quoted-printable\n" +
                   body);
    // Of a part within, the header stands in the body.
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b",
                                "--b\nContent-Description: d\n\n1 + 1 = 2\n--b--\n"),
                      {foreign}) ==
               "--b\nContent-Description: d\nContent-Type: text/plain; charset=UTF-8\n"
               "Content-Transfer-Encoding: quoted-printable\n\n" +
                   body + "--b--\n");
}

BOOST_AUTO_TEST_CASE(a_charset_that_has_the_characters_is_kept) {
    const Footer cafe{.text = "Caf\xC3\xA9\n", .html = "", .once = ""};
    BOOST_TEST(edited(with_type("text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit",
                                "\xE4\n"),
                      {cafe}) == "\xE4\n\nCaf\xE9\n");
    BOOST_TEST(
        edited(
            with_type("text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit", "\xE4\n"),
            {foreign}) == "Content-Type: text/plain; charset=UTF-8\n\xC3\xA4\n\n" + foreign.text);
    // 7-bit in a charset of 8 bits: its transfer encoding is raised, its charset is not.
    BOOST_TEST(edited(with_type("text/plain; charset=iso-8859-1", "a\n"), {cafe}) ==
               "Content-Transfer-Encoding: quoted-printable\na\n\nCaf=E9\n");
}

BOOST_AUTO_TEST_CASE(stateful_charsets_are_read_and_written_as_a_whole) {
    const std::string japanese = "\x1B$B$3$s\x1B(B";
    BOOST_TEST(edited(with_type("text/plain; charset=iso-2022-jp", japanese + "\n")) ==
               japanese + "\n\nLegal notice\n");
    // An emoji is not in it.
    const std::string raised =
        edited(with_type("text/plain; charset=iso-2022-jp", japanese + "\n"), {foreign});
    BOOST_TEST(
        raised.starts_with("Content-Type: text/plain; charset=UTF-8\n"
                           "Content-Transfer-Encoding: "));
    BOOST_TEST(edited(with_type("text/plain; charset=x-nobody-knows", "x\n")) ==
               "left: a text in an unknown charset");
}

BOOST_AUTO_TEST_CASE(html_says_in_ascii_what_its_charset_lacks) {
    BOOST_TEST(edited(with_type("text/html; charset=iso-8859-1", "<b>x</b>\n"), {foreign}) ==
               "<b>x</b>\n\n<p>T&#333;ky&#333; office &#128512;</p>\n");
    BOOST_TEST(edited(with_type("text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit",
                                "<b>\xC3\xA4</b>\n"),
                      {foreign}) == "<b>\xC3\xA4</b>\n\n" + foreign.html + "\n");
}

BOOST_AUTO_TEST_CASE(quoted_printable_changes_only_where_it_is_added_to) {
    const std::string type =
        "text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable";
    BOOST_TEST(edited(with_type(type, "a=20=\nb=C3=A4\n"), {foreign}) ==
               "a=20=\nb=C3=A4\n\nT=C5=8Dky=C5=8D office =F0=9F=98=80\n");
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b",
                                "--b\nContent-Type: " + type + "\n\nab=\n--b--\n")) ==
               "--b\nContent-Type: " + type + "\n\nab\n\nLegal notice=\n--b--\n");
    BOOST_TEST(edited(with_type("text/html\nContent-Transfer-Encoding: quoted-printable",
                                "<html><body>a=3D</body></html>\n")) ==
               "<html><body>a=3D\n<p>Legal notice</p>\n</body></html>\n");
}

BOOST_AUTO_TEST_CASE(a_checksum_of_the_text_goes_with_the_text) {
    BOOST_TEST(edited("From: a@b.example\nContent-MD5: x\n\nHello\n") ==
               "Content-MD5: (none)\nHello\n\nLegal notice\n");
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b",
                                "--b\nContent-MD5: x\nContent-ID: <i>\n\nHello\n--b--\n")) ==
               "--b\nContent-ID: <i>\n\nHello\n\nLegal notice\n--b--\n");
}

BOOST_AUTO_TEST_CASE(base64_keeps_its_lines_before_the_place) {
    const std::string type = "text/plain\nContent-Transfer-Encoding: base64";
    BOOST_TEST(edited(with_type(type, "SGVs\nbG8s\nIEJvYg0K\n")) ==
               "SGVs\nbG8s\nIEJv\nYg0K\nDQpM\nZWdh\nbCBu\nb3Rp\nY2UN\nCg==\n");
    BOOST_TEST(edited(with_type(type, "SGVs%bG8=\n")) == "left: damaged base64");
    BOOST_TEST(edited(with_type(type, "SGVsbG8")) == "left: damaged base64");
}

BOOST_AUTO_TEST_CASE(flowed_text_stays_flowed_and_its_signature_a_signature) {
    const Footer words{
        .text =
            "This message and all that is attached to it is meant for nobody but those whom "
            "it names.\n>sharp\nFrom here\n",
        .html = "",
        .once = ""};
    const std::string signed_off = "a paragraph \nthat goes on\n-- \nAnn\n";
    BOOST_TEST(edited(with_type("text/plain; format=flowed", signed_off), {words}) ==
               signed_off +
                   "\nThis message and all that is attached to it is meant for nobody but \n"
                   "those whom it names.\n >sharp\n From here\n");
    BOOST_TEST(edited(with_type("text/plain; format=flowed; delsp=yes", signed_off), {words}) ==
               signed_off +
                   "\nThis message and all that is attached to it is meant for nobody but  \n"
                   "those whom it names.\n >sharp\n From here\n");
}

BOOST_AUTO_TEST_CASE(a_reply_gets_it_before_what_it_quotes_if_asked) {
    Footer before = legal;
    before.before_quote = true;
    BOOST_TEST(edited(plain + "\nYes.\n\nOn Monday,\nBob wrote:\n> Really?\n> \n\n", {before}) ==
               "Yes.\n\nLegal notice\n\nOn Monday,\nBob wrote:\n> Really?\n> \n\n");
    BOOST_TEST(
        edited(plain + "\nYes.\n-----Original Message-----\nFrom: Bob\n\nReally?\n", {before}) ==
        "Yes.\n\nLegal notice\n\n-----Original Message-----\nFrom: Bob\n\nReally?\n");
    // An answer below what it quotes.
    BOOST_TEST(edited(plain + "\nBob wrote:\n> Really?\nYes.\n", {before}) ==
               "Bob wrote:\n> Really?\nYes.\n\nLegal notice\n");
    // Others keep to the end.
    BOOST_TEST(
        edited(plain + "\nYes.\n\n> Really?\n", {before, foreign}).starts_with("Content-Type"));
    const Footer last{.text = "Last\n", .html = "", .once = ""};
    BOOST_TEST(edited(plain + "\nYes.\n\n> Really?\n", {before, last}) ==
               "Yes.\n\nLegal notice\n\n> Really?\n\nLast\n");
}

BOOST_AUTO_TEST_CASE(a_conversation_has_it_once_if_asked) {
    Footer once = legal;
    once.once = "Legal notice";
    const std::string answered = plain + "\nYes.\n\n> Hello\n>\n> Legal\n>> notice\n";
    const std::string message = wire(answered);
    const auto done = insert_footers(message, {once, foreign}, fields_in(message));
    BOOST_REQUIRE(done.has_value());
    BOOST_TEST(!done->inserted[0]);
    BOOST_TEST(done->inserted[1]);
    BOOST_TEST(edited(answered, {once}) == "Yes.\n\n> Hello\n>\n> Legal\n>> notice\n");
    BOOST_TEST(
        edited(with_type("text/html", "<blockquote><p>Legal <b>notice</b></p></blockquote>\n"),
               {once}) == "<blockquote><p>Legal <b>notice</b></p></blockquote>\n");
    // What nobody sees is not there.
    BOOST_TEST(edited(with_type("text/html", "<!-- Legal notice -->x\n"), {once}) ==
               "<!-- Legal notice -->x\n\n<p>Legal notice</p>\n");
}

BOOST_AUTO_TEST_CASE(one_side_of_a_footer_is_made_of_the_other) {
    const Footer only_text{.text = "A <b> & c\n  d\n", .html = "", .once = ""};
    BOOST_TEST(edited(with_type("text/html", "x\n"), {only_text}) ==
               "x\n\n<p>A &lt;b&gt; &amp; c<br>\n&nbsp;&nbsp;d</p>\n");
    const Footer only_html{.text = "", .html = "<p>A <b>b</b></p><p>c</p>", .once = ""};
    BOOST_TEST(edited(plain + "\nx\n", {only_html}) == "x\n\nA b\nc\n");
}

BOOST_AUTO_TEST_CASE(a_line_too_long_for_mail_is_encoded) {
    const Footer long_line{.text = std::string(2'000, 'x') + "\n", .html = "", .once = ""};
    const std::string all = edited(plain + "\nHello\n", {long_line});
    BOOST_TEST(all.starts_with("Content-Transfer-Encoding: quoted-printable\nHello\n\nxxx"));
    std::size_t longest = 0;
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1)
        longest = std::max(longest, all.find('\n', at) - at);
    BOOST_TEST(longest <= 76);
}

BOOST_AUTO_TEST_CASE(attached_it_stands_beside_the_message_as_it_was) {
    const std::string type = "multipart/signed; boundary=b;\n micalg=pgp-sha512";
    const std::string body = "--b\n\nHello\n--b\nContent-Type: x/y\n\ns\n--b--\n";
    const std::string message = wire(with_type(type, body));
    const auto edit = attach_footers(message, {legal}, fields_in(message));
    BOOST_REQUIRE(edit.has_value());
    BOOST_REQUIRE(edit->fields.size() == 1);
    BOOST_TEST(edit->fields[0].value->starts_with("multipart/mixed; boundary=\"=_footer_"));
    const std::string whole = body_of(message, *edit);
    BOOST_TEST(whole.find(wire("\nContent-Type: " + type + "\n\n" + body)) != whole.npos);
    BOOST_TEST(whole.find("\r\n\r\nLegal notice\r\n\r\n--=_footer_") != whole.npos);
    const auto read = read_text("Content-Type: " + *edit->fields[0].value + "\r\n\r\n" + whole, {});
    BOOST_TEST(read.text.find("Hello") != read.text.npos);
    BOOST_TEST(read.text.find("Legal notice") != read.text.npos);
}

BOOST_AUTO_TEST_CASE(time_and_memory_stay_linear_in_what_is_hostile) {
    std::string deep = plain + "Content-Type: multipart/mixed; boundary=b0\n\n";
    for (int i = 0; i < 500; ++i)
        deep += "--b" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=b" +
                std::to_string(i + 1) + "\n\n";
    BOOST_TEST(edited(deep).starts_with("left: "));
    std::string many = "x\n";
    for (int i = 0; i < 100'000; ++i) many += "--b\n\nx\n";
    BOOST_TEST(edited(with_type("multipart/mixed; boundary=b", many)) ==
               "left: more parts than are looked at");
    std::string tags;
    for (int i = 0; i < 200'000; ++i) tags += "<div hidden></p>";
    BOOST_TEST(edited(with_type("text/html", tags)).size() > tags.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway::mail
