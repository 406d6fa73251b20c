// The input as parts of an office document, cut at form feeds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/office_xml.h"

using namespace spillway::documents;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most = 1 << 16;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    OfficePackage package(most);
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('\f'));
        rest.remove_prefix(part.size() + (part.size() < rest.size() ? 1 : 0));
        OfficePart read = read_office_part(part, most);
        // The parser hands over what it has of its last piece before it is stopped.
        if (read.text.size() + read.aside.size() > most + 2 * size) std::abort();
        package.add(std::move(read));
    }
    std::move(package).text();
    return 0;
}
