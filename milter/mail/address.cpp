#include "mail/address.h"

#include <algorithm>

#include "mail/mailbox.h"

namespace spillway::mail {
namespace {

// "@one,@two:local@domain" without the route; the text as it is when it has none.
std::string_view without_route(std::string_view path) {
    if (!path.starts_with('@')) return path;
    const std::size_t colon = path.find(':');
    return colon == path.npos ? path : path.substr(colon + 1);
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Without "|" and a leading "/" or "-", which have meant programs, files and options to mail
// servers, and without "%" and "!", which route.
bool is_plain_local(std::string_view local) {
    constexpr std::string_view marks = ".+-_=~'&*^?#/";
    if (local.empty() || local.size() > 64 || local.back() == '.') return false;
    if (!is_letter_or_digit(local.front()) && local.front() != '_') return false;
    return local.find("..") == local.npos && std::ranges::all_of(local, [&](char c) {
               return is_letter_or_digit(c) || marks.find(c) != marks.npos;
           });
}

bool is_plain_domain(std::string_view domain) {
    if (domain.starts_with('-') || domain.find(".-") != domain.npos) return false;
    if (domain.starts_with('.') || domain.ends_with('.') || domain.find("..") != domain.npos)
        return false;
    return !domain.empty() && std::ranges::all_of(domain, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.';
    });
}

}  // namespace

bool is_plain_address(std::string_view text) {
    constexpr std::size_t longest = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
    if (text.size() > longest) return false;
    const std::size_t at = text.find('@');
    if (at == text.npos) return is_plain_local(text);
    return is_plain_local(text.substr(0, at)) && is_plain_domain(text.substr(at + 1));
}

std::string Address::text() const { return domain.empty() ? local : local + '@' + domain; }

Address envelope_address(std::string_view argument) {
    std::string_view path = argument;
    if (path.size() >= 2 && path.front() == '<' && path.back() == '>')
        path = path.substr(1, path.size() - 2);
    if (path.empty()) return {};
    if (auto mailbox = parse_mailbox(without_route(path))) return std::move(mailbox->address);
    return {std::string(path), ""};
}

}  // namespace spillway::mail
