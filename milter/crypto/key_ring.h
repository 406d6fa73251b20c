// The keys that abuse tokens are sealed with, and the text of the file they stand in.
//
// Keys leave this room only as the text of a key file. A ring is immutable, for any number of
// threads; its memory is wiped at its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace spillway::crypto {

// Overwrites what must not stay in memory, and empties it.
void wipe(std::string& secret);

class KeyRing {
  public:
    static constexpr std::size_t key_bytes = 32;  // AES-256
    using Bytes = std::array<unsigned char, key_bytes>;

    struct Key {
        std::uint16_t id = 0;
        std::string made;  // the day, "2026-11-23"
        Bytes bytes{};
    };

    // A line a key, the oldest first: "key 7f3a 2026-11-23 BASE64"; empty lines and those that
    // begin with "#" say nothing. Mistakes name the line and never quote it.
    static tl::expected<KeyRing, std::string> parse(std::string_view text);

    // The last key of the file: with a new one behind it, a key opens what it has sealed and seals
    // no more.
    const Key& newest() const { return keys_->back(); }
    const Key* find(std::uint16_t id) const;  // null for a key that is not in the file
    const std::vector<Key>& all() const { return *keys_; }

  private:
    struct Wipe {
        void operator()(std::vector<Key>* keys) const;
    };
    explicit KeyRing(std::vector<Key>* keys) : keys_(keys) {}

    std::unique_ptr<std::vector<Key>, Wipe> keys_;
};

// "7f3a"
std::string id_text(std::uint16_t id);

// The line of a new random key with an id that the ring does not have, if there is one yet. Throws
// std::runtime_error when the system has no random numbers.
std::string new_key_line(const KeyRing* ring, std::string_view today);

// The text without the line of one key; nullopt when it is not there.
std::optional<std::string> without_key(std::string_view text, std::string_view id);

}  // namespace spillway::crypto
