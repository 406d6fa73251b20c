// SpamAssassin's rule files (Mail::SpamAssassin::Conf(3)) as rules that set a tag of their name.
//
// Rules that alone reach required_score hold the message; nothing here adds up scores.
#pragma once

#include <string_view>
#include <vector>

#include "convert/converted.h"

namespace spillway::convert {

// All files are one configuration, in this order, as SpamAssassin reads its folder. Conditional
// parts are read as by version 4 with all of its plugins.
Converted from_spamassassin(const std::vector<Source>& sources);

}  // namespace spillway::convert
