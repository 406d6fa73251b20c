#include <stdexcept>

#include "mail/address.h"
#include "mail/text.h"

namespace spillway::mail {

void prepare_libraries() {
    const bool works =
        readable("\xEF\xBD\x81") == "a" && to_utf8("\x1b$B0B\x1b(B", "iso-2022-jp") == "安" &&
        render_html("&amp;").visible == "&" && !normal_domain("bücher.example").empty();
    if (!works) throw std::runtime_error("ICU or libidn2 lacks its tables");
}

}  // namespace spillway::mail
