// Each line as an entry of a set, a network, and a key with its value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "match/map.h"

using namespace spillway::match;
using spillway::mail::envelope_address;

namespace {

void try_line(std::string_view line) {
    ValueSet set;
    if (set.add(line)) {
        if (set.empty()) std::abort();
        // An entry that is an address or a domain holds itself.
        const bool address = line.find('@') != line.npos && line.front() != '@';
        if (address && !set.holds_address(envelope_address(line))) std::abort();
    }
    if (set.holds_address({}) || set.holds_domain("")) std::abort();

    NetworkSet networks;
    if (networks.add(line) && !networks.holds(parse_network(line).value().base)) std::abort();

    const std::size_t blank = line.find(' ');
    if (blank == line.npos) return;
    PairMap pairs;
    const std::string_view key = line.substr(0, blank);
    if (pairs.add(key, line.substr(blank + 1)) &&
        pairs.first_value_of(key) != line.substr(blank + 1))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        try_line(line);
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    }
    return 0;
}
