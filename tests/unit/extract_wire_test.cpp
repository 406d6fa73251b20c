#include "extract/wire.h"

#include <cstring>

#include <boost/test/unit_test.hpp>

using namespace spillway::extract;

namespace {

const std::string two_pieces =
    frame(Piece{.path = "a/b", .type = "text/plain", .text = "grüße"}) +
    frame(Piece{.path = "c", .type = "", .text = ""}) +
    frame(Findings{
        .encrypted = true, .truncated = false, .trouble = Trouble::damaged, .trouble_at = "c"});

}  // namespace

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(what_is_framed_comes_out_however_it_is_cut) {
    for (std::size_t step = 1; step < two_pieces.size(); ++step) {
        Unframer unframer{Limits{}};
        for (std::size_t at = 0; at < two_pieces.size(); at += step)
            BOOST_TEST(unframer.take(std::string_view(two_pieces).substr(at, step)));
        BOOST_TEST(unframer.ended());
        const Extracted extracted = std::move(unframer).result();
        BOOST_TEST(extracted.pieces.size() == 2U);
        BOOST_TEST(extracted.pieces[0].text == "grüße");
        BOOST_TEST(extracted.findings.encrypted);
        BOOST_TEST(extracted.findings.trouble_at == "c");
        BOOST_TEST(!extracted.complete());
    }
}

BOOST_AUTO_TEST_CASE(broken_off_it_has_not_ended) {
    for (std::size_t size = 0; size < two_pieces.size(); ++size) {
        Unframer unframer{Limits{}};
        BOOST_TEST(unframer.take(std::string_view(two_pieces).substr(0, size)));
        BOOST_TEST(!unframer.ended());
    }
}

BOOST_AUTO_TEST_CASE(nothing_follows_the_findings) {
    Unframer unframer{Limits{}};
    BOOST_TEST(!unframer.take(two_pieces + frame(Piece{.path = "d", .type = {}, .text = {}})));
}

BOOST_AUTO_TEST_CASE(what_no_reader_writes_is_not_taken) {
    const auto takes = [](const std::string& bytes, const Limits& limits = {}) {
        Unframer unframer{limits};
        return unframer.take(bytes);
    };
    BOOST_TEST(!takes(frame(Piece{.path = {}, .type = {}, .text = "\xFF"})));
    BOOST_TEST(!takes(frame(Piece{.path = {}, .type = {}, .text = std::string(101, 'x')}),
                      {.text_bytes = 100}));
    BOOST_TEST(
        !takes(frame(Piece{.path = std::string(longest_name + 1, 'x'), .type = {}, .text = {}})));
    std::string unknown = frame(Findings{});
    unknown[0] = 7;
    BOOST_TEST(!takes(unknown));
    std::string trouble = frame(Findings{});
    trouble[3] = 77;
    BOOST_TEST(!takes(trouble));
}

BOOST_AUTO_TEST_CASE(pieces_without_end_are_not_taken) {
    Unframer unframer{Limits{.entries = 10}};
    const std::string piece = frame(Piece{.path = "a", .type = {}, .text = {}});
    int taken = 0;
    while (taken < 1000 && unframer.take(piece)) ++taken;
    BOOST_TEST(taken < 100);
}

BOOST_AUTO_TEST_SUITE_END()
