// Who sent a message, sealed so that only who has the key can read it, and nobody else can make it
// or change it.
//
// AES-256-GCM with a random nonce (NIST SP 800-38D section 8.2.2: a key seals no more than 2^32
// tokens). Thread-safe: nothing is kept between calls.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "crypto/key_ring.h"
#include "limits/limits.h"

namespace spillway::crypto {

// Texts are cut at 160 octets.
struct Origin {
    limits::Time time{};  // to the second
    std::string account;
    std::string user;      // "" without a login
    std::string queue_id;  // "" where the MTA gave none
    std::string client;    // its address
    std::string message;   // short_digest() of the Message-ID; "" without one

    friend bool operator==(const Origin&, const Origin&) = default;
};

// The sealed bytes, which mail::token_text() writes as a field's value. Their number says how long
// the texts are together to no more than 48 octets. Throws std::runtime_error when OpenSSL fails.
std::string sealed(const Origin& origin, const KeyRing& keys);

struct Forged {};  // not sealed by us, or changed
struct UnknownKey {
    std::string id;  // a key that is gone, or one that never was
};
using Opened = std::variant<Origin, UnknownKey, Forged>;

// Any bytes may be asked for.
Opened opened(std::string_view bytes, const KeyRing& keys);

}  // namespace spillway::crypto
