// The input as a complaint: nothing in it is ever taken for a token of ours, and a token of ours
// within it is found and read, whatever stands around it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/abuse_token.h"
#include "mail/complaint.h"

using namespace spillway;

namespace {

const crypto::KeyRing& keys() {
    static const crypto::KeyRing ring =
        crypto::KeyRing::parse(crypto::new_key_line(nullptr, "2026-11-23")).value();
    return ring;
}

bool is_origin(const crypto::Opened& opened) {
    return std::holds_alternative<crypto::Origin>(opened);
}

// Whether the token of `origin` is read in the text.
bool names(const mail::Complaint& complaint, const crypto::Origin& origin) {
    return std::ranges::any_of(complaint.tokens, [&](const mail::TokenInText& token) {
        const auto opened = crypto::opened(token.bytes, keys());
        return token.complete && is_origin(opened) && std::get<crypto::Origin>(opened) == origin;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const mail::ReadingLimits limits{.text_bytes = 100'000, .parts = 100};
    for (const std::string_view message : mail::messages_of(text)) {
        const mail::Complaint complaint = mail::read_complaint(message, limits);
        for (const mail::TokenInText& token : complaint.tokens)
            if (is_origin(crypto::opened(token.bytes, keys()))) std::abort();
    }
    if (is_origin(crypto::opened(text, keys()))) std::abort();
    const auto ring = crypto::KeyRing::parse(text);
    if (ring && ring->all().empty()) std::abort();

    const crypto::Origin origin{.account = std::string(text.substr(0, 160)),
                                .user = "ann@a.example"};
    const std::string line =
        "\nX-Spillway-Abuse-ID: " + mail::token_text(crypto::sealed(origin, keys())) + "\n";
    const mail::Complaint in_front = mail::read_complaint(line + std::string(text), limits);
    const mail::Complaint behind = mail::read_complaint(std::string(text) + line, limits);
    if (!names(in_front, origin) || !names(behind, origin)) std::abort();
    return 0;
}
