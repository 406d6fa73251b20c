// The name of a file as readers show it, and as their computers may save it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// `name` is UTF-8 as a parameter, a header of uuencode or a property of TNEF says it. First the
// name as it is shown, readable(): what controls the direction of writing is gone, so the extension
// is the true one. Then, where it differs, as it is saved: without folders ("/", "\"), what follows
// a NUL, alternate streams ("a.exe:b"), and the blanks and dots that Windows drops at the end.
std::vector<std::string> spellings_of_name(std::string_view name);

}  // namespace spillway::mail
