#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <stdexcept>

#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

// What a character is to a reader, before compatibility forms are folded.
enum class Sight { shown, blank, line_end, unseen };

Sight sight_of(std::int32_t c) {
    if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) return Sight::line_end;
    if (u_isUWhiteSpace(c)) return Sight::blank;
    const bool unseen = u_iscntrl(c) ||
                        u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
                        (c >= 0xfff9 && c <= 0xfffb);  // interlinear annotation marks
    return unseen ? Sight::unseen : Sight::shown;
}

// Only the bytes of 7-bit text can be judged without a table.
Sight sight_of_ascii(char c) {
    if (c > ' ' && c < 0x7f) return Sight::shown;
    if (c == ' ' || c == '\t' || c == '\v' || c == '\f') return Sight::blank;
    return c == '\n' || c == '\r' ? Sight::line_end : Sight::unseen;
}

// Writes text line by line: one blank for many, none at either end of a line.
class Folded {
  public:
    explicit Folded(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

    void blank() { blank_waits_ = true; }

    void line_end() {
        text_ += '\n';
        blank_waits_ = false;
    }

    void shown(std::string_view character) {
        if (blank_waits_ && !text_.empty() && text_.back() != '\n') text_ += ' ';
        blank_waits_ = false;
        text_ += character;
    }

    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
    bool blank_waits_ = false;
};

void add(Folded& folded, Sight sight, std::string_view character) {
    switch (sight) {
        case Sight::shown:
            return folded.shown(character);
        case Sight::blank:
            return folded.blank();
        case Sight::line_end:
            return folded.line_end();
        case Sight::unseen:
            return;
    }
}

std::string folded_ascii(std::string_view text) {
    Folded folded(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        while (at < text.size() && sight_of_ascii(text[at]) == Sight::shown) ++at;
        if (at > begin) folded.shown(text.substr(begin, at - begin));
        if (at == text.size()) break;
        const bool crlf = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        add(folded, sight_of_ascii(text[at]), {});
        at += crlf ? 2 : 1;
    }
    return std::move(folded).take();
}

std::string folded_utf8(std::string_view text) {
    Folded folded(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const std::int32_t c = next_code_point(text, at);
        if (c < 0) {
            folded.shown("\xEF\xBF\xBD");
            continue;
        }
        if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
        add(folded, sight_of(c), text.substr(begin, at - begin));
    }
    return std::move(folded).take();
}

std::string nfkc(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
    std::string normal;
    normal.reserve(text.size());
    icu::StringByteSink<std::string> sink(&normal);
    if (U_SUCCESS(status)) normalizer->normalizeUTF8(0, text, sink, nullptr, status);
    // Only missing ICU data or memory gets here; mail text has no way to cause it.
    if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
    return normal;
}

}  // namespace

// Invisible characters go before NFKC, which composes what they kept apart. NFKC makes blanks of
// its own (U+00B4 is a blank and an accent), hence the second folding.
std::string readable(std::string_view utf8) {
    if (is_ascii(utf8)) return folded_ascii(utf8);
    return folded_utf8(nfkc(folded_utf8(utf8)));
}

}  // namespace spillway::mail
