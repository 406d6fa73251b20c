// What a message is charged for under each limit.
#pragma once

#include <vector>

#include "policy/facts.h"

namespace spillway::policy {

// Of all limits that count this message: none for connections and logins, and for a limit of scope
// rcpt-domain one for each domain. A limit counts a recipient (or the message, when it does for one
// recipient) unless its conditions surely say otherwise.
std::vector<AskedCharge> charges_of(Facts& facts);

// Of the limits that accept in part, for the last recipient alone.
std::vector<AskedCharge> partial_charges(Facts& facts);

// Of every limit but those on connections, as if it counted the message and each recipient.
std::vector<AskedCharge> charges_regardless(Facts& facts);

}  // namespace spillway::policy
