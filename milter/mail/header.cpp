#include "mail/header.h"

#include <algorithm>

#include "mail/encoded_word.h"
#include "mail/text.h"

namespace spillway::mail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool names_equal(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string decoded_value(std::string_view raw) {
    std::string text = decoded_words(raw);
    std::ranges::replace_if(
        text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return readable(text);
}

}  // namespace spillway::mail
