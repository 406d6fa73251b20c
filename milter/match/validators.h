// Numbers that say by themselves whether they are any: cards, accounts, identifiers of persons.
//
// Pure, for any number of threads; time is linear in the text. For text as mail::readable() leaves
// it; the decimal digits of all scripts count as digits.
//
//   card-number  Payment cards. Digits by ISO/IEC 7812-1 (Luhn, annex B); beginnings and lengths as
//                the issuers publish them: Visa, Mastercard with the 2 series, American Express,
//                Discover, Diners Club, JCB, UnionPay, Maestro.
//   iban         ISO 13616-1: the country's length by the IBAN Registry that SWIFT keeps (and those
//                of countries that use them without being in it), and a remainder of 1 (ISO/IEC
//                7064, MOD 97-10).
//   us-ssn       Social Security Administration, POMS RM 10201.035: no area 000, 666 or 9xx, no
//                group 00, no serial 0000; without the two numbers that stood in advertisements.
//                There is no check digit, so in texts only those with separators count.
//   us-npi       45 CFR 162.406; CMS: Luhn over 80840 and the ten digits, the first 1 or 2.
//   uk-nhs       NHS Data Dictionary, "NHS number": modulus 11.
//   nz-nhi       HISO 10046: AAANNNC modulus 11, and AAANNAX modulus 23, without I and O.
//   nz-ird       Inland Revenue, RWT and NRWT specification: 8 or 9 digits, modulus 11, with a
//                second row of weights.
//   au-tfn       Australian Taxation Office, Electronic Lodgment Service: 8 or 9 digits,
//                modulus 11.
//
//   email        An address with a domain (RFC 5321 section 4.1.2, RFC 6531; no quoted local
//                part).
//
// In texts a number stands by itself (no word character beside it, and it is no part of a decimal)
// and in groups as such numbers are written, one blank, dash or dot between two of them, on one
// line. More digits in groups before or behind do not hide it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "match/occurrence.h"

namespace spillway::match {

enum class Identifier {
    card_number,
    iban,
    us_ssn,
    us_npi,
    uk_nhs,
    nz_nhi,
    nz_ird,
    au_tfn,
    email,
};

// The words of the language.
inline constexpr std::string_view identifier_names[] = {
    "card-number", "iban", "us-ssn", "us-npi", "uk-nhs", "nz-nhi", "nz-ird", "au-tfn", "email"};
// "luhn" is another word for card-number.
std::optional<Identifier> identifier_of(std::string_view name);
std::string_view name_of(Identifier identifier);

// The one form of a value that is valid as a whole: digits and capitals without separators, an
// address in lower case. nullopt for any that is not. Any single blanks, dashes and dots may stand
// between its digits.
std::optional<std::string> valid_value(Identifier identifier, std::string_view text);

// All in a text, in order, without overlaps.
void find_identifiers(Identifier identifier, std::string_view readable_text,
                      const OccurrenceSink& found);

// What makes values the same for Occurrence::value.
std::uint64_t value_hash(std::string_view value);

}  // namespace spillway::match
