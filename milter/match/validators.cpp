#include "match/validators.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "match/check_digits.h"
#include "match/mix.h"
#include "match/spelling.h"

namespace spillway::match {
namespace {

// A character as numbers see it: a digit, a capital (small letters too), ' ', '-' or '.' as
// themselves, '\n' for the end of a line, `word` for any other character of words, else `other`.
constexpr char word = 'w';
constexpr char other = '?';

struct Glyph {
    char is = other;
    std::size_t end = 0;  // bytes of the text
};

constexpr std::array<char, 128> ascii_glyphs = [] {
    std::array<char, 128> glyphs{};
    glyphs.fill(other);
    for (char c = '0'; c <= '9'; ++c) glyphs[static_cast<std::size_t>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c) {
        glyphs[static_cast<std::size_t>(c)] = c;
        glyphs[static_cast<std::size_t>(c) + 'a' - 'A'] = c;
    }
    glyphs['_'] = word;
    for (const char c : {'\n', '\r', '\v', '\f'}) glyphs[static_cast<std::size_t>(c)] = '\n';
    glyphs['\t'] = glyphs[' '] = ' ';
    glyphs['-'] = '-';
    glyphs['.'] = '.';
    return glyphs;
}();

Glyph glyph_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {'\n', text.size()};
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) return {ascii_glyphs[byte], at + 1};
    const std::int32_t c = mail::next_code_point(text, at);
    const Spelt spelt = match::spelt(c < 0 ? char32_t{0xfffd} : static_cast<char32_t>(c));
    const char32_t folded = spelt.folded[0];
    if (spelt.role == Role::sign) return {folded == U'-' ? '-' : other, at};
    if (spelt.role == Role::blank) return {' ', at};
    if (spelt.role != Role::letter) return {other, at};
    return {folded >= U'0' && folded <= U'9' ? static_cast<char>(folded) : word, at};
}

bool is_digit(char glyph) { return glyph >= '0' && glyph <= '9'; }
bool is_capital(char glyph) { return glyph >= 'A' && glyph <= 'Z'; }
bool in_word(char glyph) { return is_digit(glyph) || is_capital(glyph) || glyph == word; }

// Behind one blank, dash or dot, or a dash between blanks; `at` where there is none.
std::size_t behind_separator(std::string_view text, std::size_t at) {
    Glyph glyph = glyph_at(text, at);
    if (glyph.is == '.') return glyph.end;
    std::size_t end = at;
    if (glyph.is == ' ') {
        end = glyph.end;
        glyph = glyph_at(text, end);
    }
    if (glyph.is != '-') return end;
    end = glyph.end;
    glyph = glyph_at(text, end);
    return glyph.is == ' ' ? glyph.end : end;
}

constexpr std::size_t most_digits = 19;  // of any number that is looked for

// Digits from one place on, in groups with separators between them.
struct Groups {
    struct Group {
        std::size_t digits = 0;
        std::size_t end = 0;  // bytes of the text
    };
    std::array<char, most_digits> digits{};
    std::array<Group, most_digits> groups{};
    std::size_t count = 0;
    std::size_t after_first = 0;  // bytes of the text: the end of the first group, however long

    std::string_view first_digits(std::size_t count_of_groups) const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_of_groups; ++i) sum += groups[i].digits;
        return {digits.data(), sum};
    }
};

// Groups that something else of a word touches, or that are too many digits, are not read.
Groups groups_at(std::string_view text, std::size_t at) {
    Groups read;
    std::size_t total = 0;
    while (true) {
        std::size_t length = 0;
        Glyph glyph = glyph_at(text, at);
        for (; is_digit(glyph.is); at = glyph.end, glyph = glyph_at(text, at)) {
            if (total + length < most_digits) read.digits[total + length] = glyph.is;
            ++length;
        }
        if (read.after_first == 0) read.after_first = at;
        if (length == 0 || in_word(glyph.is) || total + length > most_digits) return read;
        total += length;
        read.groups[read.count++] = {length, at};
        const std::size_t next = behind_separator(text, at);
        if (next == at || total == most_digits) return read;
        at = next;
    }
}

using Layout = std::array<std::size_t, 3>;

struct DigitRule {
    Identifier identifier;
    bool (*valid)(std::string_view digits);
    std::array<Layout, 4> layouts;  // sizes of groups; those all zero are none
};

constexpr DigitRule digit_rules[] = {
    {Identifier::us_ssn, is_us_ssn, {{{3, 2, 4}}}},
    {Identifier::us_npi, is_us_npi, {{{10}, {4, 3, 3}}}},
    {Identifier::uk_nhs, is_uk_nhs, {{{10}, {3, 3, 4}}}},
    {Identifier::nz_ird, is_nz_ird, {{{8}, {9}, {2, 3, 3}, {3, 3, 3}}}},
    {Identifier::au_tfn, is_au_tfn, {{{8}, {9}, {2, 3, 3}, {3, 3, 3}}}},
};

bool has_layout(const Groups& groups, std::size_t count, const Layout& layout) {
    for (std::size_t i = 0; i < layout.size(); ++i) {
        if (layout[i] != (i < count ? groups.groups[i].digits : 0)) return false;
    }
    return count <= layout.size();
}

// Equal groups with perhaps a shorter last one, or as on cards of 15, 14 and 19 digits.
bool has_card_layout(const Groups& groups, std::size_t count) {
    constexpr Layout uneven[] = {{4, 6, 5}, {4, 6, 4}, {6, 13}, {6, 10}};
    const auto is_layout = [&](const Layout& layout) { return has_layout(groups, count, layout); };
    if (std::ranges::any_of(uneven, is_layout)) return true;
    const std::size_t size = groups.groups[0].digits;
    for (std::size_t i = 1; i + 1 < count; ++i) {
        if (groups.groups[i].digits != size) return false;
    }
    return groups.groups[count - 1].digits <= size;
}

bool is_written(Identifier identifier, const Groups& groups, std::size_t count) {
    if (identifier == Identifier::card_number) {
        return has_card_layout(groups, count) && is_card_number(groups.first_digits(count));
    }
    const auto* const rule = std::ranges::find(digit_rules, identifier, &DigitRule::identifier);
    return std::ranges::any_of(
               rule->layouts,
               [&](const Layout& layout) { return has_layout(groups, count, layout); }) &&
           rule->valid(groups.first_digits(count));
}

struct Candidate {
    std::size_t end = 0;
    std::string value;
};

// The most groups that are a number together.
std::optional<Candidate> number_in(Identifier identifier, const Groups& groups) {
    const bool card = identifier == Identifier::card_number;
    if (card && !may_begin_card_number(std::string_view(groups.digits.data(), 4)))
        return std::nullopt;
    for (std::size_t count = groups.count; count > 0; --count) {
        if (is_written(identifier, groups, count)) {
            return Candidate{groups.groups[count - 1].end, std::string(groups.first_digits(count))};
        }
    }
    return std::nullopt;
}

bool tell(const OccurrenceSink& found, std::size_t begin, const Candidate& one) {
    return found({begin, one.end, value_hash(one.value), 1});
}

// Goes from group to group. The digits behind a decimal point are not looked at.
void find_numbers(Identifier identifier, std::string_view text, const OccurrenceSink& found) {
    char before = '\n', before_that = '\n';
    for (std::size_t at = 0; at < text.size();) {
        const Glyph glyph = glyph_at(text, at);
        std::size_t end = glyph.end;
        char last = glyph.is;
        const bool decimals = before == '.' && is_digit(before_that);
        if (is_digit(glyph.is) && !in_word(before)) {
            const Groups groups = groups_at(text, at);
            const auto number = decimals ? std::nullopt : number_in(identifier, groups);
            if (number && !tell(found, at, *number)) return;
            end = number ? number->end : groups.after_first;
            last = '0';
        }
        before_that = before;
        before = last;
        at = end;
    }
}

// As many letters and digits as the country's accounts have, from a place where a word begins.
std::optional<Candidate> iban_at(std::string_view text, std::size_t at) {
    Candidate read;
    std::size_t length = 4;
    while (read.value.size() < length) {
        const Glyph glyph = glyph_at(text, at);
        const bool letter_place = read.value.size() < 2;
        if (letter_place ? !is_capital(glyph.is) : !is_capital(glyph.is) && !is_digit(glyph.is))
            return std::nullopt;
        read.value += glyph.is;
        if (read.value.size() == 2) length = static_cast<std::size_t>(iban_length(read.value));
        read.end = glyph.end;
        at = read.value.size() == 1 ? glyph.end : behind_separator(text, glyph.end);
    }
    const bool alone = length > 0 && !in_word(glyph_at(text, read.end).is);
    return alone && is_iban(read.value) ? std::optional(read) : std::nullopt;
}

// Seven letters and digits that are a word.
std::optional<Candidate> nhi_at(std::string_view text, std::size_t at) {
    Candidate read;
    Glyph glyph = glyph_at(text, at);
    for (; in_word(glyph.is) && read.value.size() < 8; glyph = glyph_at(text, read.end)) {
        read.value += glyph.is;
        read.end = glyph.end;
    }
    return is_nz_nhi(read.value) ? std::optional(read) : std::nullopt;
}

template <typename At>
void find_at_words(std::string_view text, const OccurrenceSink& found, const At& read_at) {
    char before = '\n';
    for (std::size_t at = 0; at < text.size();) {
        const Glyph glyph = glyph_at(text, at);
        std::size_t end = glyph.end;
        if (is_capital(glyph.is) && !in_word(before)) {
            if (const auto one = read_at(text, at)) {
                if (!tell(found, at, *one)) return;
                end = one->end;
            }
        }
        before = glyph.is;
        at = end;
    }
}

bool begins_name(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || in_word(ascii_glyphs[byte]);
}

// What may stand in a local part unquoted; a text says a few of these around an address as well.
bool in_local_part(char c) {
    constexpr std::string_view signs = "!#$%&'*+-/=?^_`{|}~.";
    return begins_name(c) || signs.find(c) != signs.npos;
}

bool in_label(char c) { return c == '-' || (begins_name(c) && c != '_'); }

// Beyond ASCII only letters and digits are part of names: the character at `at` ends none.
bool names_end_at(std::string_view text, std::size_t& at) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
        ++at;
        return false;
    }
    const std::int32_t c = mail::next_code_point(text, at);
    const Role role = spelt(c < 0 ? char32_t{0xfffd} : static_cast<char32_t>(c)).role;
    return role != Role::letter && role != Role::alone;
}

// Where the local part before `at` begins, not before `from`; `at` when there is none.
std::size_t local_part_before(std::string_view text, std::size_t from, std::size_t at) {
    constexpr std::size_t longest = 64;
    std::size_t begin = at;
    while (begin > from && in_local_part(text[begin - 1])) {
        if (at - begin == longest) return at;
        --begin;
    }
    for (std::size_t next = begin; next < at;)
        if (names_end_at(text, next)) begin = std::min(next, at);
    while (begin < at && !begins_name(text[begin])) ++begin;
    const std::string_view local = text.substr(begin, at - begin);
    return local.ends_with('.') || local.find("..") != local.npos ? at : begin;
}

// The labels and dots at `begin`, without the dots and dashes that end a sentence.
std::string_view labels_at(std::string_view text, std::size_t begin, std::size_t longest) {
    std::size_t end = begin;
    while (end < text.size() && end - begin <= longest && (in_label(text[end]) || text[end] == '.'))
        ++end;
    for (std::size_t next = begin; next < end;) {
        const std::size_t at = next;
        if (names_end_at(text, next)) end = at;
    }
    const std::string_view labels = text.substr(begin, end - begin);
    const std::size_t last = labels.substr(0, labels.find("..")).find_last_not_of(".-");
    return labels.substr(0, last == labels.npos ? 0 : last + 1);
}

// Where the domain at `begin` ends; `begin` when it is none.
std::size_t domain_at(std::string_view text, std::size_t begin) {
    constexpr std::size_t longest = 253;
    const std::string_view domain = labels_at(text, begin, longest);
    const std::size_t dot = domain.rfind('.');
    if (dot == domain.npos || domain.size() > longest) return begin;
    const std::string_view top = domain.substr(dot + 1);
    const bool number = is_digit(top.front()) || top.size() < 2;
    const bool begins_wrongly = domain.starts_with('.') || domain.starts_with('-');
    return number || begins_wrongly ? begin : begin + domain.size();
}

// Nothing but an address; folding may have made a digit or a longer name of what was none.
bool is_address(std::string_view value) {
    const std::size_t at = value.find('@');
    return at != value.npos && at > 0 && local_part_before(value, 0, at) == 0 &&
           at + 1 < value.size() && domain_at(value, at + 1) == value.size();
}

void find_emails(std::string_view text, const OccurrenceSink& found) {
    std::size_t from = 0;
    for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
        const std::size_t begin = local_part_before(text, from, at);
        const std::size_t end = domain_at(text, at + 1);
        if (begin == at || end == at + 1) continue;
        const Candidate one{end, spelling(text.substr(begin, end - begin))};
        if (!is_address(one.value)) continue;
        if (!tell(found, begin, one)) return;
        from = end;
    }
}

// Digits and capitals, with single separators between them; "" for anything else.
std::string without_separators(std::string_view text) {
    std::string value;
    std::size_t end = 0;  // of the last one
    for (std::size_t at = 0; at < text.size(); at = behind_separator(text, end)) {
        const Glyph glyph = glyph_at(text, at);
        if (!is_digit(glyph.is) && !is_capital(glyph.is)) return "";
        value += glyph.is;
        end = glyph.end;
    }
    return end == text.size() ? value : "";
}

bool is_valid(Identifier identifier, const std::string& value) {
    if (identifier == Identifier::iban) return is_iban(value);
    if (identifier == Identifier::nz_nhi) return is_nz_nhi(value);
    if (!std::ranges::all_of(value, is_digit)) return false;
    if (identifier == Identifier::card_number) return is_card_number(value);
    return std::ranges::find(digit_rules, identifier, &DigitRule::identifier)->valid(value);
}

}  // namespace

std::uint64_t value_hash(std::string_view value) {
    std::uint64_t hash = no_letters;
    for (const char c : value) hash = with_letter(hash, static_cast<unsigned char>(c));
    return mixed(hash);
}

std::optional<Identifier> identifier_of(std::string_view name) {
    if (name == "luhn") return Identifier::card_number;
    const auto* const found = std::ranges::find(identifier_names, name);
    if (found == std::end(identifier_names)) return std::nullopt;
    return static_cast<Identifier>(found - std::begin(identifier_names));
}

std::string_view name_of(Identifier identifier) {
    return identifier_names[static_cast<std::size_t>(identifier)];
}

std::optional<std::string> valid_value(Identifier identifier, std::string_view text) {
    if (identifier == Identifier::email) {
        std::optional<std::string> value;
        find_emails(text, [&](const Occurrence& one) {
            if (one.begin == 0 && one.end == text.size()) value = spelling(text);
            return false;
        });
        return value;
    }
    std::string value = without_separators(text);
    if (value.empty() || !is_valid(identifier, value)) return std::nullopt;
    return value;
}

void find_identifiers(Identifier identifier, std::string_view readable_text,
                      const OccurrenceSink& found) {
    switch (identifier) {
        case Identifier::iban:
            return find_at_words(readable_text, found, iban_at);
        case Identifier::nz_nhi:
            return find_at_words(readable_text, found, nhi_at);
        case Identifier::email:
            return find_emails(readable_text, found);
        default:
            return find_numbers(identifier, readable_text, found);
    }
}

}  // namespace spillway::match
