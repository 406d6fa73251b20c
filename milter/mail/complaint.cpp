#include "mail/complaint.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "mail/body.h"
#include "mail/encoded_word.h"
#include "mail/entity.h"
#include "mail/mime.h"
#include "mail/transfer.h"

namespace spillway::mail {
namespace {

// Whole tokens are all kept, lest the true one be hidden behind many that are not.
constexpr std::size_t most_cut = 1000;
constexpr std::size_t most_ids = 1000;
// No two tokens begin alike for so long; what follows a cut one may be text.
constexpr std::size_t unique_bytes = 17;
constexpr std::string_view id_field = "message-id:";
constexpr std::size_t longest_id = 1000;

bool equal_ignoring_case(char left, char lower) {
    return left == lower || (left >= 'A' && left <= 'Z' && left - 'A' + 'a' == lower);
}

class Gathering {
  public:
    void add(std::string_view text) {
        for (TokenInText& token : tokens_in(text)) add_token(std::move(token));
        add_message_ids(text);
    }

    void add_decoded(std::string_view text) {
        add(text);
        if (text.find('=') == text.npos) return;
        add(from_quoted_printable(text));
        if (text.find("=?") != text.npos) add(decoded_words(text));
    }

    Complaint finish() &&;

  private:
    void add_token(TokenInText&& token);
    void add_message_ids(std::string_view text);

    Complaint complaint_;
    std::map<std::string, std::size_t> whole_;  // tokens by their bytes: where they stand
    std::vector<TokenInText> cut_;
};

void Gathering::add_token(TokenInText&& token) {
    if (!token.complete) {
        if (cut_.size() < most_cut) cut_.push_back(std::move(token));
        return;
    }
    const auto [known, is_new] = whole_.try_emplace(token.bytes, complaint_.tokens.size());
    if (is_new)
        complaint_.tokens.push_back(std::move(token));
    else if (std::string& field = complaint_.tokens[known->second].field; field.empty())
        field = std::move(token.field);
}

// What is cut off in one form of the text and whole in another is told once; the longest of what is
// whole nowhere.
Complaint Gathering::finish() && {
    std::ranges::sort(cut_, std::greater<>(),
                      [](const TokenInText& one) { return one.bytes.size(); });
    for (TokenInText& token : cut_) {
        const auto beginning = token.bytes.substr(0, unique_bytes);
        const auto next = whole_.lower_bound(beginning);
        if (next == whole_.end() || !next->first.starts_with(beginning)) {
            whole_.emplace(token.bytes, complaint_.tokens.size());
            complaint_.tokens.push_back(std::move(token));
        } else if (std::string& field = complaint_.tokens[next->second].field; field.empty()) {
            field = std::move(token.field);
        }
    }
    return std::move(complaint_);
}

void Gathering::add_message_ids(std::string_view text) {
    for (const auto* at = text.begin(); at != text.end();) {
        at = std::search(at, text.end(), id_field.begin(), id_field.end(), equal_ignoring_case);
        if (at == text.end()) return;
        at += id_field.size();
        const auto begin = static_cast<std::size_t>(at - text.begin());
        const std::string_view near = text.substr(begin, longest_id);
        const std::size_t open = near.find_first_not_of(" \t\r\n>");
        if (open == near.npos || near[open] != '<') continue;
        const std::size_t close = near.find('>', open);
        if (close == near.npos || complaint_.message_ids.size() == most_ids) continue;
        std::string id(near.substr(open, close + 1 - open));
        std::erase_if(id, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
        if (std::ranges::find(complaint_.message_ids, id) == complaint_.message_ids.end())
            complaint_.message_ids.push_back(std::move(id));
    }
}

bool is_separator(std::string_view line) { return line.starts_with("From "); }

}  // namespace

Complaint read_complaint(std::string_view text, const ReadingLimits& limits) {
    Gathering gathering;
    gathering.add_decoded(text);
    const Parts parts = parts_of(text, limits);
    std::size_t left = limits.text_bytes;
    const auto add_bodies = [&](std::string_view sent, const std::vector<std::string>& encodings) {
        for (const Body& body : bodies_of(sent, encodings)) {
            if (body.encoding == Encoding::none) continue;  // it was read as it is
            const std::string decoded = beginning_of(body, left);
            left -= decoded.size();
            gathering.add_decoded(decoded);
        }
    };
    for (const TextPart& part : parts.texts) add_bodies(part.body, part.encodings);
    for (const FilePart& part : parts.files) add_bodies(part.body, part.encodings);
    // What messages that are encoded themselves hold.
    for (const std::string& decoded : parts.decoded) gathering.add_decoded(decoded);
    gathering.add(read_text(parts, limits).text);
    return std::move(gathering).finish();
}

std::vector<std::string_view> messages_of(std::string_view mailbox) {
    if (!is_separator(mailbox)) return {mailbox};
    std::vector<std::string_view> messages;
    std::size_t begin = 0;  // of the message
    bool after_empty = true;
    for (std::size_t at = 0; at < mailbox.size();) {
        const Line line = line_at(mailbox, at);
        if (after_empty && is_separator(line.text)) {
            if (at > 0) messages.push_back(mailbox.substr(begin, at - begin));
            begin = line.next;
        }
        after_empty = line.text.empty();
        at = line.next;
    }
    messages.push_back(mailbox.substr(begin));
    return messages;
}

}  // namespace spillway::mail
