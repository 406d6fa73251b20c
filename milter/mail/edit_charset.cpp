#include "mail/edit_charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "mail/charset.h"
#include "mail/header.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_label = 60;  // ICU copies names into buffers of this size

constexpr std::string_view saying_nothing[] = {
    "",          "us-ascii", "ascii",  "ansi_x3.4-1968", "unknown-8bit",
    "x-unknown", "unknown",  "binary", "8bit",           "default"};

struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

bool is_utf8_label(std::string_view label) {
    return names_equal(label, "utf-8") || names_equal(label, "utf8");
}

// Null when ICU does not know the label, which stands for exactly the charset it names here, not
// for its superset that readers take it for. A comma would begin options of ICU's own.
Converter strict_converter(std::string_view label) {
    if (label.empty() || label.size() >= longest_label ||
        label.find_first_of({"\0,", 2}) != label.npos)
        return nullptr;
    UErrorCode status = U_ZERO_ERROR;
    Converter converter(ucnv_open(std::string(label).c_str(), &status));
    if (U_FAILURE(status)) return nullptr;
    ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                          &status);
    ucnv_setFallback(converter.get(), static_cast<UBool>(false));
    return U_FAILURE(status) ? nullptr : std::move(converter);
}

// All characters of ASCII text, and the controls that begin something in stateful charsets.
bool keeps_ascii(UConverter* converter) {
    std::string ascii = "\t\n\r\x0e\x0f\x1b+~\\";
    for (char c = ' '; c < 0x7f; ++c) ascii += c;
    // None of them may change the meaning of what follows it.
    ascii += ascii;
    UChar units[512];
    UErrorCode status = U_ZERO_ERROR;
    const int length = ucnv_toUChars(converter, units, std::size(units), ascii.data(),
                                     static_cast<std::int32_t>(ascii.size()), &status);
    return U_SUCCESS(status) && static_cast<std::size_t>(length) == ascii.size() &&
           std::equal(units, units + length, ascii.begin(), ascii.end(),
                      [](UChar unit, char c) { return unit == static_cast<UChar>(c); });
}

}  // namespace

CharsetKind charset_kind(std::string_view label) {
    const auto is_label = [&](std::string_view name) { return names_equal(name, label); };
    if (std::ranges::any_of(saying_nothing, is_label)) return CharsetKind::ascii;
    if (is_utf8_label(label)) return CharsetKind::ascii_within;
    const Converter converter = strict_converter(label);
    if (!converter) return CharsetKind::unknown;
    return keeps_ascii(converter.get()) ? CharsetKind::ascii_within : CharsetKind::other;
}

std::optional<std::string> from_utf8(std::string_view utf8, std::string_view label) {
    if (is_utf8_label(label)) return std::string(utf8);
    if (charset_kind(label) == CharsetKind::ascii)
        return is_ascii(utf8) ? std::optional(std::string(utf8)) : std::nullopt;
    const Converter converter = strict_converter(label);
    if (!converter) return std::nullopt;
    const auto units = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    const std::size_t most =
        UCNV_GET_MAX_BYTES_FOR_STRING(static_cast<std::size_t>(units.length()), 8);
    std::string bytes(most, '\0');
    UErrorCode status = U_ZERO_ERROR;
    const int length =
        ucnv_fromUChars(converter.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()),
                        units.getBuffer(), units.length(), &status);
    if (U_FAILURE(status)) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(length));
    return bytes;
}

std::optional<std::string> exact_utf8(std::string_view bytes, std::string_view label) {
    constexpr std::string_view replaced = "\xEF\xBF\xBD";
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    const CharsetKind kind = charset_kind(label);
    if (kind == CharsetKind::unknown) return std::nullopt;
    if (kind == CharsetKind::ascii || is_utf8_label(label))
        return is_utf8(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
    std::string text = to_utf8(bytes, label);
    if (text.find(replaced) != text.npos) return std::nullopt;
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    return text;
}

}  // namespace spillway::mail
