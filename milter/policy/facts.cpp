#include "policy/facts.h"

#include <fmt/format.h>

namespace spillway::policy {

Facts::Facts(const Policy& policy, const Message& message)
    : contents(message, policy.reading),
      memos(static_cast<std::size_t>(policy.memos)),
      policy_(policy),
      message_(message),
      identity_(identify(policy, message)) {}

const std::vector<mail::Address>& Facts::authors() {
    if (!authors_) authors_ = mail::authors(message_.headers);
    return *authors_;
}

const std::vector<std::string>& Facts::header_values(const std::string& name) {
    const auto [entry, is_new] = header_values_.try_emplace(name);
    if (!is_new) return entry->second;
    for (const mail::Header& header : message_.headers) {
        if (!mail::names_equal(header.name, name)) continue;
        entry->second.push_back(mail::decoded_value(header.value));
    }
    return entry->second;
}

}  // namespace spillway::policy
