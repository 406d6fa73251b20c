#include "crypto/digest.h"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace spillway::crypto {

std::string short_digest(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    constexpr std::size_t kept = 8;
    return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + kept, ""));
}

}  // namespace spillway::crypto
