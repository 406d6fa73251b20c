// Content transfer encodings undone (RFC 2045 section 6), as lenient readers do it.
//
// Nothing is an error: what does not belong to the encoding is skipped or kept as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::mail {

// Characters outside of the alphabet are skipped, padding ends a group wherever it stands and is
// not missed at the end.
std::string from_base64(std::string_view text);

// Escapes in either case; soft line breaks also with blanks after the "="; other "=" stay.
std::string from_quoted_printable(std::string_view text);

// The Q encoding of header fields (RFC 2047 section 4.2): "_" is a blank.
std::string from_q(std::string_view text);

enum class Encoding { none, base64, quoted_printable, uuencode, yenc };

// What a Content-Transfer-Encoding means, given in lower case; names that mean nothing are `none`,
// which is what readers make of them.
Encoding encoding_named(std::string_view name);

// False for names that no standard and no usual reader knows.
bool is_known_encoding(std::string_view name);

// Undoes an encoding piece by piece, however the pieces are cut. A value of one thread.
class Decoder {
  public:
    explicit Decoder(Encoding encoding) : encoding_(encoding) {}

    void decode(std::string_view piece, std::string& bytes);
    void finish(std::string& bytes);  // what still waits for more

  private:
    void add_base64(std::string_view piece, std::string& bytes);
    void end_group(std::string& bytes);
    void add_quoted_printable(std::string_view piece, std::string& bytes);
    void add_lines(std::string_view piece, std::string& bytes);
    void add_line(std::string_view line, std::string& bytes);

    const Encoding encoding_;
    std::uint32_t group_ = 0;
    int digits_ = 0;
    std::string waiting_;  // an escape or a line that is not complete
    bool ended_ = false;
};

// One line of a file as uuencode(5) of POSIX writes it: the first character tells how many bytes
// follow. Blanks that were lost at the end of the line are made up for.
void append_uudecoded(std::string_view line, std::string& bytes);

// Whether the line could be one: its first character and its length agree.
bool is_uuencoded(std::string_view line);

// One line of yEnc (version 1.3).
void append_yenc_decoded(std::string_view line, std::string& bytes);

}  // namespace spillway::mail
