// Ownership of From rests on these: "nobody" among the authors means that the message is refused.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "mail/address.h"
#include "shared_data.h"

using namespace spillway::mail;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* nobody = "";

Texts texts_of(const std::vector<Address>& addresses) {
    Texts texts;
    for (const Address& address : addresses) texts.push_back(address.text());
    return texts;
}

Texts authors_of(std::string_view from) { return texts_of(authors({{"From", std::string(from)}})); }

bool is_doubtful(std::string_view from) {
    const Texts texts = authors_of(from);
    return std::ranges::find(texts, nobody) != texts.end();
}

void check_only_ann(std::string_view from) {
    BOOST_TEST_CONTEXT(from) BOOST_TEST(authors_of(from) == Texts{"ann@own.example"});
}

void check_doubtful(std::string_view from) { BOOST_TEST(is_doubtful(from), from); }

}  // namespace

BOOST_AUTO_TEST_SUITE(mail_authors)

BOOST_AUTO_TEST_CASE(legitimate_forms_pass) {
    for (const char* from : {"ann@own.example",
                             " ann@own.example",
                             "<ann@own.example>",
                             "Ann <ann@own.example>",
                             "Ann<ann@own.example>",
                             "\"Lee, Ann\" <ann@own.example>",
                             "Ann O'Lee <ann@own.example>",
                             "Dr. Ann Q. Lee <ann@own.example>",
                             "Ännchen Löwe <ann@own.example>",
                             "李安 <ann@own.example>",
                             "=?utf-8?q?=C3=84nnchen?= <ann@own.example>",
                             "=?utf-8?b?w4Rubg==?= =?utf-8?b?TGVl?= <ann@own.example>",
                             "=?ISO-2022-JP?B?GyRCO3NFRBsoQg==?= <ann@own.example>",
                             "ann@own.example (Ann Lee)",
                             "(the) Ann (of \\( that) <ann@own.example> (here)",
                             "Ann\n <ann@own.example>",
                             "Ann\r\n\t<ann@own.example>\r\n",
                             "\"ann@own.example\" <ann@own.example>",
                             "\"someone@else.example\" <ann@own.example>",
                             "=?utf-8?q?x=40else.example?= <ann@own.example>",
                             "\"Ann \\\"the\\\" Lee\" <ann@own.example>",
                             "Ann <ann@OWN.example>",
                             "Ann < ann@own.example >",
                             "[Shop] Ann <ann@own.example>",
                             "Ann & Bob / Sales! <ann@own.example>",
                             "\"\" <ann@own.example>",
                             "Caf\xe9 Ann <ann@own.example>",
                             "\"ann\"@own.example",
                             "ann@own.example,",
                             ",,, ann@own.example",
                             "ann@own.example."})
        check_only_ann(from);
    BOOST_TEST(authors_of("ann+tag@own.example") == Texts{"ann+tag@own.example"});
    BOOST_TEST(authors_of("a.b-c_d=e@own.example") == Texts{"a.b-c_d=e@own.example"});
    BOOST_TEST(authors_of("o'lee@own.example") == Texts{"o'lee@own.example"});
    BOOST_TEST(authors_of("jörg@bücher.example") == Texts{"jörg@xn--bcher-kva.example"});
    BOOST_TEST(authors_of("ann@[192.0.2.1]") == Texts{"ann@[192.0.2.1]"});
    BOOST_TEST(authors_of("Ann <ann@[IPv6:2001:db8::1]>") == Texts{"ann@[ipv6:2001:db8::1]"});
    BOOST_TEST(authors_of("ann@[IPv6:2001:db8::1]") == Texts{"ann@[ipv6:2001:db8::1]"});
}

BOOST_AUTO_TEST_CASE(the_name_of_the_field_is_from_in_any_case) {
    for (const char* name : {"From", "from", "FROM"})
        BOOST_TEST(texts_of(authors({{name, "ann@own.example"}})) == Texts{"ann@own.example"});
    BOOST_TEST(texts_of(authors({{"Sender", "x@y.example"},
                                 {"From", "ann@own.example"},
                                 {"Resent-From", "z@y.example"},
                                 {"X-From", "z@y.example"},
                                 {"Fromage", "z@y.example"}})) == Texts{"ann@own.example"});
}

BOOST_AUTO_TEST_CASE(every_address_of_a_list_counts) {
    BOOST_TEST(authors_of("ann@own.example, Eve <eve@evil.example>") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of(std::string(5'000, ',') + "ann@own.example,eve@evil.example") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("Us: ann@own.example, Eve <eve@evil.example>;") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("Us: ann@own.example;, eve@evil.example") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("\"a, b\" <ann@own.example>, c@own.example") ==
               (Texts{"ann@own.example", "c@own.example"}));
}

BOOST_AUTO_TEST_CASE(an_address_for_a_name_counts_too) {
    BOOST_TEST(authors_of("eve@evil.example <ann@own.example>") ==
               (Texts{"eve@evil.example", "ann@own.example"}));
    BOOST_TEST(authors_of("\"<eve@evil.example>\" <ann@own.example>") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("=?utf-8?q?=3Ceve=40evil.example=3E?= <ann@own.example>") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("\"＜eve＠evil.example＞\" <ann@own.example>") ==
               (Texts{"ann@own.example", "eve@evil.example"}));
    BOOST_TEST(authors_of("\"eve\"@evil.example <ann@own.example>") ==
               (Texts{"eve@evil.example", "ann@own.example"}));
    BOOST_TEST(authors_of("=?utf-8?q?=22Ann=22_=3Cann=40own.example=3E?= <ann@own.example>") ==
               (Texts{"ann@own.example"}));
}

BOOST_AUTO_TEST_CASE(no_author_is_nobody) {
    BOOST_TEST(texts_of(authors({})) == Texts{nobody});
    BOOST_TEST(texts_of(authors({{"Subject", "x"}})) == Texts{nobody});
    for (const char* from :
         {"", " ", "\n", "Ann", "\"Ann\"", "<>", "Ann <>", ",", ";", ":", "Group:;", "()", "(Ann)",
          "<ann>", "ann@", "@own.example", "<@own.example>", "undisclosed-recipients:;"})
        BOOST_TEST_CONTEXT(from) BOOST_TEST(authors_of(from) == Texts{nobody});
}

BOOST_AUTO_TEST_CASE(two_from_fields_are_doubtful_even_when_alike) {
    BOOST_TEST(texts_of(authors({{"From", "ann@own.example"}, {"FROM", "ann@own.example"}})) ==
               (Texts{"ann@own.example", "ann@own.example", nobody}));
}

BOOST_AUTO_TEST_CASE(no_message_has_more_than_a_thousand_authors) {
    const auto list_of = [](int count) {
        std::string list;
        for (int i = 0; i < count; ++i) list += "a" + std::to_string(i) + "@own.example,";
        return list;
    };
    const Texts thousand = authors_of(list_of(1'000));
    BOOST_TEST(thousand.size() == 1'000u);
    BOOST_TEST(thousand.back() == "a999@own.example");

    Texts with_nobody = thousand;
    with_nobody.push_back(nobody);
    BOOST_TEST(authors_of(list_of(1'001)) == with_nobody);
    const Header half{"From", list_of(600)};
    const Texts of_many = texts_of(authors(std::vector<Header>(100, half)));
    BOOST_TEST(of_many.size() == 1'001u);
    BOOST_TEST(of_many.at(999) == "a399@own.example");
    BOOST_TEST(of_many.back() == nobody);
}

BOOST_AUTO_TEST_CASE(a_name_that_only_looks_like_from_is_doubtful) {
    using namespace std::string_literals;
    for (const std::string& name :
         {"From "s, "From\t"s, " From"s, "From\v"s, "F\0rom"s, "From\u00a0"s, "\ufeffFrom"s,
          "From\u200b"s, "Ｆｒｏｍ"s, "Fr\rom"s, "From\x7f"s, "From\xff"s}) {
        const Texts texts =
            texts_of(authors({{"From", "ann@own.example"}, {name, "x@evil.example"}}));
        BOOST_TEST(texts == (Texts{"ann@own.example", nobody}), name);
        BOOST_TEST(texts_of(authors({{name, "ann@own.example"}})) == Texts{nobody}, name);
    }
}

BOOST_AUTO_TEST_CASE(a_from_field_within_another_field_is_doubtful) {
    const Header own{"From", "ann@own.example"};
    BOOST_TEST(texts_of(authors({own, {"X-A", "b\nFrom: eve@evil.example"}})).back() == nobody);
    BOOST_TEST(texts_of(authors({own, {"X-A", "b\rfrom : eve@evil.example"}})).back() == nobody);
    BOOST_TEST(texts_of(authors({own, {"X-A", "b\n From: eve@evil.example"}})) ==
               Texts{"ann@own.example"});
}

BOOST_AUTO_TEST_CASE(what_two_readers_read_in_two_ways_is_doubtful) {
    for (const char* from : {"Lee, Ann <ann@own.example>",
                             "ann@own.example eve@evil.example",
                             "ann@own.example; eve@evil.example",
                             "ann@own.example;",
                             "<ann@own.example> eve@evil.example",
                             "<ann@own.example> Ann",
                             "<ann@own.example><eve@evil.example>",
                             "Ann <ann@own.example> <eve@evil.example>",
                             "<eve@evil.example> <ann@own.example>",
                             "<<ann@own.example>>",
                             "<ann@own.example>>",
                             "<eve@evil.example<ann@own.example>",
                             "<@evil.example:ann@own.example>",
                             "<@a.example,@b.example:ann@own.example>",
                             "\"Ann <ann@own.example>",
                             "Ann\" <ann@own.example>",
                             "Ann (x <ann@own.example>",
                             "Ann) <ann@own.example>",
                             "Ann <ann@own.example",
                             "Ann ann@own.example>",
                             "Ann \\<eve@evil.example> <ann@own.example>",
                             "Re: Ann <ann@own.example>",
                             "A: B: ann@own.example;;",
                             "A: ann@own.example",
                             "A: ann@own.example; Ann",
                             "A:;, ann@own.example",
                             "eve@evil.example: ann@own.example;",
                             "(eve@evil.example) ann@own.example",
                             "ann@own.example (<eve@evil.example>)",
                             "ann@own.example(eve@evil.example)",
                             "ann(x)@own.example",
                             "ann@(x)own.example",
                             "<ann(x)@own.example>",
                             "<(eve@evil.example)ann@own.example>",
                             "ann @own.example",
                             "ann@ own.example",
                             "<ann @own.example>",
                             "<a nn@own.example>",
                             "ann@own .example",
                             "<ann@own.example (x)>",
                             "\"x@evil.example\"@own.example",
                             "<\"eve@evil.example>\"@own.example>",
                             "\"eve@evil.example \"@own.example",
                             "\"ann,\"@own.example",
                             "ann@own.example@evil.example",
                             "<ann@evil.example@own.example>",
                             "=?utf-8?q?eve?=@own.example",
                             "<=?utf-8?q?eve=40evil.example?=>",
                             "=?utf-8?q?eve=40evil.example?=",
                             "ann@=?utf-8?q?own.example?=",
                             "=?utf-8?q?=22Ann=22_=3Cann=40own.example=3E?=",
                             "=?utf-8?q?eve=40evil.example=00?= <ann@own.example>",
                             "=?utf-8?q?eve=0Aevil?= <ann@own.example>",
                             "ann＠own.example",
                             "ann﹫own.example",
                             "<ann＠own.example>",
                             "eve＠evil.example@own.example",
                             "＜eve@evil.example＞",
                             "ann@own。example",
                             "ann@ｏｗｎ.example",
                             "ann@ow\u00adn.example",
                             "ann@ow\u200dn.example",
                             "a\u200bnn@own.example",
                             "\u202eann@own.example",
                             "ann@own..example",
                             "ann@.own.example",
                             "ann@own.example..",
                             "ann@own.exa\xffmple",
                             "a\xe9nn@own.example",
                             "Ann \xc0\xbc <ann@own.example>",
                             "Ann \xe0\x80\xbc <ann@own.example>",
                             "Ann\x01 <ann@own.example>",
                             "Ann\x1b$B <ann@own.example>",
                             "Ann\r<ann@own.example>",
                             "Ann\n<ann@own.example>",
                             "Ann\r\r\n <ann@own.example>",
                             "Ann\n \n <ann@own.example>",
                             "ann@own.example\n \n",
                             "Ann\x7f <ann@own.example>",
                             "\"Ann\\",
                             "Ann <\"ann@own.example>",
                             "ann@[192.0.2.1",
                             "ann@own.example]",
                             "ann@[a]b"})
        check_doubtful(from);
    check_doubtful(std::string_view("ann@own.example\0", 16));
    check_doubtful(std::string_view("Ann\0 <ann@own.example>", 22));
    check_doubtful("ann@own.example" + std::string(40'000, ' '));
    check_doubtful(std::string(40'000, '(') + "ann@own.example");
}

BOOST_AUTO_TEST_CASE(a_doubtful_field_still_names_the_addresses_it_shows) {
    BOOST_TEST(authors_of("Lee, Ann <ann@own.example>") == (Texts{"ann@own.example", nobody}));
    BOOST_TEST(authors_of("ann@own.example; eve@evil.example") ==
               (Texts{"ann@own.example", "eve@evil.example", nobody}));
    BOOST_TEST(authors_of("<@evil.example:ann@own.example>") == (Texts{"ann@own.example", nobody}));
}

// Of the groups, routes and comments of RFC 5322 every address counts that some reader takes.
BOOST_AUTO_TEST_CASE(a_field_as_it_comes_over_the_wire_is_read_like_any_other) {
    for (const char* from : {" Ann\r\n <ann@own.example>", "\r\n ann@own.example",
                             " \r\n\tann@own.example", "\tann@own.example"})
        check_only_ann(from);
    check_doubtful("Ann\r\n\r\n <ann@own.example>");
    check_doubtful("ann@own.example\r\nFrom: eve@evil.example");
    check_doubtful("ann@own.example\r\n\r\nFrom: eve@evil.example");
}

BOOST_AUTO_TEST_CASE(other_originators_are_the_authors_until_their_field_says_so) {
    const Header from{"From", "ann@own.example"};
    for (const Origin origin : {Origin::sender, Origin::reply_to, Origin::resent}) {
        BOOST_TEST(texts_of(originators(origin, {from})) == Texts{"ann@own.example"});
        BOOST_TEST(texts_of(originators(origin, {})) == Texts{nobody});
    }
    const std::vector<Header> all{from,
                                  {"sender", "Bob <bob@own.example>"},
                                  {"REPLY-TO", "eve@evil.example, ann@own.example"},
                                  {"Resent-From", "a@x.example"},
                                  {"Resent-Sender", "b@x.example"},
                                  {"Resent-From", "c@x.example"}};
    BOOST_TEST(texts_of(originators(Origin::sender, all)) == Texts{"bob@own.example"});
    BOOST_TEST(texts_of(originators(Origin::reply_to, all)) ==
               (Texts{"eve@evil.example", "ann@own.example"}));
    BOOST_TEST(texts_of(originators(Origin::resent, all)) ==
               (Texts{"a@x.example", "b@x.example", "c@x.example"}));
    BOOST_TEST(texts_of(authors(all)) == Texts{"ann@own.example"});
}

BOOST_AUTO_TEST_CASE(other_originators_are_doubted_like_authors) {
    const Header from{"From", "ann@own.example"};
    const auto is_doubted = [&](Origin origin, std::vector<Header> fields) {
        fields.push_back(from);
        return texts_of(originators(origin, fields)).back() == nobody;
    };
    using namespace std::string_literals;
    for (const auto& [origin, name] : {std::pair{Origin::sender, "Sender"s},
                                       {Origin::reply_to, "Reply-To"s},
                                       {Origin::resent, "Resent-From"s},
                                       {Origin::resent, "Resent-Sender"s}}) {
        const Header plain{name, "ann@own.example"};
        BOOST_TEST(!is_doubted(origin, {plain}));
        BOOST_TEST(is_doubted(origin, {plain, plain}) == (origin != Origin::resent));
        for (const std::string& odd : {name + " ", name + "\t", name + "\v", name + "\u200b",
                                       name + "\0"s, "\ufeff" + name, name + "\xff"}) {
            BOOST_TEST(is_doubted(origin, {plain, {odd, "eve@evil.example"}}), odd);
            BOOST_TEST(is_doubted(origin, {{odd, "ann@own.example"}}), odd);
        }
        for (const char* value : {"", "<>", "Ann", "Us:;", "ann@own.example; eve@evil.example",
                                  "(eve@evil.example) ann@own.example", "ann@own.example\x01"})
            BOOST_TEST(is_doubted(origin, {{name, value}}), value);
        BOOST_TEST(is_doubted(origin, {{"X-A", "b\r" + name + ": eve@evil.example"}}));
        std::string list;
        for (int i = 0; i < 101; ++i) list += "ann@own.example,";
        const auto many = originators(origin, {from, {name, list}});
        BOOST_TEST(many.size() == 101u);
        BOOST_TEST(many.back().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_name_that_shows_another_address_is_told) {
    const auto shown = [](std::string_view value) {
        return texts_of(shown_besides({{"From", std::string(value)}}));
    };
    const Texts ceo{"ceo@bank.example"};
    for (const char* from :
         {"\"ceo@bank.example\" <me@mine.example>", "ceo@bank.example <me@mine.example>",
          "\"The CEO (ceo@bank.example)\" <me@mine.example>",
          "\"<ceo@bank.example>\" <me@mine.example>", "'ceo@bank.example' <me@mine.example>",
          "=?utf-8?q?ceo=40bank.example?= <me@mine.example>",
          "=?utf-8?b?Y2VvQGJhbmsuZXhhbXBsZQ==?= <me@mine.example>",
          "=?utf-8?q?ceo=40?= =?utf-8?q?bank.example?= <me@mine.example>",
          "\"ceo＠bank.example\" <me@mine.example>", "\"ceo﹫bank。example\" <me@mine.example>",
          "\"ce\u200bo@bank.\u00adexample\" <me@mine.example>",
          "\"ceo@Bank.EXAMPLE.\" <me@mine.example>", "me@mine.example (ceo@bank.example)",
          "\"\u202eelpmaxe.knab@oec\" <me@mine.example>",
          "=?utf-8?b?4oCuZWxwbWF4ZS5rbmFiQG9lY+KArA==?= <me@mine.example>"})
        BOOST_TEST(shown(from) == ceo, from);
    BOOST_TEST(shown("\"info@bücher.example\" <me@mine.example>") ==
               Texts{"info@xn--bcher-kva.example"});
    BOOST_TEST(shown("\"a@b.example c@d.example a@b.example\" <me@mine.example>") ==
               (Texts{"a@b.example", "c@d.example"}));
    for (const char* from :
         {"me@mine.example", "Me <me@mine.example>", "<me@mine.example>",
          "\"me@mine.example\" <me@mine.example>", "\"ME@Mine.example\" <me@mine.example>",
          "\"Me @ Mine\" <me@mine.example>", "\"me@home\" <me@mine.example>",
          "\"@handle\" <me@mine.example>", "Me at bank.example <me@mine.example>",
          "o'me+x@mine.example", "a@mine.example, B <b@mine.example>", "", "nobody"})
        BOOST_TEST(shown(from) == Texts{}, from);
}

// Each row says what other programs take the text to mean: all of it must be among the authors,
// unless nobody is.
BOOST_AUTO_TEST_CASE(what_other_readers_see_is_seen) {
    const auto folder = shared_data();
    if (!folder) return;
    const std::string lines =
        output_of("xz -dc '" + (*folder / "addresses.jsonl.xz").string() + "'");
    int rows = 0;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line); ++rows) {
        const auto row = nlohmann::json::parse(line);
        const std::string input = row["input"];
        const Texts found = authors_of(input);
        if (row["addrs"].is_null() || std::ranges::find(found, nobody) != found.end()) continue;
        for (const std::string expected : row["addrs"]) {
            const std::string mailbox = envelope_address(expected).text();
            const bool by_domain_only = mailbox.ends_with("@*");  // the oracle has no opinion
            BOOST_TEST((by_domain_only || std::ranges::find(found, mailbox) != found.end()),
                       input << " shows " << expected);
        }
    }
    BOOST_TEST(rows > 800);
}

BOOST_AUTO_TEST_SUITE_END()
