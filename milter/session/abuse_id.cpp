#include "session/abuse_id.h"

#include <algorithm>
#include <string_view>

#include "crypto/abuse_token.h"
#include "crypto/message_digest.h"
#include "mail/header.h"
#include "mail/token_text.h"

namespace spillway::session {

std::string sealed_sender(const policy::Message& message, const policy::Identity& identity,
                          const crypto::KeyRing& keys) {
    const auto id = std::ranges::find_if(message.headers, [](const mail::Header& header) {
        return mail::names_equal(header.name, "Message-ID");
    });
    const crypto::Origin origin{
        .time = message.received,
        .account = identity.account,
        .user = identity.counted_user,
        .queue_id = message.queue_id,
        .client = message.client.ip ? message.client.ip->text() : "",
        .message = id == message.headers.end() ? "" : crypto::message_digest(id->value)};
    return mail::token_text(crypto::sealed(origin, keys));
}

}  // namespace spillway::session
