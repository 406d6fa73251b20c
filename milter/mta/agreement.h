// What the filter asks of the MTA when a connection begins: which events, which answers, which
// edits.
//
// Every event that is not sent and every answer that is not waited for is a round trip saved. The
// policy may be another one when the connection's next message begins, so an agreement may save
// time but never lose a refusal: all rules are read again at the end of the message, which is
// always sent.
#pragma once

#include "policy/policy.h"

namespace spillway::mta {

// libmilter's bit sets: actions (SMFIF_*) and protocol steps (SMFIP_*).
struct Terms {
    unsigned long actions = 0;
    unsigned long steps = 0;
};

// All actions the filter may want.
extern const unsigned long wanted_actions;

// What is wanted of what is offered; asking for more than is offered ends the connection. Over TCP
// the answer to DATA is kept even when nothing needs it: without one the last packet before the
// content waits for a delayed acknowledgement, 40 ms a message.
Terms agree(const Terms& offered, const policy::Policy& policy, bool over_tcp);

}  // namespace spillway::mta
