// A set of bytes, to search text with by table: what std::string_view offers asks each character of
// the set in turn.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace spillway::mail {

class ByteSet {
  public:
    constexpr explicit ByteSet(std::string_view members) {
        for (const char c : members) members_[static_cast<unsigned char>(c)] = true;
    }

    constexpr bool has(char c) const { return members_[static_cast<unsigned char>(c)]; }

    // The first place from `begin` on with a member, or without one; npos when there is none.
    constexpr std::size_t first_in(std::string_view text, std::size_t begin) const {
        while (begin < text.size() && !has(text[begin])) ++begin;
        return begin < text.size() ? begin : text.npos;
    }
    constexpr std::size_t first_not_in(std::string_view text, std::size_t begin) const {
        while (begin < text.size() && has(text[begin])) ++begin;
        return begin < text.size() ? begin : text.npos;
    }

  private:
    std::array<bool, 256> members_{};
};

}  // namespace spillway::mail
