#include "mail/rtf_compressed.h"

#include <algorithm>
#include <cstdint>

#include "mail/little_endian.h"

namespace spillway::mail {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::uint32_t compressed = 0x75465a4c;    // "LZFu"
constexpr std::uint32_t uncompressed = 0x414c454d;  // "MELA"

constexpr std::size_t window_bytes = 4096;

// What the window holds at first (section 2.1.2.1).
constexpr std::string_view first_window =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(first_window.size() == 207);

class Unpacking {
  public:
    explicit Unpacking(std::size_t most) : window_(first_window), most_(most) {
        window_.resize(window_bytes, ' ');
    }

    // A control byte says of the eight tokens that follow which are references, lowest bit first.
    std::string unpack(std::string_view packed) && {
        std::size_t at = 0;
        while (at < packed.size()) {
            const auto control = static_cast<unsigned char>(packed[at++]);
            for (unsigned bit = 0; bit < 8; ++bit) {
                if (rtf_.size() >= most_) return std::move(rtf_);
                const bool reference = (control >> bit & 1U) != 0;
                if (at + (reference ? 1 : 0) >= packed.size()) return std::move(rtf_);
                if (!reference) {
                    put(packed[at++]);
                    continue;
                }
                const unsigned token = static_cast<unsigned char>(packed[at]) << 8U |
                                       static_cast<unsigned char>(packed[at + 1]);
                at += 2;
                // A reference to where the next byte goes is the end.
                if (token >> 4U == write_) return std::move(rtf_);
                copy(token >> 4U, (token & 15U) + 2);
            }
        }
        return std::move(rtf_);
    }

  private:
    void put(char c) {
        rtf_ += c;
        window_[write_] = c;
        write_ = (write_ + 1) % window_bytes;
    }

    void copy(std::size_t from, std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i) put(window_[(from + i) % window_bytes]);
    }

    std::string window_;
    std::size_t write_ = first_window.size();
    std::size_t most_;
    std::string rtf_;
};

}  // namespace

std::string unpacked_rtf(std::string_view packed, std::size_t most) {
    if (packed.size() < header_bytes) return {};
    const std::uint32_t kind = little_endian_32(packed, 8);
    const std::string_view content = packed.substr(header_bytes);
    if (kind == uncompressed) return std::string(content.substr(0, most));
    return kind == compressed ? Unpacking(most).unpack(content) : std::string();
}

}  // namespace spillway::mail
