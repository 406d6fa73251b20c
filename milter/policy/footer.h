// A footer as the policy declares it, and the action that puts it into a message.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policy/template.h"

namespace spillway::policy {

// What is done with a message that no text can be put into: one that is signed, encrypted, a
// report, an invitation, or without text.
enum class Otherwise { attach, skip, reject };

struct FooterForm {
    std::string name;
    std::optional<Template> text, html;  // at least one; the other one is made of it
    bool before_quote = false;           // see mail::Footer
    std::string once;                    // likewise
    Otherwise otherwise = Otherwise::attach;
};

struct FooterAction {
    std::shared_ptr<const FooterForm> footer;
};

}  // namespace spillway::policy
