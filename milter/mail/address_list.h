// The value of a From field, read as a list of addresses (RFC 5322 sections 3.4 and 4.4).
//
// Strict and lenient readers disagree about most of what the grammar's corners allow. Whatever
// could be read in two ways is doubtful: ownership must not rest on which reader the recipient has.
#pragma once

#include <string_view>
#include <vector>

#include "mail/address.h"

namespace spillway::mail {

struct AddressList {
    std::vector<Address>
        found;              // every address that some reader could take for an author, in order
    bool doubtful = false;  // there may be others, or these may be read otherwise
    // Those of `found` that stand where a display name belongs, before an angle address.
    std::vector<Address> for_names{};
};

// `value` is raw. Time is linear in its length.
AddressList parse_address_list(std::string_view value);

}  // namespace spillway::mail
