// The footers of one message, put in all at once when all its rules have been read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/footer.h"
#include "policy/message.h"

namespace spillway::policy {

struct AskedFooter {
    std::shared_ptr<const FooterForm> form;
    std::string by;  // "rule NAME"
    Variables values;
};

// Adds to the decision what the footers change, and what became of each. A footer asked for more
// than once is put in once. The decision becomes a rejection where a footer demands that and cannot
// be put in. Nothing is done for a message that does not leave.
void add_footers(const std::vector<AskedFooter>& asked, const Message& message, Decision& decision);

}  // namespace spillway::policy
