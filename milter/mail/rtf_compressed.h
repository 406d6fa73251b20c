// Rich text as Outlook packs it into TNEF: LZFu ([MS-OXRTFCP]).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::mail {

// At most `most` bytes of the RTF; what a damaged or truncated stream still gives. "" when the
// header names no known packing.
std::string unpacked_rtf(std::string_view packed, std::size_t most);

}  // namespace spillway::mail
