#include "policy/facts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "match/folding.h"

namespace spillway::policy {

Facts::Facts(const Policy& policy, const Message& message)
    : contents(message, policy.reading, [this] { scans.forget(); }),
      scans(policy.patterns.get()),
      policy_(policy),
      message_(message),
      identity_(identify(policy, message)),
      folders_(folders_of(policy, identity_)) {}

bool Facts::asks(bool Policy::*of_policy, bool Folder::*of_folder) const {
    return policy_.*of_policy || std::ranges::any_of(folders_, [&](const Folder* folder) {
               return folder != nullptr && folder->*of_folder;
           });
}

std::optional<match::Match>& Facts::memo(int number) {
    // Most stages of a message ask nothing that has one.
    if (memos_.empty()) memos_.resize(static_cast<std::size_t>(policy_.memos));
    const auto index = static_cast<std::size_t>(number);
    return index < memos_.size() ? memos_[index] : memos_of_folders_[number];
}

const std::vector<mail::Address>& Facts::authors() {
    if (!authors_) authors_ = mail::authors(message_.headers);
    return *authors_;
}

const std::vector<mail::Address>& Facts::originators(mail::Origin origin) {
    auto& known = originators_.at(static_cast<std::size_t>(origin));
    if (!known) known = mail::originators(origin, message_.headers);
    return *known;
}

const std::vector<mail::Address>& Facts::shown_besides() {
    if (!shown_besides_) shown_besides_ = mail::shown_besides(message_.headers);
    return *shown_besides_;
}

const std::vector<std::string>& Facts::header_values(const std::string& name, bool folded) {
    const auto [entry, is_new] = header_values_.try_emplace({name, folded});
    if (!is_new) return entry->second;
    if (folded) {
        for (const std::string& value : header_values(name))
            entry->second.push_back(match::folded_text(value));
        return entry->second;
    }
    for (const mail::Header& header : message_.headers) {
        if (!mail::names_equal(header.name, name)) continue;
        entry->second.push_back(mail::decoded_value(header.value));
    }
    return entry->second;
}

const std::string& Facts::text_of(const mail::Address& address) {
    const auto [entry, is_new] = addresses_.try_emplace(&address);
    if (is_new) entry->second = address.text();
    return entry->second;
}

const std::string& Facts::client_ip() {
    if (!client_ip_) client_ip_ = message_.client.ip->text();
    return *client_ip_;
}

Readings Facts::take_readings() {
    readings.of(SharedWork::texts) += contents.spent();
    readings.of(SharedWork::scans) += scans.spent();
    return std::move(readings);
}

const char* name_of(SharedWork work) {
    constexpr std::array names{"texts", "attachments", "scans"};
    return names[static_cast<std::size_t>(work)];
}

const mail::Attachments* attachments_to_read(Facts& facts) {
    const bool asked = facts.asks(&Policy::needs_attachments, &Folder::needs_attachments);
    if (!asked || !facts.message().body_seen) return nullptr;
    const mail::Attachments& attachments = facts.contents.attachments();
    return attachments.files.empty() ? nullptr : &attachments;
}

}  // namespace spillway::policy
