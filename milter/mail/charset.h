// Bytes in a named charset as UTF-8, piece by piece.
//
// What the bytes are taken for, in this order: what a byte order mark says; the charset named,
// where its name says something; UTF-8, where they are valid UTF-8; windows-1252. See to_utf8() in
// text.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mail/iconv_charset.h"
#include "mail/text.h"

struct UConverter;

namespace spillway::mail {

// False for names that neither ICU nor the C library knows and that do not say "unknown"
// themselves.
bool is_known_charset(std::string_view name);

// A value of one thread. Decides what the bytes are by the first piece, which should be a large
// one.
class ToUtf8 {
  public:
    explicit ToUtf8(std::string_view charset) : charset_(charset) {}

    // `last` says that nothing follows: what waits for more bytes becomes U+FFFD.
    void convert(std::string_view bytes, bool last, std::string& utf8);

    // After the first piece: what the bytes are not, but would be shown as by a reader who does not
    // believe the name and guesses; "" where nobody would.
    std::string_view other_guess() const { return other_guess_; }

  private:
    struct Close {
        void operator()(UConverter* converter) const;
    };

    void decide(std::string_view bytes, bool last);
    void open(std::string_view name);
    bool reads_ascii_otherwise();
    void repair(std::string_view bytes, bool last, std::string& utf8);
    void through_icu(std::string_view bytes, bool last, std::string& utf8);

    std::string charset_;
    bool decided_ = false;
    // At most one of these; with neither the bytes are UTF-8.
    std::unique_ptr<UConverter, Close> converter_;
    IconvCharset iconv_;
    std::string waiting_;  // of UTF-8, the beginning of a character
    std::string_view other_guess_;
};

}  // namespace spillway::mail
