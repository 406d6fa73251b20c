// The file format of an archive: a day's messages one behind the other, each bound to the one
// before.
//
//     SPILLWAY-ARCHIVE 1 NUMBER HASH             the last entry before this file; 0 and zeros: none
//     ENTRY NUMBER METADATA-BYTES MESSAGE-BYTES MESSAGE-SHA256
//     METADATA                                   one line of JSON
//     MESSAGE                                    as many bytes as said, then a line end
//     HASH                                       of SHA-256, in hex: the entry before's HASH, the
//                                                ENTRY line and the METADATA line
//     ENTRY ...
//
// Lines end with LF. Numbers begin with 1 and go on over all files. Whoever changes, removes, adds
// or moves an entry must write all hashes behind it anew, up to the last one, which others know:
// the log has it of every message, and the file HEAD.
//
// Pure: text in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::vault {

inline constexpr std::string_view no_hash =
    "0000000000000000000000000000000000000000000000000000000000000000";

// The number and hash of an entry, with which the next one is bound to it.
struct Link {
    std::uint64_t number = 0;
    std::string hash{no_hash};
    friend bool operator==(const Link&, const Link&) = default;
};

// "NUMBER HASH", as in HEAD; nothing when it is anything else.
std::string text_of(const Link& link);
std::optional<Link> link_of(std::string_view text);

// The first line of a file whose entries follow `before`.
std::string opening(const Link& before);

// Of one entry, all but the message, which stands between them.
struct Frame {
    std::string front;
    std::string back;
    Link link;
};
// `metadata` is one line without its end; `digest` is the message's SHA-256.
Frame frame(const Link& before, std::string_view metadata, std::size_t message_bytes,
            const std::string& digest);

struct Entry {
    Link link;
    std::string_view metadata;  // views into the file
    std::string_view message;
};

struct Reading {
    std::optional<Link> before;  // what the first line says; none when it is not one
    Link last;                   // the last good entry, else `before`
    std::size_t good_bytes = 0;  // of the file, up to the end of that entry
    std::string fault;           // what is wrong behind them; "": nothing
};

// Reads one file up to its end or the first thing wrong, giving each good entry away. With
// `digests` false messages are not looked at, only that they are as long as said.
Reading read_segment(std::string_view bytes, const std::function<void(const Entry&)>& each,
                     bool digests = true);

}  // namespace spillway::vault
