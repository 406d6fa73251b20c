// The input as HTML.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mail/text.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view html(reinterpret_cast<const char*>(data), size);
    const RenderedHtml rendered = render_html(html);
    // A character reference is never shorter than half its text.
    if (rendered.visible.size() > 2 * size || rendered.hidden.size() > 3 * size + 3) std::abort();
    readable(rendered.visible);
    return 0;
}
