// The setting that says where limits are counted: "counters rediss://redis.example/2 timeout 1s".
#pragma once

#include <string_view>

#include "language/arguments.h"
#include "language/settings.h"
#include "language/values.h"

namespace spillway::language {

// memory, redis+unix:/PATH, and with redis or, for TLS, rediss:
//   redis://HOST[:PORT][/DATABASE]
//   redis+sentinel://HOST[:PORT],…/MASTER[/DATABASE]
//   redis+cluster://HOST[:PORT],…
// The mistake never repeats what may be a password.
Parsed<Store> parse_store(std::string_view text);

// The whole line behind "counters": a store and its options. Throws Mistake.
Store read_store(Arguments& args);

}  // namespace spillway::language
