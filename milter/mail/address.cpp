#include "mail/address.h"

#include "mail/mailbox.h"

namespace spillway::mail {
namespace {

// "@one,@two:local@domain" without the route; the text as it is when it has none.
std::string_view without_route(std::string_view path) {
    if (!path.starts_with('@')) return path;
    const std::size_t colon = path.find(':');
    return colon == path.npos ? path : path.substr(colon + 1);
}

}  // namespace

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
