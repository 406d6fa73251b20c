#include "crypto/abuse_token.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "mail/token_text.h"

namespace spillway::crypto {
namespace {

// A token: head (mail/token_text.h), nonce, sealed text, tag. The head is authenticated as well.
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr unsigned char version = 1;
constexpr std::size_t block = 48;  // a multiple of three: base64 without spare bits
constexpr std::size_t longest_text = 160;
constexpr std::size_t time_bytes = 6;
static_assert((mail::token_head_bytes + nonce_bytes + tag_bytes) % 3 == 0);
static_assert(mail::token_rest_bytes == nonce_bytes + tag_bytes);

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Looked up once: each look-up by name takes longer than the sealing.
const EVP_CIPHER* cipher() {
    static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return fetched;
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void append_number(std::string& bytes, std::uint64_t number, std::size_t count) {
    for (std::size_t shift = count; shift > 0; --shift)
        bytes += static_cast<char>(number >> (8 * (shift - 1)) & 0xff);
}

std::uint64_t take_number(std::string_view& bytes, std::size_t count) {
    std::uint64_t number = 0;
    for (const char c : bytes.substr(0, count))
        number = number << 8 | static_cast<unsigned char>(c);
    bytes.remove_prefix(count);
    return number;
}

std::string plain_text(const Origin& origin) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(origin.time).time_since_epoch().count();
    std::string text;
    append_number(text, static_cast<std::uint64_t>(seconds), time_bytes);
    for (const std::string* one :
         {&origin.account, &origin.user, &origin.queue_id, &origin.client, &origin.message}) {
        const std::string_view cut = std::string_view(*one).substr(0, longest_text);
        append_number(text, cut.size(), 1);
        text += cut;
    }
    text.resize((text.size() + block - 1) / block * block);
    return text;
}

// What plain_text() wrote. Nullopt for what it never writes: a token of another version of this
// program could hold that, nobody else's.
std::optional<Origin> origin_in(std::string_view text) {
    Origin origin;
    if (text.size() < time_bytes) return std::nullopt;
    origin.time = limits::Time(
        std::chrono::seconds(static_cast<std::int64_t>(take_number(text, time_bytes))));
    for (std::string* one :
         {&origin.account, &origin.user, &origin.queue_id, &origin.client, &origin.message}) {
        if (text.empty()) return std::nullopt;
        const auto size = static_cast<std::size_t>(take_number(text, 1));
        if (size > text.size()) return std::nullopt;
        *one = text.substr(0, size);
        text.remove_prefix(size);
    }
    return origin;
}

[[noreturn]] void fail() { throw std::runtime_error("OpenSSL cannot seal a token"); }

}  // namespace

std::string sealed(const Origin& origin, const KeyRing& keys) {
    const KeyRing::Key& key = keys.newest();
    const std::string text = plain_text(origin);
    std::string bytes;
    append_number(bytes, version, 1);
    append_number(bytes, key.id, 2);
    append_number(bytes, text.size(), 2);
    const std::string head = bytes;
    bytes.resize(head.size() + nonce_bytes + text.size() + tag_bytes);
    unsigned char* const nonce = octets(bytes) + head.size();
    unsigned char* const out = nonce + nonce_bytes;
    if (RAND_bytes(nonce, nonce_bytes) != 1) fail();

    const Context context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool done =
        context && EVP_EncryptInit_ex2(context.get(), cipher(), key.bytes.data(), nonce, nullptr) &&
        EVP_EncryptUpdate(context.get(), nullptr, &length, octets(head),
                          static_cast<int>(head.size())) &&
        EVP_EncryptUpdate(context.get(), out, &length, octets(text),
                          static_cast<int>(text.size())) &&
        EVP_EncryptFinal_ex(context.get(), out + length, &length) &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, out + text.size());
    if (!done) fail();
    return bytes;
}

Opened opened(std::string_view bytes, const KeyRing& keys) {
    constexpr std::size_t frame = mail::token_head_bytes + mail::token_rest_bytes;
    if (bytes.size() < frame) return Forged{};
    const std::string_view head = bytes.substr(0, mail::token_head_bytes);
    std::string_view rest = bytes;
    const bool ours = take_number(rest, 1) == version;
    const auto id = static_cast<std::uint16_t>(take_number(rest, 2));
    if (!ours || take_number(rest, 2) != bytes.size() - frame) return Forged{};
    const KeyRing::Key* const key = keys.find(id);
    if (key == nullptr) return UnknownKey{id_text(id)};

    const std::string_view nonce = rest.substr(0, nonce_bytes);
    const std::string_view hidden = rest.substr(nonce_bytes, bytes.size() - frame);
    std::string tag(rest.substr(rest.size() - tag_bytes));
    std::string text(hidden.size(), '\0');
    const Context context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool genuine =
        context &&
        EVP_DecryptInit_ex2(context.get(), cipher(), key->bytes.data(), octets(nonce), nullptr) &&
        EVP_DecryptUpdate(context.get(), nullptr, &length, octets(head),
                          static_cast<int>(head.size())) &&
        EVP_DecryptUpdate(context.get(), octets(text), &length, octets(hidden),
                          static_cast<int>(hidden.size())) &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) &&
        EVP_DecryptFinal_ex(context.get(), octets(text) + length, &length) == 1;
    if (!genuine) return Forged{};
    auto origin = origin_in(text);
    if (!origin) return Forged{};
    return *std::move(origin);
}

}  // namespace spillway::crypto
