// The input as HTML, as text and as one link.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/file_name.h"
#include "mail/links.h"
#include "mail/text.h"
#include "mail/url.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Links links(50, 10'000);
    links.add_html(text);
    links.add_text(text);
    std::size_t bytes = 0;
    for (const std::string& link : links.spellings()) bytes += link.size();
    if (links.spellings().size() > 50 || bytes > 10'000) std::abort();

    for (const std::string& spelling : spellings_of_link(text)) {
        if (readable(spelling) != spelling) std::abort();
        resolved_link(spelling, text);
    }
    text_of_data_url(text);
    for (const std::string& name : spellings_of_name(text))
        if (name.find_first_of("\n\r") != name.npos) std::abort();
    return 0;
}
