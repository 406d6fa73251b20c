// Any bytes as a file of an archive: read to the first thing wrong, and what was good is the same
// when it is read again. Read as they come, and behind an entry that is right, since no chance
// finds a hash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "vault/segment.h"

using namespace spillway;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

std::uint64_t entries_in(std::string_view bytes, bool digests) {
    std::uint64_t entries = 0;
    const vault::Reading reading = vault::read_segment(
        bytes, [&](const vault::Entry&) { ++entries; }, digests);
    check(reading.good_bytes <= bytes.size());
    check(reading.fault.empty() == (reading.before && reading.good_bytes == bytes.size()));
    if (!reading.before) return 0;
    check(reading.last.number - reading.before->number == entries);
    std::uint64_t again = 0;
    const vault::Reading good = vault::read_segment(
        bytes.substr(0, reading.good_bytes), [&](const vault::Entry&) { ++again; }, digests);
    check(good.fault.empty() && good.last == reading.last && again == entries);
    return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    entries_in(bytes, true);
    entries_in(bytes, false);
    const vault::Frame frame = vault::frame({}, "{}", bytes.size(), crypto::sha256({bytes}));
    const std::string whole = vault::opening({}) + frame.front + std::string(bytes) + frame.back;
    check(entries_in(whole, true) == 1);
    check(entries_in(whole + std::string(bytes), true) == 1 || bytes.starts_with("ENTRY "));
    if (const auto link = vault::link_of(bytes)) check(vault::text_of(*link) == bytes);
    return 0;
}
