#include <unicode/ucnv.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "mail/header.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

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

// Null when ICU does not know the name. A comma would begin options of ICU's own.
Converter open_converter(std::string_view name) {
    if (name.empty() || name.size() >= longest_name || name.find_first_of({"\0,", 2}) != name.npos)
        return nullptr;
    UErrorCode status = U_ZERO_ERROR;
    Converter converter(ucnv_open(std::string(name).c_str(), &status));
    return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

// ICU counts in int; no single part of a message comes near it.
std::string converted(UConverter* converter, std::string_view bytes) {
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max() / 4;
    bytes = bytes.substr(0, most);
    std::string utf8(bytes.size() * 3 + 16, '\0');
    for (int attempt = 0; attempt < 2; ++attempt) {
        UErrorCode status = U_ZERO_ERROR;
        const int length = ucnv_toAlgorithmic(UCNV_UTF8, converter, utf8.data(),
                                              static_cast<std::int32_t>(utf8.size()), bytes.data(),
                                              static_cast<std::int32_t>(bytes.size()), &status);
        utf8.resize(static_cast<std::size_t>(length));
        if (status != U_BUFFER_OVERFLOW_ERROR) break;
    }
    return utf8;
}

// Text that happens to be valid UTF-8 is hardly ever anything else.
std::string from_unknown(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    const Converter windows = open_converter("windows-1252");
    return windows ? converted(windows.get(), bytes) : repaired_utf8(bytes);
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view charset) {
    const std::string_view marked = marked_charset(bytes);
    std::string name(marked.empty() ? meant_charset(charset) : marked);
    if (names_equal(name, "utf-16") || names_equal(name, "utf-32"))
        name += guessed_order(bytes, name.ends_with('6') ? 2 : 4);
    if (name == "utf-8") return is_utf8(bytes) ? std::string(bytes) : repaired_utf8(bytes);

    // Most mail is ASCII in a charset that contains it.
    if ((name.empty() || name == "windows-1252") && is_ascii(bytes)) return std::string(bytes);
    const Converter converter = open_converter(name);
    return converter ? converted(converter.get(), bytes) : from_unknown(bytes);
}

}  // namespace spillway::mail
