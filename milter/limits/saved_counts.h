// The text that the counters of this process are kept in over a restart.
//
//   spillway-counts 2
//   receipts <number of the newest change> <next token>
//   receipt <token> <time> <account> <message> <deeds> …
//   part <shard> <number of the newest change>
//   sliding <COUNT> <slice in ms> <newest slice> <n> <slices before it> <count> …
//   calendar <COUNT> <start> <end> <count>
//   pacing <COUNT> <interval in µs> <theoretical arrival time in µs>
//   distinct <COUNT> <span in ms> <n> <time> <member> …
//   members <COUNT> <start> <end> <n> <time> <member> …
//   plan <account> <name> <maximum>
//   suspended <account> <whom> <who> <until> <reason>
//   mailing <account> <number> <longest span> <newest> <n> <recipient> <time> …
//   mailing-size <account> <number> <span> <slice> <estimate>
//   features <account> <n> <feature> <mailing> <seen, s> …
//   part …
//   end <number of lines since the first> <checksum>
//
// <COUNT> is <key> <account> <told>. One thing a line, sorted within each part; words as in
// text_line.h, times in ms since the epoch. The checksum (FNV-1a, 64 bits, 16 hex digits) covers
// every byte before it: one changed byte always changes it, and a text cut short has no last line.
// So a text is either whole or refused.
//
// Receipts come first: a change that they know is known to all parts, and each part skips what it
// knows itself when the journal is replayed.
//
// Format 1, of the first version, is still read. Its lines are
//   <key> <slice in ms> <newest slice> <slot>:<count> …
// and slice n was kept in slot n modulo 61.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "limits/open_receipts.h"
#include "limits/shard.h"

namespace spillway::limits {

// Writes the text piece by piece.
class SavedText {
  public:
    using Sink = std::function<void(std::string_view piece)>;

    explicit SavedText(Sink sink);
    void add_receipts(std::vector<std::string> lines, std::uint64_t change,
                      std::uint64_t next_token);
    // Nothing, when there are no lines.
    void add_part(std::size_t shard, std::vector<std::string> lines, std::uint64_t change);
    void end();

  private:
    void add(std::string piece);
    void add_lines(std::string piece, std::vector<std::string> lines);

    Sink sink_;
    std::uint64_t checksum_;
    std::size_t lines_ = 0;
};

// With their line ends, in any order.
std::vector<std::string> receipt_lines(const OpenReceipts& receipts);
std::vector<std::string> live_lines(const Shard& shard, Time now);

struct SavedCounts {
    std::unique_ptr<Shards> shards;
    OpenReceipts receipts;
    std::uint64_t receipts_change = 0;
    std::uint64_t newest_change = 0;
    std::uint64_t next_token = 1;
};

// The error says what is wrong and in which line.
tl::expected<SavedCounts, std::string> parse_saved(std::string_view text);

}  // namespace spillway::limits
