#include "crypto/key_ring.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "mail/entity.h"
#include "mail/token_text.h"

namespace spillway::crypto {
namespace {

constexpr std::size_t most_keys = 1000;

// The words of a line; only as many as a key has, and one more where there are too many.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = line.find_first_not_of(" \t"); at < line.size() && words.size() < 5;
         at = line.find_first_not_of(" \t", at)) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<std::uint16_t> id_of(std::string_view text) {
    std::uint16_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && text.size() == 4 ? std::optional(id) : std::nullopt;
}

bool is_day(std::string_view text) {
    constexpr std::string_view form = "0000-00-00";
    return text.size() == form.size() && std::ranges::equal(text, form, [](char c, char wanted) {
               return wanted == '-' ? c == '-' : c >= '0' && c <= '9';
           });
}

// Why the line is no key; the key is added to `keys`.
std::optional<std::string> read_key(std::string_view line, std::vector<KeyRing::Key>& keys) {
    const auto words = words_of(line);
    if (words.size() != 4 || words[0] != "key" || !is_day(words[2]))
        return "expected \"key ID YYYY-MM-DD KEY\"";
    const auto id = id_of(words[1]);
    if (!id) return "the id of a key is four hexadecimal digits";
    if (std::ranges::find(keys, *id, &KeyRing::Key::id) != keys.end())
        return fmt::format("a second key {}", id_text(*id));
    std::string bytes = mail::from_base64_url(words[3]);
    const bool fits = bytes.size() == KeyRing::key_bytes && words[3].size() == 43;
    if (fits) {
        KeyRing::Key& key = keys.emplace_back();
        key.id = *id;
        key.made = words[2];
        std::ranges::copy(bytes, key.bytes.begin());
    }
    wipe(bytes);
    return fits ? std::nullopt : std::optional<std::string>("a key is 32 bytes in base64url");
}

void fill_with_random(unsigned char* bytes, std::size_t count) {
    if (RAND_bytes(bytes, static_cast<int>(count)) != 1)
        throw std::runtime_error("the system has no random numbers");
}

}  // namespace

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

void KeyRing::Wipe::operator()(std::vector<Key>* keys) const {
    for (Key& key : *keys) OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
    delete keys;
}

tl::expected<KeyRing, std::string> KeyRing::parse(std::string_view text) {
    KeyRing ring(new std::vector<Key>);
    ring.keys_->reserve(most_keys);  // growing would leave copies behind
    int number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const mail::Line line = mail::line_at(text, at);
        at = line.next;
        ++number;
        const auto words = words_of(line.text);
        if (words.empty() || words[0].starts_with('#')) continue;
        if (ring.keys_->size() == most_keys)
            return tl::unexpected(fmt::format("more than {} keys", most_keys));
        if (const auto mistake = read_key(line.text, *ring.keys_))
            return tl::unexpected(fmt::format("line {}: {}", number, *mistake));
    }
    if (ring.keys_->empty()) return tl::unexpected<std::string>("there is no key in it");
    return ring;
}

const KeyRing::Key* KeyRing::find(std::uint16_t id) const {
    const auto found = std::ranges::find(*keys_, id, &Key::id);
    return found == keys_->end() ? nullptr : &*found;
}

std::string id_text(std::uint16_t id) { return fmt::format("{:04x}", id); }

std::string new_key_line(const KeyRing* ring, std::string_view today) {
    if (ring != nullptr && ring->all().size() == most_keys)
        throw std::runtime_error(fmt::format("there are {} keys already", most_keys));
    std::uint16_t id = 0;
    do {
        std::array<unsigned char, 2> random{};
        fill_with_random(random.data(), random.size());
        id = static_cast<std::uint16_t>(random[0] << 8 | random[1]);
    } while (ring != nullptr && ring->find(id) != nullptr);
    std::string key(KeyRing::key_bytes, '\0');
    fill_with_random(reinterpret_cast<unsigned char*>(key.data()), key.size());
    std::string text = mail::to_base64_url(key);
    std::string line = fmt::format("key {} {} {}\n", id_text(id), today, text);
    wipe(key);
    wipe(text);
    return line;
}

std::optional<std::string> without_key(std::string_view text, std::string_view id) {
    std::string left;
    left.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const mail::Line line = mail::line_at(text, at);
        const auto words = words_of(line.text);
        const bool is_it = words.size() > 1 && words[0] == "key" && words[1] == id;
        if (!is_it) left.append(text.substr(at, line.next - at));
        at = line.next;
    }
    if (left.size() == text.size()) return std::nullopt;
    return left;
}

}  // namespace spillway::crypto
