// What rules want sent or kept beside a message, or instead of sending it: bcc, redirect, archive.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mail/address.h"
#include "policy/decision.h"
#include "policy/message.h"

namespace spillway::policy {

// Fields that tell an auditor to whom a redirected message was addressed. Like all X-Spillway-
// fields they are removed from messages that come in.
inline constexpr std::string_view original_from_field = "X-Spillway-Original-From";
inline constexpr std::string_view original_to_field = "X-Spillway-Original-To";

// Whether the message is on its way to this address already, or from it: then it gets no copy, else
// a mailbox that answers or forwards would go round for ever. The envelope sender counts as where
// it comes from unless a login says that it is another's: whoever has a login may claim any sender.
bool is_to_or_from(const Message& message, const mail::Address& address);

// Gathers the wishes of all rules of one message. One address is one copy, whoever asks for it.
class Copies {
  public:
    void bcc(const std::vector<mail::Address>& to);
    void redirect(const mail::Address& to);
    void archive(const std::string& name);

    // Adds edits and names to the decision. Once, after all rules have been read.
    void order(const Message& message, Decision& decision) const;

  private:
    void redirect_it(const Message& message, Decision& decision) const;
    void copy_it(const Message& message, Decision& decision) const;

    std::vector<mail::Address> bcc_;
    std::vector<mail::Address> redirect_;
    std::set<std::string> archives_;
};

}  // namespace spillway::policy
