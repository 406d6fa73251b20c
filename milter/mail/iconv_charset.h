// Charsets that the C library knows and ICU does not, by iconv(3): ARMSCII-8, VISCII, TCVN, KOI8-T,
// ISO-8859-16, the national sets of ISO 646 and some hundreds of names.
#pragma once

#include <iconv.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace spillway::mail {

// A value of one thread.
class IconvCharset {
  public:
    // False where the C library has no such charset, or reads no files any more (as in the process
    // that reads documents). Names with what iconv takes for options are none.
    bool open(std::string_view name);
    bool is_open() const { return descriptor_ != nullptr; }

    // As ToUtf8::convert().
    void convert(std::string_view bytes, bool last, std::string& utf8);

    // Forgets what it has seen so far.
    void begin_anew();

  private:
    struct Close {
        void operator()(iconv_t descriptor) const { ::iconv_close(descriptor); }
    };

    std::unique_ptr<std::remove_pointer_t<iconv_t>, Close> descriptor_;
    std::string waiting_;  // the beginning of a character
};

}  // namespace spillway::mail
