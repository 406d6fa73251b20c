#include "mail/iconv_charset.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include "mail/header.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_name = 60;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

// These mean something to the C library that is no charset of mail.
constexpr std::array<std::string_view, 3> of_the_library{"char", "wchar_t", "internal"};

bool is_name(std::string_view name) {
    const auto is_part = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
    };
    return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, is_part) &&
           std::ranges::none_of(of_the_library,
                                [&](std::string_view one) { return names_equal(one, name); });
}

}  // namespace

bool IconvCharset::open(std::string_view name) {
    if (!is_name(name)) return false;
    const iconv_t descriptor = ::iconv_open("UTF-8", std::string(name).c_str());
    // NOLINTNEXTLINE(performance-no-int-to-ptr): how iconv_open() says no
    if (descriptor == reinterpret_cast<iconv_t>(-1)) return false;
    descriptor_.reset(descriptor);
    return true;
}

void IconvCharset::begin_anew() {
    ::iconv(descriptor_.get(), nullptr, nullptr, nullptr, nullptr);
    waiting_.clear();
}

void IconvCharset::convert(std::string_view bytes, bool last, std::string& utf8) {
    std::string joined = std::move(waiting_);
    waiting_.clear();
    joined += bytes;
    char* from = joined.data();
    std::size_t left = joined.size();
    std::array<char, 8192> buffer;
    while (left > 0) {
        char* to = buffer.data();
        std::size_t room = buffer.size();
        const std::size_t before = left;
        const bool stopped =
            ::iconv(descriptor_.get(), &from, &left, &to, &room) == std::size_t(-1);
        const int why = errno;
        utf8.append(buffer.data(), buffer.size() - room);
        if (!stopped) break;
        if (why == EINVAL && !last) {
            waiting_.assign(from, left);
            return;
        }
        // What is no character, or stands still without a reason, is passed over byte by byte.
        const bool stands_still = why == E2BIG && left == before && room == buffer.size();
        if (why == E2BIG && !stands_still) continue;
        utf8 += replacement;
        ++from;
        --left;
    }
    if (!last) return;
    // Some charsets keep a character back until they know whether an accent follows.
    char* to = buffer.data();
    std::size_t room = buffer.size();
    ::iconv(descriptor_.get(), nullptr, nullptr, &to, &room);
    utf8.append(buffer.data(), buffer.size() - room);
}

}  // namespace spillway::mail
