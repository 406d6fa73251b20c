#include "mail/encoded_word.h"

#include <cstdint>
#include <optional>

#include "mail/header.h"
#include "mail/text.h"
#include "mail/transfer.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_charset = 80;  // with a language tag (RFC 2231 section 5)

// In base64 with its frame that is 72 of the 75 characters a word may have (RFC 2047 section 2).
constexpr std::size_t bytes_of_word = 45;

std::string to_base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= group.size() ? digits[bits >> (18U - 6U * i) & 63U] : '=';
    }
    return text;
}

struct EncodedWord {
    std::string_view charset;
    char encoding;  // 'b' or 'q'
    std::string_view text;
    std::size_t end;  // one beyond the word
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Collects what to_utf8() has to see in one piece: the bytes of adjacent words of one charset.
class Words {
  public:
    explicit Words(std::string_view raw) : raw_(raw) {}

    std::string decoded() && {
        std::size_t plain_begin = 0;
        for (std::size_t at = raw_.find("=?"); at != raw_.npos; at = raw_.find("=?", at)) {
            const auto word = word_at(at);
            if (!word) {
                at += 2;
                continue;
            }
            add_plain(raw_.substr(plain_begin, at - plain_begin), true);
            add_word(*word);
            plain_begin = at = word->end;
        }
        add_plain(raw_.substr(plain_begin), false);
        return std::move(out_);
    }

  private:
    // The word that begins at this "=?", if one does.
    std::optional<EncodedWord> word_at(std::size_t at) {
        const std::size_t charset_begin = at + 2;
        const std::size_t mark =
            raw_.substr(0, charset_begin + longest_charset).find('?', charset_begin);
        if (mark == raw_.npos || mark + 2 >= raw_.size() || raw_[mark + 2] != '?') return {};
        const char encoding = static_cast<char>(raw_[mark + 1] | 0x20);
        if (encoding != 'b' && encoding != 'q') return {};

        // Once there is no end, there is none for any word: a flood of beginnings stays linear.
        const std::size_t text_begin = mark + 3;
        const std::size_t end = no_more_ends_ ? raw_.npos : raw_.find("?=", text_begin);
        no_more_ends_ = end == raw_.npos;
        if (no_more_ends_) return {};
        std::string_view charset = raw_.substr(charset_begin, mark - charset_begin);
        charset = charset.substr(0, charset.find('*'));
        return EncodedWord{charset, encoding, raw_.substr(text_begin, end - text_begin), end + 2};
    }

    // Text between words. White space between two of them is only there to fold (section 6.2).
    void add_plain(std::string_view plain, bool before_word) {
        bool blank = true;
        for (const char c : plain) blank = blank && is_blank(c);
        if (before_word && blank && after_word_) return;
        flush();
        out_ += to_utf8(plain, "");
        after_word_ = false;
    }

    // Bytes wait for the next word: senders cut characters in two, though section 5 forbids it.
    void add_word(const EncodedWord& word) {
        if (!names_equal(word.charset, charset_)) flush();
        charset_ = word.charset;
        bytes_ += word.encoding == 'b' ? from_base64(word.text) : from_q(word.text);
        after_word_ = true;
    }

    void flush() {
        if (!bytes_.empty()) out_ += to_utf8(bytes_, charset_);
        bytes_.clear();
    }

    const std::string_view raw_;
    std::string out_;
    std::string bytes_;
    std::string_view charset_;
    bool after_word_ = false;
    bool no_more_ends_ = false;
};

}  // namespace

std::string decoded_words(std::string_view raw) { return Words(raw).decoded(); }

std::string field_text(std::string_view text) {
    std::string clean = repaired_utf8(text);
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    if (is_ascii(clean) && clean.find("=?") == clean.npos) return clean;
    std::string value;
    for (std::string_view rest = clean; !rest.empty();) {
        const std::string_view part = utf8_prefix(rest, bytes_of_word);
        value += (value.empty() ? "=?utf-8?B?" : "\n =?utf-8?B?") + to_base64(part) + "?=";
        rest.remove_prefix(part.size());
    }
    return value;
}

}  // namespace spillway::mail
