#include "mail/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <memory>

#include "mail/header.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_name = 60;  // ICU copies names into buffers of this size

struct Alias {
    std::string_view name, meant;
};

// Labels that in practice mean another charset, mostly a superset (WHATWG Encoding, section 4.2),
// and those that ICU knows by another name. "" is a label that says nothing.
constexpr Alias aliases[] = {
    {"us-ascii", ""},
    {"ascii", ""},
    {"ansi_x3.4-1968", ""},
    {"unknown-8bit", ""},
    {"x-unknown", ""},
    {"unknown", ""},
    {"binary", ""},
    {"8bit", ""},
    {"default", ""},
    {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"ks_c_5601-1987", "windows-949"},
    {"euc-kr", "windows-949"},
    {"big5", "big5-hkscs"},
    {"shift_jis", "windows-31j"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"unicode-2-0-utf-7", "utf-7"},
    {"x-unicode-2-0-utf-7", "utf-7"},
    {"unicode", "utf-16"},
    {"ucs-2", "utf-16"},
    {"iso-10646-ucs-2", "utf-16"},
    {"ucs-4", "utf-32"},
    {"utf-8", "utf-8"},
    {"utf8", "utf-8"},
    {"unicode-1-1-utf-8", "utf-8"},
};

std::string_view without_blanks_and_quotes(std::string_view name) {
    constexpr std::string_view around = " \t\r\n\"'<>";
    const std::size_t begin = name.find_first_not_of(around);
    if (begin == name.npos) return {};
    return name.substr(begin, name.find_last_not_of(around) + 1 - begin);
}

std::string_view meant_charset(std::string_view label) {
    const std::string_view name = without_blanks_and_quotes(label);
    const auto* alias = std::ranges::find_if(
        aliases, [&](const Alias& each) { return names_equal(each.name, name); });
    return alias == std::end(aliases) ? name : alias->meant;
}

// Without a byte order mark RFC 2781 says big-endian, but senders mean what they have: in most
// scripts the high bytes are the ones that repeat, and those of Latin text are zero.
std::string guessed_order(std::string_view bytes, std::size_t unit) {
    const std::string_view sample = bytes.substr(0, 4096);
    std::size_t zero_first = 0;
    std::size_t zero_last = 0;
    for (std::size_t i = 0; i + unit <= sample.size(); i += unit) {
        zero_first += sample[i] == '\0';
        zero_last += sample[i + unit - 1] == '\0';
    }
    return zero_last > zero_first ? "le" : "be";
}

// What the bytes say for themselves, which readers believe before any label.
std::string_view marked_charset(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xEF\xBB\xBF")) return "utf-8";
    if (bytes.starts_with("\xFF\xFE\x00\x00"sv)) return "utf-32le";
    if (bytes.starts_with("\x00\x00\xFE\xFF"sv)) return "utf-32be";
    if (bytes.starts_with("\xFF\xFE")) return "utf-16le";
    if (bytes.starts_with("\xFE\xFF")) return "utf-16be";
    return {};
}

// ICU takes shift sequences with nothing between them for an attack on itself and shows U+FFFD; to
// readers they are nothing, and letters around them one word.
void U_CALLCONV skip_useless_shifts(const void* context, UConverterToUnicodeArgs* args,
                                    const char* bytes, std::int32_t length,
                                    UConverterCallbackReason reason, UErrorCode* error) {
    if (reason == UCNV_IRREGULAR)
        *error = U_ZERO_ERROR;
    else
        UCNV_TO_U_CALLBACK_SUBSTITUTE(context, args, bytes, length, reason, error);
}

// Null when ICU does not know the name. A comma would begin options of ICU's own.
UConverter* open_converter(std::string_view name) {
    if (name.empty() || name.size() >= longest_name || name.find_first_of({"\0,", 2}) != name.npos)
        return nullptr;
    UErrorCode status = U_ZERO_ERROR;
    UConverter* const converter = ucnv_open(std::string(name).c_str(), &status);
    if (U_FAILURE(status)) return nullptr;
    ucnv_setToUCallBack(converter, skip_useless_shifts, nullptr, nullptr, nullptr, &status);
    return converter;
}

// Where the last character of UTF-8 begins that more bytes could complete; the size of the text
// when there is none.
std::size_t open_character(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xc0) == 0x80) continue;
        const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return length > back ? text.size() - back : text.size();
    }
    return text.size();
}

bool is_japanese_escape(std::string_view bytes) {
    return bytes.find("\x1b$") != bytes.npos && is_ascii(bytes);
}

}  // namespace

void ToUtf8::Close::operator()(UConverter* converter) const { ucnv_close(converter); }

void ToUtf8::open(std::string_view name) {
    converter_.reset(open_converter(name));
    if (!converter_) iconv_.open(name);
}

// As EBCDIC and UTF-16 do. Starts the converter anew.
bool ToUtf8::reads_ascii_otherwise() {
    constexpr std::string_view letters = "abcd";
    std::string read;
    if (converter_) {
        through_icu(letters, true, read);
        ucnv_resetToUnicode(converter_.get());
    } else {
        iconv_.convert(letters, true, read);
        iconv_.begin_anew();
    }
    return read != letters;
}

void ToUtf8::decide(std::string_view bytes, bool last) {
    decided_ = true;
    const std::string_view marked = marked_charset(bytes);
    std::string name(marked.empty() ? meant_charset(charset_) : marked);
    if (names_equal(name, "utf-16") || names_equal(name, "utf-32"))
        name += guessed_order(bytes, name.ends_with('6') ? 2 : 4);
    if (name == "utf-8") return;

    const std::string_view whole = bytes.substr(0, last ? bytes.size() : open_character(bytes));
    const bool ascii = is_ascii(whole);
    const bool utf8 = ascii || is_utf8(whole);
    if (name.empty() && is_japanese_escape(whole)) other_guess_ = "iso-2022-jp";
    // Most mail is ASCII in a charset that contains it.
    if ((name.empty() || name == "windows-1252") && ascii && last) return;
    open(name);
    const bool known = converter_ || iconv_.is_open();
    // Text that happens to be valid UTF-8 is hardly ever anything else.
    if (!known && utf8) return;
    if (!known) open("windows-1252");
    const bool looks_like_utf8 =
        ascii ? whole.find('\0') == whole.npos && reads_ascii_otherwise() : utf8;
    if (looks_like_utf8 && marked.empty() && !whole.empty()) other_guess_ = "utf-8";
}

void ToUtf8::convert(std::string_view bytes, bool last, std::string& utf8) {
    if (!decided_) decide(bytes, last);
    if (converter_)
        through_icu(bytes, last, utf8);
    else if (iconv_.is_open())
        iconv_.convert(bytes, last, utf8);
    else
        repair(bytes, last, utf8);
}

void ToUtf8::repair(std::string_view bytes, bool last, std::string& utf8) {
    std::string joined;
    if (!waiting_.empty()) {
        joined = std::move(waiting_);
        joined += bytes;
        bytes = joined;
    }
    const std::size_t end = last ? bytes.size() : open_character(bytes);
    const std::string_view whole = bytes.substr(0, end);
    if (is_utf8(whole))
        utf8 += whole;
    else
        utf8 += repaired_utf8(whole);
    waiting_ = bytes.substr(end);
}

// ICU writes UTF-16 in between, in a buffer that does not grow with the text.
void ToUtf8::through_icu(std::string_view bytes, bool last, std::string& utf8) {
    constexpr std::size_t some_units = 4096;
    UChar units[some_units];
    std::size_t surrogate = 0;
    const char* from = bytes.data();
    const char* const end = from + bytes.size();
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        UChar* to = units + surrogate;
        ucnv_toUnicode(converter_.get(), &to, units + some_units, &from, end, nullptr,
                       static_cast<UBool>(last), &status);
        const auto count = static_cast<std::size_t>(to - units);
        const bool more = status == U_BUFFER_OVERFLOW_ERROR;
        // The second half of a pair may be in the next round.
        surrogate = more && count > 0 && U16_IS_LEAD(units[count - 1]) ? 1 : 0;
        for (std::size_t at = 0; at < count - surrogate;) {
            UChar32 c = 0;
            U16_NEXT(units, at, count, c);
            append_utf8(utf8, static_cast<std::uint32_t>(c));
        }
        if (!more) return;
        if (surrogate > 0) units[0] = units[count - 1];
    }
}

bool is_known_charset(std::string_view name) {
    const std::string_view meant = meant_charset(name);
    if (meant.empty() || meant == "utf-8") return true;
    UConverter* const converter = open_converter(meant);
    if (converter != nullptr) ucnv_close(converter);
    return converter != nullptr || IconvCharset().open(meant);
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
    std::string utf8;
    ToUtf8(charset).convert(bytes, true, utf8);
    return utf8;
}

}  // namespace spillway::mail
