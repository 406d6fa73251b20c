// What was read in a document, and how far reading may go: plain values on both sides of the
// process border.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::extract {

// Why a document, or something in it, could not be read to its end. Whoever looks for text in it
// must not take "not found" for an answer then. The order is that of the wire.
enum class Trouble : std::uint8_t {
    none,
    damaged,      // broken off, or not what it says it is
    ambiguous,    // readers of this format would see different things in it
    too_large,    // more bytes, entries or unpacking than the limits allow
    too_deep,     // containers within containers
    unsupported,  // of a format, or using a part of one, that is known to hold text but is not read
    time,         // the time was up
    memory,
    crashed,      // the process that read it died
    busy,         // no process was free before the time was up
    unavailable,  // no process could be started
};

// "is damaged", to follow the name of a document in logs and replies.
std::string_view words(Trouble trouble);

// One document, or one of those within it. All entries of a container are told, for their names,
// those without text and those that are encrypted included.
struct Piece {
    std::string path;  // names within the containers, joined by "/"; "" for the document itself
    std::string type;  // by content, as a media type; "" for bytes of an unknown kind
    std::string text;  // as mail::readable() leaves it: UTF-8
};

// The outcome without the text.
struct Findings {
    bool encrypted = false;           // something in it wants a password
    bool truncated = false;           // more text than the limit: the rest was not read
    Trouble trouble = Trouble::none;  // the first one
    std::string trouble_at;           // the path of the piece that had it
};

struct Extracted {
    std::vector<Piece> pieces;
    Findings findings;

    // Nothing found in the pieces means that there is nothing.
    bool complete() const {
        return findings.trouble == Trouble::none && !findings.encrypted && !findings.truncated;
    }
};

// Bounds of the work on one document, whatever it holds. Sent over the wire as they are in memory.
struct Limits {
    std::uint64_t document_bytes = 256 << 20;
    std::uint64_t text_bytes = 16 << 20;       // of all pieces
    std::uint64_t unpacked_bytes = 256 << 20;  // in all containers together, at every depth
    std::uint64_t memory_bytes = 768 << 20;    // of address space, beyond what an idle process has
    std::uint32_t ratio = 200;  // unpacked to packed bytes, judged from 16 MB unpacked on
    std::uint32_t entries = 20000;
    std::uint32_t depth = 10;
    std::uint32_t time_ms = 10000;  // both of the processor and on the wall
};

}  // namespace spillway::extract
