#include "documents/office_xml.h"

#include <boost/test/unit_test.hpp>

#include "cpu_time.h"
#include "documents_reading.h"

using namespace spillway::documents;

namespace {

constexpr std::size_t plenty = 1 << 20;

const std::string word =
    R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" )"
    R"(xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" )"
    R"(xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006")";

OfficePart in_word(const std::string& body) {
    return read_office_part("<w:document " + word + "><w:body>" + body + "</w:body></w:document>",
                            plenty);
}

OfficePart in_sheet(const std::string& rows) {
    return read_office_part(
        R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)"
        "<sheetData>" +
            rows + "</sheetData></worksheet>",
        plenty);
}

OfficePart in_odf(const std::string& body) {
    return read_office_part(
        R"(<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" )"
        R"(xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" )"
        R"(xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">)" +
            body + "</office:document-content>",
        plenty);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(office_xml)

BOOST_AUTO_TEST_CASE(runs_join_and_paragraphs_end_lines) {
    const OfficePart part = in_word(
        "<w:p>\n <w:r><w:t>con</w:t></w:r>\n <w:r><w:rPr><w:b/></w:rPr><w:t>fid</w:t></w:r>"
        "<w:proofErr/><w:r><w:t>ential</w:t><w:tab/><w:t>x</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>next</w:t></w:r></w:p>");
    BOOST_TEST(part.text == "confidential\tx\nnext\n");
    BOOST_TEST(part.type.ends_with("wordprocessingml.document"));
}

BOOST_AUTO_TEST_CASE(the_name_of_the_prefix_does_not_matter) {
    const OfficePart part = read_office_part(
        R"(<q:document xmlns:q="http://purl.oclc.org/ooxml/wordprocessingml/main">)"
        "<q:p><q:t>strict</q:t></q:p></q:document>",
        plenty);
    BOOST_TEST(part.text == "strict\n");
}

BOOST_AUTO_TEST_CASE(what_is_hidden_or_elsewhere_stands_aside) {
    const OfficePart part = in_word(
        "<w:p><w:r><w:t>con</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>junk</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>fid</w:t></w:r>"
        "<w:r><mc:AlternateContent><mc:Fallback><w:t>twice</w:t></mc:Fallback>"
        "</mc:AlternateContent><wp:docPr descr=\"a picture\"/></w:r>"
        "<w:r><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:r>"
        "<w:r><w:t>ential</w:t></w:r></w:p>");
    BOOST_TEST(part.text == "confidential\n");
    for (const char* const each : {"junk", "twice", "a picture", "box"})
        BOOST_TEST(part.aside.find(each) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_hidden_does_not_join_lines) {
    const OfficePart part = in_word(
        "<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr></w:p>"
        "<w:p><w:r><w:t>b</w:t></w:r></w:p>");
    BOOST_TEST(part.text == "a\n\nb\n");
}

BOOST_AUTO_TEST_CASE(symbols_are_letters) {
    BOOST_TEST(
        in_word("<w:p><w:r><w:sym w:char=\"F041\"/><w:sym w:char=\"0042\"/></w:r></w:p>").text ==
        "AB\n");
}

BOOST_AUTO_TEST_CASE(cells_get_their_shared_strings) {
    OfficePackage package(plenty);
    package.add(in_sheet(R"(<row><c t="s"><v>1</v></c><c><v>42</v></c></row>)"
                         R"(<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>in</t></is></c>)"
                         R"(<c t="s"><v>99</v></c></row>)"));
    package.add(read_office_part(
        R"(<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)"
        "<si><t>zero</t></si><si><r><t>o</t></r><r><t>ne</t></r></si></sst>",
        plenty));
    BOOST_TEST(std::move(package).text().text.starts_with("one\t42\t\nzero\tin\t\t\n"));
}

BOOST_AUTO_TEST_CASE(long_numbers_have_all_their_digits) {
    BOOST_TEST(
        in_sheet(R"(<row><c><v>4.111111111111111E15</v></c><c><v>1E-3</v></c></row>)").text ==
        "4111111111111111\t1E-3\t\n");
}

// A string of a kilobyte in a thousand cells each of a thousand rows.
BOOST_AUTO_TEST_CASE(shared_strings_do_not_multiply_beyond_the_limit) {
    std::string cells;
    for (int i = 0; i < 10'000; ++i) cells += R"(<c t="s"><v>0</v></c>)";
    OfficePackage package(plenty);
    package.add(in_sheet("<row>" + cells + "</row>"));
    package.add(read_office_part(
        R"(<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>)" +
            std::string(10'000, 'x') + "</t></si></sst>",
        plenty));
    const auto text = std::move(package).text();
    BOOST_TEST(text.too_much);
    BOOST_TEST(text.text.size() < 2 * plenty);
}

BOOST_AUTO_TEST_CASE(paragraphs_of_odf_are_text_with_what_is_in_them) {
    const OfficePart part = in_odf(
        "<text:p>con<text:span>fid</text:span>\nential<text:s/>x<text:tab/>y</text:p>"
        "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></"
        "table:table-row>");
    BOOST_TEST(part.text == "confid ential x\ty\na\n\t\n");
}

BOOST_AUTO_TEST_CASE(a_note_does_not_cut_a_word_in_odf) {
    const OfficePart part =
        in_odf("<text:p>con<text:note><text:p>note</text:p></text:note>fidential</text:p>");
    BOOST_TEST(part.text == "confidential\n");
    BOOST_TEST(part.aside.starts_with("note\n"));
}

BOOST_AUTO_TEST_CASE(the_manifest_tells_of_encryption) {
    const OfficePart part = read_office_part(
        R"(<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">)"
        "<m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
        plenty);
    BOOST_TEST(part.encrypted);
}

BOOST_AUTO_TEST_CASE(documents_that_declare_entities_are_not_read) {
    const OfficePart part = read_office_part(
        "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>"
        "<w:document " +
            word + "><w:p><w:t>&b;</w:t></w:p></w:document>",
        plenty);
    BOOST_TEST(part.damaged);
    BOOST_TEST(part.text.empty());
}

BOOST_AUTO_TEST_CASE(external_entities_are_never_fetched) {
    const OfficePart part = read_office_part(
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
        "<w:document " +
            word + "><w:p><w:t>&a;</w:t></w:p></w:document>",
        plenty);
    BOOST_TEST(part.damaged);
    BOOST_TEST(part.text.find("root") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_xml_is_none_of_its_business) {
    const OfficePart part = read_office_part("<svg><text>x</text></svg>", plenty);
    BOOST_TEST(!part.office);
    BOOST_TEST(
        read_here("<?xml version='1.0'?><svg><text>sec</text><b/><text>ret</text></svg>", "a.svg")
            .has("secret"));
}

BOOST_AUTO_TEST_CASE(broken_off_anywhere_it_is_damaged_and_keeps_what_it_has) {
    const std::string whole = "<w:document " + word +
                              "><w:p><w:t>first</w:t></w:p><w:p><w:t>second"
                              "</w:t></w:p></w:document>";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const OfficePart part = read_office_part(std::string_view(whole).substr(0, size), plenty);
        BOOST_TEST(part.damaged);
    }
    BOOST_TEST(read_office_part(std::string_view(whole).substr(0, whole.size() - 20), plenty)
                   .text.starts_with("first\n"));
}

BOOST_AUTO_TEST_CASE(time_is_linear) {
    const auto cost = [](std::size_t times) {
        std::string rows;
        for (std::size_t i = 0; i < times; ++i)
            rows += "<row><c><v>1</v></c><c><f>A1</f></c></row>";
        return cpu_seconds([&] { in_sheet(rows); });
    };
    cost(1000);
    BOOST_TEST(cost(100'000) < 40 * cost(10'000) + 0.1);
}

BOOST_AUTO_TEST_CASE(elements_nested_without_end_are_damage) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<w:p>";
    BOOST_TEST(in_word(deep).damaged);
}

BOOST_AUTO_TEST_CASE(sixteen_bits_a_character_are_read) {
    std::u16string wide =
        u"\uFEFF<?xml version='1.0' encoding='UTF-16'?>"
        u"<w:p xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/"
        u"main'><w:t>wide</w:t></w:p>";
    const std::string bytes(reinterpret_cast<const char*>(wide.data()), wide.size() * 2);
    BOOST_TEST(read_office_part(bytes, plenty).text == "wide\n");
}

BOOST_AUTO_TEST_SUITE_END()
