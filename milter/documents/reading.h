// Reading one document with everything inside it.
//
// Pure: bytes in, pieces out, without a file, a process or a clock of its own. It bounds what it
// can count (bytes, entries, depth); time and memory are bounded by who runs it. Not thread-safe,
// as libraries below it are not.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "extract/extracted.h"

namespace spillway::documents {

using extract::Findings;
using extract::Limits;
using extract::Piece;
using extract::Trouble;

// The bytes must outlive the reading of them.
struct Document {
    std::string path;   // as in Piece, UTF-8
    std::string name;   // as the sender or the container called it
    std::string label;  // a Content-Type, or ""
    std::string_view bytes;
    std::uint32_t depth = 0;
};

class Reading {
  public:
    using Sink = std::function<void(const Piece&)>;

    // The sink gets each piece as soon as it is read.
    Reading(const Limits& limits, Sink sink);

    // Reads the document in all the ways its content may be read, then as its name and label say,
    // and tells of its pieces and troubles. Never throws for what it contains, but bad_alloc.
    void read(const Document& document);

    // ---- for the readers of formats ----

    // Text in UTF-8 as the format has it: made readable here, and cut at the limit.
    void tell(const Document& document, std::string_view type, std::string_view text);
    void tell_readable(const Document& document, std::string_view type, std::string text);
    void trouble(const Document& document, Trouble trouble);
    void encrypted() { findings_.encrypted = true; }
    void truncated() { findings_.truncated = true; }

    // Each says false, and notes the trouble, when the limit is passed.
    bool count_entry(const Document& container);
    bool count_unpacked(const Document& container, std::size_t bytes);

    // Text that may still be told, in bytes; formats may stop producing more.
    std::size_t text_left() const { return text_left_; }
    std::size_t unpacked_left() const;

    // The document `name` within a container. `bytes` must outlive the call only.
    void read_inner(const Document& container, std::string_view name, std::string_view bytes,
                    std::string_view label = {});
    Document inner(const Document& container, std::string_view name) const;

    const Findings& findings() const { return findings_; }

  private:
    const Limits limits_;
    const Sink sink_;
    Findings findings_;
    std::size_t text_left_;
    std::uint64_t packed_ = 0;  // the size of the outermost document
    std::uint64_t unpacked_ = 0;
    std::uint32_t entries_ = 0;
};

}  // namespace spillway::documents
