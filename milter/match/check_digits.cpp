#include "match/check_digits.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace spillway::match {
namespace {

int digit(char c) { return c - '0'; }

// Luhn: every second digit from the right doubled, with the sum of its digits.
int luhn_sum(std::string_view digits) {
    int sum = 0;
    bool doubled = false;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at, doubled = !doubled) {
        const int value = digit(*at) * (doubled ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum;
}

int weighted(std::string_view digits, std::span<const int> weights) {
    int sum = 0;
    for (std::size_t i = 0; i < weights.size() && i < digits.size(); ++i)
        sum += digit(digits[i]) * weights[i];
    return sum;
}

// Numbers of an issuer begin with `first` to `last`, both of the same length.
struct Issuer {
    std::string_view first, last;
    std::uint32_t lengths;  // bit n: n digits
};

constexpr std::uint32_t length(int digits) { return std::uint32_t{1} << digits; }

constexpr std::uint32_t lengths(int from, int to) {
    std::uint32_t bits = 0;
    for (int digits = from; digits <= to; ++digits) bits |= length(digits);
    return bits;
}

constexpr Issuer issuers[] = {
    {"4", "4", length(13) | length(16) | length(19)},  // Visa
    {"51", "55", length(16)},                          // Mastercard
    {"2221", "2720", length(16)},
    {"34", "34", length(15)},  // American Express
    {"37", "37", length(15)},
    {"6011", "6011", lengths(16, 19)},  // Discover
    {"644", "659", lengths(16, 19)},
    {"300", "305", lengths(14, 19)},  // Diners Club
    {"3095", "3095", lengths(14, 19)},
    {"36", "36", lengths(14, 19)},
    {"38", "39", lengths(14, 19)},
    {"3528", "3589", lengths(16, 19)},  // JCB
    {"62", "62", lengths(16, 19)},      // UnionPay
    {"81", "81", lengths(16, 19)},
    {"5018", "5018", lengths(12, 19)},  // Maestro
    {"5020", "5020", lengths(12, 19)},
    {"5038", "5038", lengths(12, 19)},
    {"5893", "5893", lengths(12, 19)},
    {"6304", "6304", lengths(12, 19)},
    {"6759", "6759", lengths(12, 19)},
    {"6761", "6763", lengths(12, 19)},
    {"6767", "6767", lengths(12, 19)},
};

bool begins_as(std::string_view digits, const Issuer& issuer) {
    const std::size_t known = std::min(digits.size(), issuer.first.size());
    const std::string_view begin = digits.substr(0, known);
    return begin >= issuer.first.substr(0, known) && begin <= issuer.last.substr(0, known);
}

struct Country {
    std::string_view code;
    int length;
};

// Sorted. With the countries that give out such numbers without being in the registry, most of them
// in Africa.
constexpr Country iban_countries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AO", 25}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
    {"BF", 28}, {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BJ", 28}, {"BR", 29}, {"BY", 28}, {"CF", 27},
    {"CG", 27}, {"CH", 21}, {"CI", 28}, {"CM", 27}, {"CR", 22}, {"CV", 25}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"DZ", 26}, {"EE", 20}, {"EG", 29}, {"ES", 24},
    {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GA", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
    {"GL", 18}, {"GQ", 27}, {"GR", 27}, {"GT", 28}, {"GW", 25}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IR", 26}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KM", 27},
    {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21},
    {"LY", 25}, {"MA", 28}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MG", 27}, {"MK", 19}, {"ML", 28},
    {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"MZ", 25}, {"NE", 28}, {"NI", 28}, {"NL", 18},
    {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24},
    {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24},
    {"SM", 27}, {"SN", 28}, {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TD", 27}, {"TG", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return std::ranges::all_of(text, is_digit); }

// A to Z without I and O as 1 to 24, digits as themselves; -1 for I, O and what is neither.
int nhi_value(char c) {
    constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    if (is_digit(c)) return digit(c);
    const std::size_t at = letters.find(c);
    return at == letters.npos ? -1 : static_cast<int>(at) + 1;
}

// The shape of a value: "A" for a letter, "N" for a digit.
bool has_shape(std::string_view value, std::string_view shape) {
    return std::ranges::equal(value, shape, [](char c, char kind) {
        return is_digit(c) == (kind == 'N') && nhi_value(c) >= 0;
    });
}

}  // namespace

bool may_begin_card_number(std::string_view digits) {
    return std::ranges::any_of(issuers, [&](const Issuer& one) { return begins_as(digits, one); });
}

bool is_card_number(std::string_view digits) {
    if (digits.size() < 12 || digits.size() > 19 || luhn_sum(digits) % 10 != 0) return false;
    return std::ranges::any_of(issuers, [&](const Issuer& one) {
        return (one.lengths & length(static_cast<int>(digits.size()))) != 0 &&
               begins_as(digits, one);
    });
}

int iban_length(std::string_view country) {
    const auto* const found = std::ranges::lower_bound(iban_countries, country, {}, &Country::code);
    return found != std::end(iban_countries) && found->code == country ? found->length : 0;
}

// The first four characters count last, letters as 10 to 35.
bool is_iban(std::string_view value) {
    if (value.size() < 5 || !all_digits(value.substr(2, 2))) return false;
    if (static_cast<int>(value.size()) != iban_length(value.substr(0, 2))) return false;
    int remainder = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[(i + 4) % value.size()];
        remainder = is_digit(c) ? (remainder * 10 + digit(c)) % 97
                                : (remainder * 100 + (c - 'A' + 10)) % 97;
    }
    return remainder == 1;
}

bool is_us_ssn(std::string_view digits) {
    if (digits.size() != 9) return false;
    const std::string_view area = digits.substr(0, 3);
    return area != "000" && area != "666" && area[0] != '9' && digits.substr(3, 2) != "00" &&
           digits.substr(5) != "0000" && digits != "078051120" && digits != "219099999";
}

// 24 is what 80840 adds to the sum.
bool is_us_npi(std::string_view digits) {
    return digits.size() == 10 && (digits[0] == '1' || digits[0] == '2') &&
           (luhn_sum(digits) + 24) % 10 == 0;
}

// A number of equal digits passes the arithmetic, but is never given out.
bool is_uk_nhs(std::string_view digits) {
    constexpr std::array weights{10, 9, 8, 7, 6, 5, 4, 3, 2};
    if (digits.size() != 10 || digits.find_first_not_of(digits[0]) == digits.npos) return false;
    const int check = 11 - weighted(digits, weights) % 11;
    return check != 10 && check % 11 == digit(digits[9]);
}

bool is_nz_nhi(std::string_view value) {
    const bool first_format = has_shape(value, "AAANNNN");
    if (!first_format && !has_shape(value, "AAANNAA")) return false;
    int sum = 0;
    for (int i = 0; i < 6; ++i) sum += nhi_value(value[static_cast<std::size_t>(i)]) * (7 - i);
    const int check = nhi_value(value[6]);
    if (!first_format) return 23 - sum % 23 == check;
    return sum % 11 != 0 && (11 - sum % 11) % 10 == check;
}

// Eight digits are nine with a zero before them.
bool is_nz_ird(std::string_view digits) {
    constexpr std::array first{3, 2, 7, 6, 5, 4, 3, 2};
    constexpr std::array second{7, 4, 3, 2, 5, 2, 7, 6};
    if (digits.size() != 8 && digits.size() != 9) return false;
    std::array<char, 9> all{};
    all.fill('0');
    std::ranges::copy_backward(digits, all.end());
    const std::string_view padded(all.data(), all.size());
    if (padded < "010000000" || padded > "200000000") return false;
    const auto check = [&](std::span<const int> weights) {
        return (11 - weighted(padded, weights) % 11) % 11;
    };
    int expected = check(first);
    if (expected == 10) expected = check(second);
    return expected == digit(padded[8]);
}

bool is_au_tfn(std::string_view digits) {
    constexpr std::array of_nine{1, 4, 3, 7, 5, 8, 6, 9, 10};
    constexpr std::array of_eight{10, 7, 8, 4, 6, 3, 5, 1};
    if (digits.find_first_not_of('0') == digits.npos) return false;
    if (digits.size() == 9) return weighted(digits, of_nine) % 11 == 0;
    return digits.size() == 8 && weighted(digits, of_eight) % 11 == 0;
}

}  // namespace spillway::match
