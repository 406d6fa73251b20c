#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "mail/direction.h"
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

// The same for ASCII, which most text is made of even where it is not all.
constexpr std::array<Sight, 128> ascii_sights = [] {
    std::array<Sight, 128> sights{};
    sights.fill(Sight::shown);
    std::fill_n(sights.begin(), ' ', Sight::unseen);
    sights[0x7f] = Sight::unseen;
    for (const char c : {' ', '\t', '\v', '\f'}) sights[c] = Sight::blank;
    for (const char c : {'\r', '\n'}) sights[c] = Sight::line_end;
    return sights;
}();

bool is_shown_ascii(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && ascii_sights[byte] == Sight::shown;
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

    // Blanks wait until text follows, so that none ends a line.
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

std::string folded(std::string_view text) {
    Folded folded(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        while (at < text.size() && is_shown_ascii(text[at])) ++at;
        if (at > begin) {
            folded.shown(text.substr(begin, at - begin));
            continue;
        }
        const std::int32_t c = next_code_point(text, at);
        if (c < 0) {
            folded.shown("\xEF\xBF\xBD");
            continue;
        }
        if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
        add(folded, c < 0x80 ? ascii_sights[c] : sight_of(c), text.substr(begin, at - begin));
    }
    return std::move(folded).take();
}

const icu::Normalizer2& normalizer() {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
    return *nfkc;
}

// Only a lack of memory makes ICU fail here; mail text has no way to.
void check(UErrorCode status) {
    if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
}

// Nearly all text is: a look is cheaper than a copy.
bool is_normal(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    const bool normal = normalizer().isNormalizedUTF8(text, status);
    check(status);
    return normal;
}

std::string normalised(const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    std::string normal;
    normal.reserve(text.size());
    icu::StringByteSink<std::string> sink(&normal);
    normalizer().normalizeUTF8(0, text, sink, nullptr, status);
    check(status);
    return normal;
}

}  // namespace

// Invisible characters go before NFKC, which composes what they kept apart. NFKC makes blanks of
// its own (U+00B4 is a blank and an accent), hence the second folding.
std::string readable(std::string_view utf8) {
    std::string text = folded(has_overrides(utf8) ? as_displayed(utf8) : utf8);
    if (is_ascii(text) || is_normal(text)) return text;
    return folded(normalised(text));
}

}  // namespace spillway::mail
