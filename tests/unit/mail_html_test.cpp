#include <boost/test/unit_test.hpp>

#include "cpu_time.h"
#include "mail/text.h"

using namespace spillway::mail;
using namespace std::string_literals;

namespace {

std::string visible(std::string_view html) { return readable(render_html(html).visible); }
std::string hidden(std::string_view html) { return readable(render_html(html).hidden); }

std::string repeated(std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_html)

BOOST_AUTO_TEST_CASE(blocks_and_breaks_end_lines_and_inline_tags_leave_no_gap) {
    BOOST_TEST(visible("<html><body><p>one <b>two</b></p>\n<p>three<br>four</body>") ==
               "one two\nthree\nfour");
    BOOST_TEST(visible("se<b></b>c<!-- x -->r<span class=a>e</span><unknown>t") == "secret");
    BOOST_TEST(visible("one\r\ntwo") == "one two");
    BOOST_TEST(visible("<pre>one\ntwo</pre>three\nfour") == "one\ntwo\nthree four");
    BOOST_TEST(visible("<table><tr><td>one<td>two<tr><td>three</table>") == "one two\nthree");
    BOOST_TEST(visible("<DIV>one</DIV ><LI>two") == "one\ntwo");
}

BOOST_AUTO_TEST_CASE(character_references_are_decoded_as_browsers_do) {
    BOOST_TEST(visible("&#115;&#x65;&#X63;&#0000114;e&#116") == "secret");
    BOOST_TEST(visible("&lt;&amp;&copy &notin; &not; &amplt;") == "<&© ∉ ¬ &lt;");
    BOOST_TEST(visible("&pscr;&ascr;&sscr;&NewLine;&commat;&fjlig;") == "pas @fj");
    BOOST_TEST(visible("a&nbsp;b&#160;c&zwj;d&shy;e") == "a b cde");
    BOOST_TEST(visible("&#128;&#150;&#0;&#xD800;&#99999999999;") == "€–\uFFFD\uFFFD\uFFFD");
    BOOST_TEST(visible("&; &# &#x; &#; &unknown; & &amp;lt;") == "&; &# &#x; &#; &unknown; & &lt;");
    BOOST_TEST(visible("<img alt='a&copy=b&lt;'>") == "a&copy=b<");
}

BOOST_AUTO_TEST_CASE(comments_end_where_browsers_end_them) {
    BOOST_TEST(visible("a<!-->b<!-- -->c") == "abc");
    BOOST_TEST(visible("a<!--->b<!-- -->c") == "abc");
    BOOST_TEST(visible("a<!-- x --!>b") == "ab");
    BOOST_TEST(visible("a<!-- x -- > y -->b") == "ab");
    BOOST_TEST(visible("a<!-- x > y ---->b") == "ab");
    BOOST_TEST(visible("a<!x>b<?php?>c</ x>d</>e<!DOCTYPE html>f") == "abcdef");
}

BOOST_AUTO_TEST_CASE(tags_end_where_browsers_end_them) {
    BOOST_TEST(visible("se<a title='>' x=\">\">cret</a>") == "secret");
    BOOST_TEST(visible("se<a b=c>cret") == "secret");
    BOOST_TEST(visible("se<a b=>cret") == "secret");
    BOOST_TEST(visible("se<a \"b>cret") == "secret");
    BOOST_TEST(visible("se<a =\"'>cret") == "secret");
    BOOST_TEST(visible("se<br/ >cret<b/>") == "se\ncret");
    BOOST_TEST(visible("1 < 2 <3 <- <") == "1 < 2 <3 <- <");
    BOOST_TEST(visible("s<b\0r>ecret<i\n\nx\n>s"s) == "secrets");
}

BOOST_AUTO_TEST_CASE(nul_cuts_nothing) {
    BOOST_TEST(visible("se\0cret <b>\0</b>word"s) == "secret word");
    BOOST_TEST(visible("<!-- \0 -->secret"s) == "secret");
}

BOOST_AUTO_TEST_CASE(scripts_and_styles_are_dropped) {
    BOOST_TEST(visible("a<script>if (x < 1) '<b>'</script>b<style>p{}</style>c") == "abc");
    BOOST_TEST(hidden("a<script>x</script>b<style>p{}</style>c") == "");
    BOOST_TEST(visible("<SCRIPT>x</script foo>secret") == "secret");
    BOOST_TEST(visible("<script>x</scripted>y</script>secret") == "secret");
    BOOST_TEST(visible("<script/>x</script>secret") == "secret");
    BOOST_TEST(visible("<noscript>secret</noscript>") == "secret");
    BOOST_TEST(visible("<textarea><b>&lt;</textarea><xmp><i>&lt;</xmp>") == "<b><\n<i>&lt;");
}

BOOST_AUTO_TEST_CASE(hidden_text_splits_no_word_and_is_kept_apart) {
    for (const char* junk :
         {"<span style='display:none'>junk</span>",
          "<i style=\"DISPLAY : None !important\">junk</i>", "<b style=visibility:hidden>junk</b>",
          "<b style='font-size:0px'>junk</b>", "<b style='color:red;font-size:0.0em;'>junk</b>",
          "<b style='font: 0/0 serif'>junk</b>", "<b style='opacity:0'>junk</b>",
          "<b hidden>junk</b>", "<b HIDDEN=''>junk</b>", "<b style='mso-hide:all'>junk</b>",
          "<b style='dis/**/play:none'>junk</b>", "<b style='display&#58;none'>junk</b>",
          "<div style='display:none'>ju<br>nk</div>", "<b hidden><i>ju</i>n<u>k</u></b>",
          "<b hidden>ju<img>nk</b>", "<template>junk</template>"}) {
        BOOST_TEST(visible("se"s + junk + "cret") == "secret", junk);
        BOOST_TEST(hidden("se"s + junk + "cret").starts_with("ju"), junk);
    }
}

BOOST_AUTO_TEST_CASE(what_only_looks_hidden_is_visible) {
    for (const char* style :
         {"display:block", "display:none;display:block", "font-size:0.5em", "font-size:10px",
          "font:10px serif", "opacity:0.9", "visibility:visible", "color:none"})
        BOOST_TEST(visible("se<b style='"s + style + "'>cr</b>et") == "secret", style);
}

BOOST_AUTO_TEST_CASE(hidden_elements_end_where_they_do_in_browsers) {
    BOOST_TEST(visible("<p style=display:none>junk<p>secret") == "secret");
    BOOST_TEST(visible("<p style=display:none>junk<div>secret</div>") == "secret");
    BOOST_TEST(visible("<ul><li hidden>junk<li>secret</ul>") == "secret");
    BOOST_TEST(visible("<tr><td hidden>junk<td>secret") == "secret");
    BOOST_TEST(visible("<div hidden><div>x</div>junk</div>secret") == "secret");
    BOOST_TEST(visible("<div hidden></b></i>junk</div>secret") == "secret");
    BOOST_TEST(visible("<div hidden><b>junk</div>secret</b>") == "secret");
    BOOST_TEST(visible("<img hidden alt=x>secret<br style=display:none>") == "secret");
}

BOOST_AUTO_TEST_CASE(style_sheets_hide_by_element_class_and_id) {
    const std::string sheet =
        "<style>/* {} */ .a, p.b , #C{color:red;display:none} x{visibility:hidden}"
        "@media print{.d{display:none}} .e{display:block} .f .g{display:none}</style>";
    BOOST_TEST(visible(sheet + "se<b class='z a'>junk</b>cret") == "secret");
    BOOST_TEST(visible(sheet + "se<b id=c>junk</b>cret<x>junk</x>") == "secret");
    BOOST_TEST(visible(sheet + "<p class=b>junk</p>secret") == "secret");
    BOOST_TEST(
        visible(sheet + "<b class=b>s</b>e<b class=d>c</b>r<b class=e>e</b><b class=g>t</b>") ==
        "secret");
}

BOOST_AUTO_TEST_CASE(half_a_selector_hides_nothing) {
    for (const char* selector : {"", ".", "#", "b.", ",.", "b.c.", ",#,"}) {
        const std::string sheet = "<style>"s + selector + "{display:none}</style>";
        BOOST_TEST(visible(sheet + "se<b>cr</b><b class='' id=''>et</b>") == "secret", selector);
    }
    const std::string sheet = "<style>.a{display:none}</style>";
    BOOST_TEST(visible(sheet + "se<b class='/* a'>junk</b>cret") == "secret");
}

BOOST_AUTO_TEST_CASE(alternative_texts_are_visible_and_titles_are_found) {
    BOOST_TEST(visible("se<img src=x alt=cr>et") == "secret");
    BOOST_TEST(hidden("<a title='one'>x</a><title>two</title>") == "one\ntwo");
    BOOST_TEST(visible("<head><title>two</title></head>x") == "x");
}

BOOST_AUTO_TEST_CASE(the_first_of_two_equal_attributes_counts_and_no_text_is_lost) {
    const std::string two_alts = "se<img alt=cr ALT='one' alt='' alt=two>et";
    BOOST_TEST(visible(two_alts) == "secret");
    BOOST_TEST(hidden(two_alts) == "one\ntwo");
    BOOST_TEST(visible("<img alt='' alt=one>x") == "x");
    BOOST_TEST(hidden("<a title=one title=two>x</a>") == "one\ntwo");
    BOOST_TEST(visible("se<b style='color:red' style='display:none'>cr</b>et") == "secret");
    BOOST_TEST(visible("se<b style='display:none' style=''>junk</b>cret") == "secret");
    const std::string sheet = "<style>.a,#a{display:none}</style>";
    BOOST_TEST(visible(sheet + "se<b class=b class=a>cr</b><b id=b id=a>et</b>") == "secret");
    BOOST_TEST(visible(sheet + "se<b class=a class=b>x</b><b id=a id=b>y</b>cret") == "secret");
}

BOOST_AUTO_TEST_CASE(what_other_readers_show_is_found) {
    BOOST_TEST(hidden("a<!--[if mso]><b>sec</b>ret<![endif]-->b") == "secret");
    BOOST_TEST(visible("a<![if !mso]>b<![endif]>c") == "abc");
    BOOST_TEST(hidden("a<!-- secret") == "secret");
    BOOST_TEST(hidden("a<b title='x>secret").find("secret") != std::string::npos);
    BOOST_TEST(hidden("<svg><![CDATA[secret]]></svg>").starts_with("secret"));
    BOOST_TEST(hidden("<title>secret") == "secret");
    BOOST_TEST(hidden("<iframe>secret</iframe>") == "secret");
}

// Quadratic code takes minutes for these, recursive code overflows.
BOOST_AUTO_TEST_CASE(floods_are_rendered_in_linear_time) {
    for (const char* piece : {"<",
                              "</",
                              "<!",
                              "<!--",
                              "<!--[if ",
                              "<!-->",
                              "&",
                              "&#",
                              "&a",
                              "&notin",
                              "<a ",
                              "<a b=\"",
                              "<a b='c' ",
                              "<div>",
                              "</div>",
                              "<b hidden>",
                              "<b hidden></i>",
                              "<p hidden>x<p>",
                              "<title>",
                              "<script>",
                              "</script",
                              "<style>",
                              "<![CDATA[",
                              "<pre>",
                              "-->",
                              "\0",
                              "\n",
                              "=",
                              "<td>",
                              "<i style='x:y;'>",
                              "<style>.a{display:none}</style><b class='a b c'>"}) {
        const std::string flood = repeated(piece, 100'000);
        const RenderedHtml rendered = render_html(flood);
        BOOST_TEST(rendered.visible.size() + rendered.hidden.size() <= 2 * flood.size() + 100'000,
                   piece);
    }
}

// Each class was once looked up together with the name of its element: half a minute for each tag.
BOOST_AUTO_TEST_CASE(a_long_name_with_many_classes_is_rendered_in_linear_time) {
    const std::string name(1'000'000, 'a');
    const std::string tag = "<" + name + " class='" + repeated("b ", 500'000) + "'>secret";
    for (const std::string& selector : {".z"s, name + ".z", name + ".z,.b.c"}) {
        std::string text;
        const double seconds = cpu_seconds(
            [&] { text = visible("<style>" + selector + "{display:none}</style>" + tag); });
        BOOST_TEST(text == "secret");
        BOOST_TEST(seconds < 2);
    }
}

BOOST_AUTO_TEST_SUITE_END()
