// ASCII letters in lower case: names of fields, logins and accounts are compared without their
// case.
#pragma once

#include <algorithm>
#include <string>

namespace spillway::policy {

inline std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

}  // namespace spillway::policy
