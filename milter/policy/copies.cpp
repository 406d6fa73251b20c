#include "policy/copies.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/lower.h"
#include "policy/template.h"

namespace spillway::policy {
namespace {

// No mailbox that copies go to differs from another by case alone.
bool is_same(const mail::Address& one, const mail::Address& other) {
    return one.domain == other.domain && lower(one.local) == lower(other.local);
}

bool contains(const std::vector<mail::Address>& addresses, const mail::Address& address) {
    return std::ranges::any_of(addresses,
                               [&](const mail::Address& known) { return is_same(known, address); });
}

void add_once(std::vector<mail::Address>& addresses, const mail::Address& address) {
    if (!contains(addresses, address)) addresses.push_back(address);
}

bool is_to(const Message& message, const mail::Address& address) {
    return std::ranges::any_of(message.recipients, [&](const Recipient& recipient) {
        return is_same(recipient.address, address);
    });
}

// Lines of SMTP have at most 998 characters (RFC 5321 section 4.5.3.1.6): as many fields as it
// takes.
void add_original_recipients(const Message& message, std::vector<Edit>& edits) {
    constexpr std::size_t most = 800;
    std::string list;
    const auto add_field = [&] {
        if (!list.empty()) edits.push_back(AddHeader{std::string{original_to_field}, list});
        list.clear();
    };
    for (const Recipient& recipient : message.recipients) {
        const std::string address = harmless(recipient.address.text());
        if (list.size() + address.size() > most) add_field();
        list += fmt::format("{}<{}>", list.empty() ? "" : ", ", address);
    }
    add_field();
}

}  // namespace

bool is_to_or_from(const Message& message, const mail::Address& address) {
    if (is_to(message, address)) return true;
    if (!is_same(message.sender, address)) return false;
    return message.user.empty() || lower(message.user) == lower(address.text());
}

void Copies::bcc(const std::vector<mail::Address>& to) {
    for (const mail::Address& address : to) add_once(bcc_, address);
}

void Copies::redirect(const mail::Address& to) { add_once(redirect_, to); }

void Copies::archive(const std::string& name) { archives_.insert(name); }

void Copies::order(const Message& message, Decision& decision) const {
    redirect_it(message, decision);
    copy_it(message, decision);
    decision.archives.assign(archives_.begin(), archives_.end());
}

// What comes from one of the auditors is released by them: it goes where they send it.
void Copies::redirect_it(const Message& message, Decision& decision) const {
    const auto released = [&](const mail::Address& auditor) {
        return !is_to(message, auditor) && is_to_or_from(message, auditor);
    };
    if (redirect_.empty() || std::ranges::any_of(redirect_, released)) return;
    // A copy for anybody else would show blind recipients to others than the auditors.
    const bool auditors_only = std::ranges::all_of(
        bcc_, [&](const mail::Address& copy) { return contains(redirect_, copy); });
    const std::string sender = harmless(message.sender.text());
    decision.edits.push_back(
        AddHeader{std::string{original_from_field}, fmt::format("<{}>", sender)});
    if (auditors_only) add_original_recipients(message, decision.edits);
    for (const Recipient& recipient : message.recipients) {
        if (!contains(redirect_, recipient.address))
            decision.edits.push_back(RemoveRecipient{recipient.argument});
    }
    for (const mail::Address& auditor : redirect_) {
        decision.redirected_to.push_back(auditor.text());
        if (!is_to(message, auditor)) decision.edits.push_back(AddRecipient{auditor.text(), false});
    }
}

void Copies::copy_it(const Message& message, Decision& decision) const {
    const bool redirected = !decision.redirected_to.empty();
    for (const mail::Address& copy : bcc_) {
        if (redirected && contains(redirect_, copy)) continue;
        if (is_to(message, copy) ? !redirected : is_to_or_from(message, copy)) continue;
        decision.copies.push_back(copy.text());
        decision.edits.push_back(AddRecipient{copy.text(), true});
    }
}

}  // namespace spillway::policy
