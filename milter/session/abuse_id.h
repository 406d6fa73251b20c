// The token that tells who sent a message to nobody but us.
#pragma once

#include <string>

#include "crypto/key_ring.h"
#include "policy/evaluate.h"
#include "policy/message.h"

namespace spillway::session {

// The value of a header field (mail/token_text.h). Throws what crypto::sealed() throws.
std::string sealed_sender(const policy::Message& message, const policy::Identity& identity,
                          const crypto::KeyRing& keys);

}  // namespace spillway::session
