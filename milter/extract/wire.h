// What the daemon and its reading processes say to each other.
//
// The daemon sends a Request over a socket of packets, with two descriptors: the document, and the
// end of a pipe for what is found in it. The process that reads the document writes frames to that
// pipe and has no other way out. When it has ended, its keeper answers with its wait status. Both
// ends are of one build, so values travel as they are in memory; but what comes through the pipe
// was written by a process that may be in the hands of the document, and is believed in nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "extract/extracted.h"
#include "system/descriptor.h"

namespace spillway::extract {

inline constexpr std::size_t longest_name = 1000;  // of a document, of its label, of a path
inline constexpr int control_descriptor = 0;       // the socket, in the keeper

struct Request {
    Limits limits;
    std::uint64_t size = 0;  // of the document
    std::string name;        // as the sender called it; at most longest_name
    std::string label;       // its Content-Type as the sender gave it; at most longest_name
};

struct ReceivedRequest {
    Request request;
    system::Descriptor document, output;
};

// False when nobody listens at the other end any more. Throws std::system_error otherwise.
bool send_request(int socket, const Request& request, int document, int output);

// Waits for the next one; nullopt when the daemon is gone. Throws std::runtime_error for anything
// that is no request.
std::optional<ReceivedRequest> receive_request(int socket);

// The wait status of the process that read the document.
void send_status(int socket, int status);
std::optional<int> receive_status(int socket);  // never waits; nullopt when there is none

// What goes before the texts of a frame: path, type and text of a piece, or where the trouble was.
struct FrameHead {
    enum Kind : std::uint8_t { piece, findings };
    std::uint8_t kind = piece;
    std::uint8_t encrypted = 0, truncated = 0, trouble = 0;
    std::uint32_t path_bytes = 0, type_bytes = 0, text_bytes = 0;
};

std::string frame(const Piece& piece);
std::string frame(const Findings& findings);

// Puts together what comes through the pipe.
class Unframer {
  public:
    explicit Unframer(const Limits& limits) : limits_(limits) {}

    // False when this cannot come from a reading process in its right mind: no more is taken then.
    bool take(std::string_view bytes);

    // The frame of the findings has come, and nothing after it.
    bool ended() const { return ended_ && buffer_.empty(); }
    Extracted result() && { return std::move(result_); }

  private:
    bool is_likely(const FrameHead& head) const;
    bool take_frame(const FrameHead& head, std::string_view body);

    const Limits limits_;
    std::string buffer_;  // of a frame not yet complete
    std::uint64_t text_bytes_ = 0;
    bool ended_ = false;
    Extracted result_;
};

}  // namespace spillway::extract
