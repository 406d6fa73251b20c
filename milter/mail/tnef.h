// What Outlook hides in winmail.dat: TNEF ([MS-OXTNEF]), its texts and files.
//
// A reader of our own: strict about lengths, without recursion, and with memory that does not grow
// with the files in it, of which it tells where they are. libytnef reads into memory whatever
// lengths a sender writes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

struct TnefFile {
    std::vector<std::string> names;  // in UTF-8
    std::string type;                // as labelled, or ""
    std::size_t begin = 0, end = 0;  // of its bytes, in the stream
    bool is_message = false;         // the bytes are TNEF themselves
};

struct TnefText {
    enum class Kind { plain, html, rtf };
    Kind kind = Kind::plain;
    std::string bytes;
    std::string charset;  // "" where the text says itself
};

struct TnefContents {
    std::string subject;  // in UTF-8
    std::vector<TnefFile> files;
    std::vector<TnefText> texts;
    bool damaged = false;  // it ends early, or lengths do not fit
    bool cut = false;      // there is more than is read
};

inline constexpr std::string_view tnef_signature = "\x78\x9f\x3e\x22";

struct TnefLimits {
    std::size_t texts = 16 * 1024 * 1024;  // bytes of properties and texts
    std::size_t files = 10'000;
};

// Takes a stream piece by piece, however it is cut. A value of one thread.
class TnefReader {
  public:
    explicit TnefReader(const TnefLimits& limits) : limits_(limits) {}

    // False when the rest does not matter.
    bool read(std::string_view piece);
    TnefContents finish() &&;

  private:
    enum class State { header, attribute, data, checksum, over };

    bool gather(std::string_view& piece, std::size_t bytes);
    void skip(std::string_view& piece);
    bool begin_attribute();
    void end_attribute();
    void read_properties(std::size_t data_begin);
    TnefFile& file();

    TnefLimits limits_;
    TnefContents contents_;
    State state_ = State::header;
    std::string gathered_;
    std::size_t position_ = 0;  // in the stream
    std::uint32_t attribute_ = 0;
    std::size_t length_ = 0;      // of the attribute's data
    std::size_t data_begin_ = 0;  // in the stream
    std::size_t skipped_ = 0;     // of data that is not kept
    bool keeps_ = false;          // the data of this attribute
    std::string charset_ = "windows-1252";
};

}  // namespace spillway::mail
