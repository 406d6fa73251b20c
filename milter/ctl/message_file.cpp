#include "ctl/message_file.h"

#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "ctl/console.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "language/values.h"
#include "mail/split.h"

namespace spillway::ctl {

namespace {

// "2026-11-23 12:00" in the policy's zone; "" is now.
limits::Time time_of(const std::string& text, const policy::Policy& policy) {
    if (text.empty()) return daemon::now();
    const std::size_t blank = text.find_first_of(" T");
    if (blank != std::string::npos) {
        const auto time =
            language::parse_time(text.substr(0, blank), text.substr(blank + 1), *policy.zone);
        if (time) return *time;
        throw Stopped(usage, "--at: " + time.error());
    }
    throw Stopped(usage, fmt::format("--at: expected \"2026-11-23 12:00\", got \"{}\"", text));
}

policy::Client client_of(const EnvelopeOptions& options) {
    policy::Client client;
    client.local_submission = options.local;
    client.tls = options.tls;
    if (options.client_ip.empty()) return client;
    const auto ip = match::parse_ip(options.client_ip);
    if (!ip) throw Stopped(usage, "--from-ip: " + ip.error());
    client.ip = *ip;
    return client;
}

// The author reader takes any address list: a To field is read as if it were From.
std::vector<mail::Address> addresses_in(const policy::Message& message, std::string_view name) {
    std::vector<mail::Address> all;
    for (const mail::Header& header : message.headers) {
        if (!mail::names_equal(header.name, name)) continue;
        for (mail::Address& address : mail::authors({{"From", header.value}})) {
            if (!address.empty()) all.push_back(std::move(address));
        }
    }
    return all;
}

mail::Address author_of(const policy::Message& message) {
    const auto authors = addresses_in(message, "From");
    return authors.empty() ? mail::Address{} : authors.front();
}

std::vector<policy::Recipient> named_recipients(const EnvelopeOptions& options) {
    std::vector<policy::Recipient> recipients;
    for (const std::string& argument : options.recipients) {
        recipients.push_back({mail::envelope_address(argument), argument});
        if (recipients.back().address.empty()) {
            throw Stopped(usage, fmt::format("--rcpt: \"{}\" is no address", argument));
        }
    }
    return recipients;
}

std::vector<policy::Recipient> addressees_of(const policy::Message& message) {
    std::vector<policy::Recipient> recipients;
    for (const std::string_view name : {"To", "Cc"}) {
        for (mail::Address& address : addresses_in(message, name)) {
            const std::string argument = "<" + address.text() + ">";
            recipients.push_back({std::move(address), argument});
        }
    }
    return recipients;
}

}  // namespace

Conversation conversation_of(const EnvelopeOptions& options, const policy::Policy& policy) {
    Conversation conversation{.at = time_of(options.at, policy),
                              .client = client_of(options),
                              .login = options.login,
                              .sender = std::nullopt,
                              .recipients = named_recipients(options)};
    if (options.sender_named) conversation.sender = mail::envelope_address(options.sender);
    return conversation;
}

std::string message_in(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    auto text = daemon::read_file(file, largest_message_bytes);
    if (!text) throw Stopped(refused, fmt::format("{}: {}", shown(file), text.error().why));
    return std::move(*text);
}

void write_letter(std::string_view raw, const Conversation& conversation, Letter& letter) {
    mail::SplitMessage split = mail::split_message(raw);
    letter.bytes = std::move(split.bytes);
    policy::Message& message = letter.message;
    message.headers = std::move(split.headers);
    message.bytes = letter.bytes;
    message.size = letter.bytes.size();
    message.received = conversation.at;
    message.client = conversation.client;
    message.user = conversation.login;
    message.sender = conversation.sender ? *conversation.sender : author_of(message);
    message.recipients =
        conversation.recipients.empty() ? addressees_of(message) : conversation.recipients;
}

void read_letter(const TestOptions& options, const policy::Policy& policy, Letter& letter) {
    const Conversation conversation = conversation_of(options.envelope, policy);
    write_letter(message_in(options.file), conversation, letter);
    if (letter.message.recipients.empty()) {
        throw Stopped(usage, "the message has no readable To or Cc: name recipients with --rcpt");
    }
}

}  // namespace spillway::ctl
