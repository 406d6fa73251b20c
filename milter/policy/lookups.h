// What maps outside of the policy must be asked before rules can be read.
//
// One answer may raise the next question (whom somebody acts for, then what they own), so it is
// asked until nothing is open. How is not known here.
#pragma once

#include <functional>
#include <vector>

#include "policy/facts.h"

namespace spillway::policy {

// One answer for each question, in their order.
using LookUp =
    std::function<std::vector<match::Found>(const std::vector<match::Question>& questions)>;

// Asks what the rules and limits need that are known at `stage`, a stage before the message's end,
// and keeps the answers in `message`. Without `look_up` every map is unreachable.
void look_up_at(Stage stage, const Policy& policy, Message& message, const LookUp& look_up);

// The same for the message's end. The facts must be of this message.
void look_up(Facts& facts, Message& message, const LookUp& look_up);

}  // namespace spillway::policy
