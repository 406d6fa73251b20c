#include "mail/mbox.h"

#include <algorithm>
#include <utility>

namespace spillway::mail {

namespace {

constexpr std::string_view mark = "From ";
constexpr std::size_t kept_of_line = 256;  // addresses of 254 octets are longer than any in use

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "12:34", as in all forms of the date that follows the sender.
bool has_time(std::string_view line) {
    for (std::size_t at = 1; at + 2 < line.size(); ++at)
        if (line[at] == ':' && is_digit(line[at - 1]) && is_digit(line[at + 1]) &&
            is_digit(line[at + 2]))
            return true;
    return false;
}

bool is_blank(std::string_view line) { return line.empty() || line == "\r"; }

}  // namespace

void MboxScanner::feed(std::string_view block) {
    for (std::size_t at = 0; at < block.size();) {
        const std::size_t end = std::min(block.find('\n', at), block.size());
        const std::size_t room = kept_of_line - std::min(kept_of_line, head_.size());
        head_ += block.substr(at, std::min(end - at, room));
        if (end == block.size()) {
            read_ += end - at;
            return;
        }
        read_ += end + 1 - at;
        end_line(read_);
        at = end + 1;
    }
}

void MboxScanner::end_line(std::uint64_t next) {
    const bool separates = std::string_view(head_).starts_with(mark) &&
                           (line_ == 0 || (after_blank_ && has_time(head_)));
    const bool blank = is_blank(head_);
    if (separates) {
        // Without a line between them, header and separator may follow each other at once.
        if (!messages_.empty()) messages_.back().end = std::max(messages_.back().begin, content_);
        messages_.push_back({next, next});
        content_ = next;
    } else if (!blank || after_blank_) {
        // Of several empty lines only the last one is no part of the message.
        content_ = blank ? line_ : next;
    }
    after_blank_ = blank;
    line_ = next;
    head_.clear();
}

std::vector<MessageRange> MboxScanner::finish() && {
    if (!head_.empty()) end_line(read_);
    if (!messages_.empty()) messages_.back().end = std::max(messages_.back().begin, content_);
    return std::move(messages_);
}

bool begins_mbox(std::string_view beginning) { return beginning.starts_with(mark); }

std::string unquoted(std::string_view message) {
    std::string text;
    text.reserve(message.size());
    while (!message.empty()) {
        const std::size_t end = std::min(message.find('\n'), message.size() - 1) + 1;
        const std::string_view line = message.substr(0, end);
        const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
        const bool quoted = quotes > 0 && line.substr(quotes).starts_with(mark);
        text += line.substr(quoted ? 1 : 0);
        message.remove_prefix(end);
    }
    return text;
}

}  // namespace spillway::mail
