// A verdict or a whole decision, carried out through libmilter.
#pragma once

#include <string_view>

#include <libmilter/mfapi.h>

#include "policy/decision.h"

namespace spillway::mta {

// Sets the SMTP reply, right before the status that uses it is returned: libmilter keeps an unused
// reply for the next refusal, of whatever message. The status is for the callback to return.
sfsistat answer(SMFICTX* context, const policy::Verdict& verdict);

// The generic "later": the reply of everything that went wrong here.
sfsistat answer_trouble(SMFICTX* context) noexcept;

// At the end of a message: the body first, then edits in order, quarantine last, then the answer.
// `message` is what the decision is about, where it changes the body. `leading_blank` says
// that the MTA writes header values exactly as they are given (SMFIP_HDR_LEADSPC). Throws
// std::runtime_error when libmilter refuses an edit; the message must then be deferred, which
// undoes the edits made before.
sfsistat apply(SMFICTX* context, const policy::Decision& decision, std::string_view message,
               bool leading_blank);

}  // namespace spillway::mta
