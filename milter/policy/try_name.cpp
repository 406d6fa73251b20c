// What makes two tries the same message.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "limits/hash.h"
#include "policy/evaluate.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

constexpr std::size_t looked_at = 64 * 1024;  // of the body: enough to tell mailings apart

// Fields a client writes once. Not Received and the like, which differ at each try; nor, in what
// came through sendmail(1), Message-Id, which Postfix makes anew for each try of mail without one.
bool identifies(const mail::Header& header, bool local) {
    constexpr std::string_view names[] = {"message-id", "date", "from", "to", "cc", "subject"};
    const std::string name = lower(header.name);
    if (local && name == "message-id") return false;
    return std::ranges::find(names, name) != std::end(names);
}

std::string_view body_of(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    return end == std::string_view::npos ? std::string_view() : bytes.substr(end + 4, looked_at);
}

}  // namespace

std::string name_of_try(const Message& message) {
    std::string text = message.user + '\0' + message.sender.text() + '\0';
    std::vector<std::string> recipients;
    recipients.reserve(message.recipients.size());
    for (const Recipient& recipient : message.recipients)
        recipients.push_back(recipient.address.text());
    std::ranges::sort(recipients);
    for (const std::string& recipient : recipients) text += recipient + '\0';
    for (const mail::Header& header : message.headers)
        if (identifies(header, message.client.local_submission))
            text += lower(header.name) + ':' + header.value + '\0';
    text += body_of(message.bytes);
    // In both directions: bytes that cancel out in one do not in the other.
    return fmt::format("{:016x}{:016x}", limits::fnv1a(text.begin(), text.end()),
                       limits::fnv1a(text.rbegin(), text.rend()));
}

}  // namespace spillway::policy
