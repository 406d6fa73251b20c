#include "documents/rtf.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "documents/formats.h"
#include "documents/rtf_words.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::documents {

namespace {

constexpr std::size_t most_groups = 1'000'000;

// What a group inherits from the one around it, and gives back at its end.
struct Group {
    enum class To : std::uint8_t { text, aside, nowhere, object, fonts };
    To to = To::text;
    bool hidden = false;
    bool ignorable = false;  // "\*" has just been read
    std::int32_t font = -1;
    std::uint16_t skip = 1;  // characters after each \u
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class RtfReader {
  public:
    RtfReader(std::string_view rtf, std::size_t most) : rtf_(rtf), most_(most) {}

    RtfText read() && {
        while (at_ < rtf_.size() && !ended_ && !result_.too_much && !result_.too_deep) step();
        flush();
        result_.damaged = !ended_ && !result_.too_much && !result_.too_deep;
        return std::move(result_);
    }

  private:
    void step() {
        const char c = rtf_[at_++];
        switch (c) {
            case '{':
                return open();
            case '}':
                return close();
            case '\\':
                return control();
            case '\r':
            case '\n':
                return;
            default:
                return byte(c);
        }
    }

    void open() {
        flush();
        left_to_skip_ = 0;
        if (groups_.size() >= most_groups)
            result_.too_deep = true;
        else
            groups_.push_back(now_);
        now_.ignorable = false;
    }

    void close() {
        flush();
        left_to_skip_ = 0;
        if (now_.to == Group::To::aside && !groups_.empty() && groups_.back().to == Group::To::text)
            result_.aside += '\n';
        if (!groups_.empty()) {
            now_ = groups_.back();
            groups_.pop_back();
        }
        ended_ = groups_.empty();
    }

    void control() {
        if (at_ >= rtf_.size()) return;
        const char c = rtf_[at_];
        if (is_letter(c)) return word();
        ++at_;
        switch (c) {
            case '\'':
                return hexadecimal();
            case '*':
                now_.ignorable = true;
                return;
            case '~':
                return insert("\xC2\xA0");
            case '_':
                return insert("-");
            case '\r':
            case '\n':
                return insert("\n");
            case '\\':
            case '{':
            case '}':
                return byte(c);
            default:  // "\-" and others that show nothing
                return;
        }
    }

    void hexadecimal() {
        if (at_ + 2 > rtf_.size()) return;
        const int high = hex_digit(rtf_[at_]);
        const int low = hex_digit(rtf_[at_ + 1]);
        if (high < 0 || low < 0) return;  // shown as they are
        at_ += 2;
        byte(static_cast<char>(high * 16 + low));
    }

    void word() {
        const std::size_t begin = at_;
        while (at_ < rtf_.size() && is_letter(rtf_[at_])) ++at_;
        const std::string_view name = rtf_.substr(begin, at_ - begin);
        std::int32_t number = 0;
        const bool has_number = take_number(number);
        if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
        const RtfMeaning meaning = meaning_of(name);
        if (meaning.word != RtfWord::binary && skipped_as_character()) return;
        act(meaning, has_number ? number : default_number(meaning.word));
        now_.ignorable = false;
    }

    // A word counts as one of the characters that stand for those who do not know Unicode.
    bool skipped_as_character() {
        if (left_to_skip_ == 0) return false;
        --left_to_skip_;
        return true;
    }

    bool take_number(std::int32_t& number) {
        const char* const begin = rtf_.data() + at_;
        const char* const end = rtf_.data() + rtf_.size();
        const auto [beyond, error] = std::from_chars(begin, end, number);
        at_ += static_cast<std::size_t>(beyond - begin);
        return beyond != begin && error == std::errc();
    }

    static std::int32_t default_number(RtfWord word) { return word == RtfWord::hidden ? 1 : 0; }

    void act(const RtfMeaning& meaning, std::int32_t number) {
        switch (meaning.word) {
            case RtfWord::insert:
                return insert(meaning.text);
            case RtfWord::skipped:
                return go(Group::To::nowhere);
            case RtfWord::aside:
                return go(Group::To::aside);
            case RtfWord::object:
                result_.objects = true;
                return go(Group::To::object);
            case RtfWord::font_table:
                return go(Group::To::fonts);
            case RtfWord::unicode:
                return character(number);
            case RtfWord::unicode_skip:
                now_.skip = static_cast<std::uint16_t>(std::clamp(number, 0, 1000));
                return;
            case RtfWord::binary:
                return pass_over(number);
            case RtfWord::hidden:
                flush();
                now_.hidden = number != 0;
                return;
            case RtfWord::unknown:
                // A destination that older readers pass over, and others may show.
                if (now_.ignorable) go(Group::To::aside);
                return;
            default:
                return act_on_charset(meaning.word, number);
        }
    }

    void act_on_charset(RtfWord word, std::int32_t number) {
        flush();
        switch (word) {
            case RtfWord::code_page:
                document_charset_ = fmt::format("windows-{}", number);
                if (number == 65001) document_charset_ = "utf-8";
                return;
            case RtfWord::mac:
                document_charset_ = "macintosh";
                return;
            case RtfWord::pc:
                document_charset_ = "ibm437";
                return;
            case RtfWord::pca:
                document_charset_ = "ibm850";
                return;
            case RtfWord::font:
                now_.font = number;
                return;
            case RtfWord::default_font:
                default_font_ = number;
                return;
            case RtfWord::charset:
                if (now_.to == Group::To::fonts) fonts_[now_.font] = charset_of_font(number);
                return;
            case RtfWord::font_page:
                if (now_.to == Group::To::fonts)
                    fonts_[now_.font] = fmt::format("windows-{}", number);
                return;
            case RtfWord::plain:
                now_.hidden = false;
                now_.font = -1;
                return;
            default:
                return;
        }
    }

    // Within what is shown nowhere, nothing is shown.
    void go(Group::To to) {
        flush();
        if (now_.to == Group::To::text || now_.to == Group::To::aside) now_.to = to;
    }

    void pass_over(std::int32_t bytes) {
        if (bytes > 0)
            at_ += std::min<std::size_t>(static_cast<std::size_t>(bytes), rtf_.size() - at_);
        left_to_skip_ = 0;
    }

    void byte(char c) {
        if (skipped_as_character()) return;
        if (now_.to != Group::To::text && now_.to != Group::To::aside) return;
        pending_ += c;
    }

    // Numbers of 16 bits with a sign; two halves make one character beyond them.
    void character(std::int32_t number) {
        flush();
        const std::uint32_t unit = static_cast<std::uint32_t>(number) & 0xFFFFU;
        left_to_skip_ = now_.skip;
        if ((unit & 0xFC00U) == 0xD800U) {
            high_half_ = unit;
            return;
        }
        std::string text;
        const bool pair = high_half_ != 0 && (unit & 0xFC00U) == 0xDC00U;
        mail::append_utf8(
            text, pair ? 0x10000U + ((high_half_ & 0x3FFU) << 10U) + (unit & 0x3FFU) : unit);
        high_half_ = 0;
        put(text);
    }

    void insert(std::string_view text) {
        if (skipped_as_character()) return;
        flush();
        put(text);
    }

    const std::string& charset() const {
        const auto font = fonts_.find(now_.font < 0 ? default_font_ : now_.font);
        return font == fonts_.end() || font->second.empty() ? document_charset_ : font->second;
    }

    // Characters of several bytes may be written as several escapes: they are converted together.
    void flush() {
        if (pending_.empty()) return;
        put(mail::is_ascii(pending_) ? pending_ : mail::to_utf8(pending_, charset()));
        pending_.clear();
    }

    void put(std::string_view text) {
        if (now_.to != Group::To::text && now_.to != Group::To::aside) return;
        const bool aside = now_.hidden || now_.to == Group::To::aside;
        (aside ? result_.aside : result_.text) += text;
        if (result_.text.size() + result_.aside.size() > most_) result_.too_much = true;
    }

    const std::string_view rtf_;
    const std::size_t most_;
    std::size_t at_ = 0;
    bool ended_ = false;
    Group now_;
    std::vector<Group> groups_;
    std::map<std::int32_t, std::string> fonts_;
    std::int32_t default_font_ = 0;
    std::string document_charset_ = "windows-1252";
    std::string pending_;
    std::uint32_t left_to_skip_ = 0;
    std::uint32_t high_half_ = 0;
    RtfText result_;
};

}  // namespace

RtfText rtf_text(std::string_view rtf, std::size_t most) { return RtfReader(rtf, most).read(); }

void read_rtf(Reading& reading, const Document& document, std::string_view type) {
    const RtfText read = rtf_text(document.bytes, reading.text_left());
    if (read.damaged) reading.trouble(document, Trouble::damaged);
    if (read.too_deep) reading.trouble(document, Trouble::too_deep);
    if (read.objects) reading.trouble(document, Trouble::unsupported);
    if (read.too_much) reading.truncated();
    reading.tell(document, type, read.text + "\n" + read.aside);
}

}  // namespace spillway::documents
