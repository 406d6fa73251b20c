// The shadow of a text: a byte for each of its characters, so that an engine that knows bytes only
// can look for many patterns at once. ASCII is its own shadow; all other characters share the 128
// bytes beyond it. What PCRE2 takes for the same character in another case has the same shadow, so
// whatever matches a text in full Unicode matches the text's shadow with the characters' shadows
// (outline.h). The other way round it need not be.
//
// Pure functions; any number of threads.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::match {

// What the shadows beyond ASCII stand for. Characters that ICU's Unicode does not know may be
// anything in PCRE2's, which may be newer.
inline constexpr unsigned char shadow_of_digits = 0x80;   // decimal digits (Nd) of other scripts
inline constexpr unsigned char shadow_of_spaces = 0x81;   // what \s takes for white space
inline constexpr unsigned char shadow_of_unknown = 0x82;  // unassigned
inline constexpr unsigned char first_shadow_of_others = 0x83;

// Two characters have ASCII letters as their other case.
inline constexpr std::int32_t kelvin_sign = 0x212a;  // shadow k
inline constexpr std::int32_t long_s = 0x017f;       // shadow s

unsigned char shadow_of(std::int32_t code_point);

// The shadow of a whole text. Bytes that are no UTF-8 have one each, which nothing stands for in
// particular: no pattern matches them (PCRE2_MATCH_INVALID_UTF).
std::string shadow_of(std::string_view text);

// Where the characters of a text are that stand in its shadow. Immutable; needs the text only when
// it is made.
class PlacesInText {
  public:
    explicit PlacesInText(std::string_view text);

    // From place to place, none before the last one.
    class Walk {
      public:
        explicit Walk(const PlacesInText& places) : places_(places) {}
        // Of the character with this shadow.
        std::size_t to(std::size_t place_in_shadow);

      private:
        const PlacesInText& places_;
        std::size_t stretch_ = 0;
    };

  private:
    // From here on to the next a character is a byte.
    struct Stretch {
        std::size_t in_shadow = 0;
        std::size_t in_text = 0;
    };
    std::vector<Stretch> stretches_{{}};
};

}  // namespace spillway::match
