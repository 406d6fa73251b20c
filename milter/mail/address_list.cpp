#include "mail/address_list.h"

#include <algorithm>

#include "mail/mailbox.h"

namespace spillway::mail {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Whether the word has an @ outside of quotes, as an address has and a display name should not.
bool has_at(std::string_view word) {
    bool in_quotes = false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '"') in_quotes = !in_quotes;
        if (word[i] == '@' && !in_quotes) return true;
        if (word[i] == '\\' && in_quotes) ++i;
    }
    return false;
}

// Reads one list from left to right. After a doubt it goes on, for the addresses that follow.
class ListReader {
  public:
    explicit ListReader(std::string_view text) : text_(text) {}

    AddressList read() && {
        while (at_ < text_.size()) element();
        if (in_group_) list_.doubtful = true;
        if (list_.found.empty()) list_.doubtful = true;
        return std::move(list_);
    }

  private:
    // One mailbox of the list, or the name of a group, or nothing between two commas; takes the
    // comma, colon or semicolon that ends it.
    void element() {
        words_.clear();
        had_angle_ = false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_blank(c)) {
                ++at_;
            } else if (c == '(') {
                comment();
            } else if (c == '<') {
                angle();
            } else if (c == ',' || c == ';' || c == ':') {
                ++at_;
                return end_element(c);
            } else {
                word();
            }
        }
        end_element(',');
    }

    // Words without an angle address are one address, or several that some reader tells apart.
    void end_element(char separator) {
        if (separator == ':') return begin_group();
        if (!had_angle_ && !words_.empty()) {
            if (words_.size() > 1) list_.doubtful = true;
            for (const std::string_view each : words_)
                if (words_.size() == 1 || has_at(each)) add(each);
        }
        after_group_ = separator == ';';
        if (separator == ';') end_group();
    }

    // Some clients write lists with semicolons, others end there; and a group of nobody is no
    // author.
    void end_group() {
        if (!in_group_ || list_.found.size() == found_before_group_) list_.doubtful = true;
        in_group_ = false;
    }

    // Only a plain name may stand before the colon, and groups do not nest.
    void begin_group() {
        if (in_group_ || words_.empty() || had_angle_ || std::ranges::any_of(words_, has_at))
            list_.doubtful = true;
        for (const std::string_view each : words_)
            if (has_at(each)) add(each);
        in_group_ = true;
        found_before_group_ = list_.found.size();
    }

    // A comment is to be skipped, but one that holds an address is what a simple reader shows.
    void comment() {
        int depth = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\') {
                ++at_;
            } else if (c == '(') {
                ++depth;
            } else if (c == ')') {
                if (--depth == 0) {
                    ++at_;
                    return;
                }
            } else if (c == '@' || c == '<' || c == '>') {
                list_.doubtful = true;
            }
        }
        list_.doubtful = true;
    }

    // A run without blanks: atoms, quoted strings, and (as the old forms and address literals have
    // them) the other characters that do not end an element.
    void word() {
        begin_text();
        const std::size_t begin = at_;
        while (at_ < text_.size() && !is_blank(text_[at_]) && !ends_word(text_[at_])) {
            if (text_[at_] == '"') {
                quoted();
            } else if (text_[at_] == '[' && at_ > begin && text_[at_ - 1] == '@') {
                literal();
            } else {
                if (text_[at_] == '\\' || text_[at_] == ')' || text_[at_] == '>')
                    list_.doubtful = true;
                ++at_;
            }
        }
        words_.push_back(text_.substr(begin, at_ - begin));
    }

    static bool ends_word(char c) {
        return c == '(' || c == '<' || c == ',' || c == ';' || c == ':';
    }

    // Up to the closing quote; everything else may stand in between, also folded.
    void quoted() {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                ++at_;
                return;
            }
        }
        list_.doubtful = true;
        at_ = text_.size();
    }

    // "@[IPv6:2001:db8::1]" has colons.
    void literal() {
        const std::size_t end = text_.find(']', at_);
        at_ = end == text_.npos ? at_ + 1 : end + 1;
    }

    // Takes an angle address. What stood before it is a display name, unless it is an address too.
    void angle() {
        begin_text();
        const auto names_begin = std::ssize(list_.found);
        for (const std::string_view each : words_)
            if (has_at(each)) add(each);
        list_.for_names.insert(list_.for_names.end(), list_.found.begin() + names_begin,
                               list_.found.end());
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '>') {
            if (text_[at_] == '"') {
                quoted();
            } else {
                ++at_;
            }
        }
        had_angle_ = true;
        add_angle(text_.substr(begin, std::min(at_, text_.size()) - begin));
        if (at_ >= text_.size()) list_.doubtful = true;
        ++at_;
    }

    // Blanks next to the brackets are frequent and harmless; a route (RFC 5322 section 4.4) is not.
    void add_angle(std::string_view text) {
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        const std::size_t colon = text.find(':');
        if (text.starts_with('@') && colon != text.npos) {
            list_.doubtful = true;
            text.remove_prefix(colon + 1);
        }
        add(text);
    }

    // Nothing but comments may follow an angle address, and nothing but a comma a group.
    void begin_text() {
        if (had_angle_ || after_group_) list_.doubtful = true;
    }

    void add(std::string_view text) {
        const auto mailbox = parse_mailbox(text);
        if (!mailbox || !mailbox->plain) list_.doubtful = true;
        if (mailbox) list_.found.push_back(mailbox->address);
    }

    const std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string_view> words_;  // of the current element, before any angle bracket
    bool had_angle_ = false;
    bool in_group_ = false;
    bool after_group_ = false;
    std::size_t found_before_group_ = 0;
    AddressList list_;
};

}  // namespace

AddressList parse_address_list(std::string_view value) { return ListReader(value).read(); }

}  // namespace spillway::mail
