// Where the messages of an mbox file stand (RFC 4155, and what is found in the wild).
//
// Pure. A message begins behind a line "From ..." that is the first of the file, or that follows an
// empty line and holds a time of day; so a paragraph that begins with "From " ends no message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

struct MessageRange {
    std::uint64_t begin = 0;  // behind its "From " line
    std::uint64_t end = 0;    // before the empty line that parts it from the next one
};

// Reads a file block by block, whatever its size; of a line it keeps the beginning only.
class MboxScanner {
  public:
    void feed(std::string_view block);
    std::vector<MessageRange> finish() &&;

  private:
    void end_line(std::uint64_t next);

    std::string head_;           // of the line that is read
    std::uint64_t read_ = 0;     // bytes of the file
    std::uint64_t line_ = 0;     // where that line begins
    std::uint64_t content_ = 0;  // the end of the last line that is not empty
    bool after_blank_ = false;
    std::vector<MessageRange> messages_;
};

bool begins_mbox(std::string_view beginning);

// Lines ">From ", ">>From " and so on lose one ">" (mboxrd; of mboxo what it wrote so).
std::string unquoted(std::string_view message);

}  // namespace spillway::mail
