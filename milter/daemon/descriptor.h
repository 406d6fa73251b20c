// A file descriptor with one owner, under this room's own name.
#pragma once

#include "extract/descriptor.h"

namespace spillway::daemon {

using extract::Descriptor;

}  // namespace spillway::daemon
