#include "mail/links.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "mail/url.h"

using namespace spillway::mail;
using namespace std::string_literals;

namespace {

std::vector<std::string> in_html(const std::string& html) {
    Links links(1000, 1'000'000);
    links.add_html(html);
    return links.spellings();
}

std::vector<std::string> in_text(const std::string& text) {
    Links links(1000, 1'000'000);
    links.add_text(text);
    return links.spellings();
}

bool has(const std::vector<std::string>& links, const std::string& link) {
    return std::ranges::find(links, link) != links.end();
}

std::string first_spelling(const std::string& link) {
    const auto spellings = spellings_of_link(link);
    return spellings.empty() ? "" : spellings.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_links)

BOOST_AUTO_TEST_CASE(a_link_is_spelled_as_browsers_go_by_it) {
    for (const char* written :
         {"http://evil.example/a", "HTTP://EVIL.example/a", " http://evil.example/a\n",
          "ht\ntp://evil\t.example/a", "http:\\\\evil.example\\a", "http:evil.example/a",
          "http:///evil.example/a", "//evil.example/a", "\\\\evil.example\\a",
          "http://evil.example./a", "http://%65vil.example/a", "http://ev\xC2\xADil.example/a",
          "http://\xEF\xBD\x85vil.example/a",
          "http://evil\xE3\x80\x82"
          "example/a"})
        BOOST_TEST(first_spelling(written) == "http://evil.example/a", written);
    BOOST_TEST(first_spelling("www.Evil.example") == "http://www.evil.example");
    BOOST_TEST(first_spelling("MAILTO:Ann@evil.example") == "mailto:Ann@evil.example");
    BOOST_TEST(first_spelling("https://good.example@evil.example:8080/x?y@z#/") ==
               "https://good.example@evil.example:8080/x?y@z#/");
    BOOST_TEST(spellings_of_link("  ").empty());
}

BOOST_AUTO_TEST_CASE(addresses_written_as_numbers_get_their_dots) {
    for (const char* host : {"192.0.2.7", "0xC0.0.2.7", "0300.0.0002.7", "3221225991", "0xc0000207",
                             "192.0.519", "192.519"})
        BOOST_TEST(first_spelling("http://"s + host + "/") == "http://192.0.2.7/", host);
    BOOST_TEST(first_spelling("http://[2001:DB8::1]:80/") == "http://[2001:db8::1]:80/");
    BOOST_TEST(first_spelling("http://1.2.3.4.5/") == "http://1.2.3.4.5/");
    BOOST_TEST(first_spelling("http://256.1.1.1/") == "http://256.1.1.1/");
}

BOOST_AUTO_TEST_CASE(hosts_are_spelled_in_both_forms_of_idna) {
    for (const char* written : {"http://b\xC3\xBC"
                                "cher.example/",
                                "http://xn--bcher-kva.example/",
                                "http://B\xC3\x9C"
                                "CHER.example/"}) {
        const auto spellings = spellings_of_link(written);
        BOOST_TEST(has(spellings, "http://xn--bcher-kva.example/"), written);
        BOOST_TEST(has(spellings,
                       "http://b\xC3\xBC"
                       "cher.example/"),
                   written);
    }
}

BOOST_AUTO_TEST_CASE(escapes_are_spelled_and_decoded) {
    const auto spellings = spellings_of_link("http://a.example/%65vil");
    BOOST_TEST(has(spellings, "http://a.example/%65vil"));
    BOOST_TEST(has(spellings, "http://a.example/evil"));
}

BOOST_AUTO_TEST_CASE(html_links_wherever_it_can) {
    const std::string link = "http://evil.example/";
    for (const char* html :
         {"<a href=http://evil.example/>x</a>", "<A HREF='http://evil.example/'>x</A>",
          "<a href=\"htt&#112;://evil.example/\">", "<img src=http://evil.example/ >",
          "<form action=http://evil.example/>", "<body background=http://evil.example/>",
          "<img srcset='a.png 1x, http://evil.example/ 2x'>",
          "<button formaction=http://evil.example/>",
          "<meta http-equiv=refresh content='0; URL=http://evil.example/'>",
          "<p style=\"background:url('http://evil.example/')\">",
          "<style>p{background:url(http://evil.example/)}</style>",
          "<!--[if mso]><a href=http://evil.example/>x</a><![endif]-->",
          "<base href=http://evil.example/><a href=x>", "<a/href=http://evil.example/>",
          "<a title='>' href=http://evil.example/>", "<svg><a xlink:href=http://evil.example/>"})
        BOOST_TEST(has(in_html(html), link), html);
    BOOST_TEST(in_html("<!-- <a href=http://evil.example/> -->").empty());
}

BOOST_AUTO_TEST_CASE(relative_links_are_resolved) {
    const std::string base = "http://a.example/b/c?d";
    BOOST_TEST(resolved_link("x", base) == "http://a.example/b/x");
    BOOST_TEST(resolved_link("/x", base) == "http://a.example/x");
    BOOST_TEST(resolved_link("//b.example/x", base) == "http://b.example/x");
    BOOST_TEST(resolved_link("?x", base) == "http://a.example/b/c?x");
    BOOST_TEST(resolved_link("ftp://b.example", base) == "ftp://b.example");
    BOOST_TEST(resolved_link("x", "http://a.example") == "http://a.example/x");
    BOOST_TEST(resolved_link("x", "") == "x");
}

BOOST_AUTO_TEST_CASE(addresses_in_text_are_links) {
    for (const char* text : {"see http://evil.example/a.", "(http://evil.example/a)",
                             "<http://evil.example/a>", "at:http://evil.example/a, and",
                             "go to evil.example/a now", "\"http://evil.example/a\"!"})
        BOOST_TEST(has(in_text(text), "http://evil.example/a"), text);
    BOOST_TEST(has(in_text("www.evil.example"), "http://www.evil.example"));
    BOOST_TEST(has(in_text("mailto:ann@evil.example"), "mailto:ann@evil.example"));
    for (const char* text : {"and/or", "3/4", "1.5/2", "a.b", "://", "end.", "w.w/"})
        BOOST_TEST(in_text(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(a_flood_of_links_is_cut) {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += "http://" + std::to_string(i) + ".example/ ";
    Links few(1000, 1'000'000);
    few.add_text(text);
    BOOST_TEST(few.cut());
    BOOST_TEST(few.spellings().size() == 1000U);
    Links small(1000, 50);
    small.add_text(text);
    BOOST_TEST(small.cut());
    BOOST_TEST(small.spellings().size() == 2U);
    Links same(10, 1'000'000);
    for (int i = 0; i < 100; ++i) same.add_text("http://a.example/");
    BOOST_TEST(!same.cut());
}

BOOST_AUTO_TEST_CASE(documents_in_links_are_text) {
    BOOST_TEST(text_of_data_url("data:,hello%20world").value_or("") == "hello world");
    BOOST_TEST(text_of_data_url("DATA:text/html;base64,PGI+c2VjcmV0").value_or("") == "<b>secret");
    BOOST_TEST(text_of_data_url("data:text/plain;charset=iso-8859-1,caf%e9").value_or("") ==
               "caf\xC3\xA9");
    BOOST_TEST(!text_of_data_url("data:image/png;base64,AAAA").has_value());
    BOOST_TEST(!text_of_data_url("http://a.example/").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
