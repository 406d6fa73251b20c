// Messages in files and the conversation they would come in, as policy::Message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/verbs.h"
#include "policy/message.h"
#include "policy/policy.h"

namespace spillway::ctl {

// What a message does not tell of itself. What is missing is taken from the message.
struct Conversation {
    limits::Time at{};
    policy::Client client;
    std::string login;
    std::optional<mail::Address> sender;
    std::vector<policy::Recipient> recipients;
};

// Throws Stopped(usage) when an option is not what it should be.
Conversation conversation_of(const EnvelopeOptions& options, const policy::Policy& policy);

// Owns the bytes that `message` points into.
struct Letter {
    std::string bytes;
    policy::Message message;
};

// Fills `letter` in place, because its message points into it. It has no recipients when neither
// the conversation nor To and Cc name any.
void write_letter(std::string_view raw, const Conversation& conversation, Letter& letter);

inline constexpr std::size_t largest_message_bytes = 64 * 1024 * 1024;

// All of a file, or of standard input for "-". Throws Stopped(refused) when it cannot be read.
std::string message_in(const std::string& file);

// Of one file. Throws Stopped(usage) also when no recipient is known.
void read_letter(const TestOptions& options, const policy::Policy& policy, Letter& letter);

}  // namespace spillway::ctl
