// The arithmetic of identifiers: whether digits and letters are one. Sources: validators.h.
//
// `digits` are ASCII digits, `value` ASCII digits and capitals, both without separators.
#pragma once

#include <string_view>

namespace spillway::match {

bool is_card_number(std::string_view digits);
// Whether some issuer's numbers begin so; `digits` may be just the first few.
bool may_begin_card_number(std::string_view digits);
bool is_iban(std::string_view value);
// Of a country (two capitals); 0 for one without.
int iban_length(std::string_view country);
bool is_us_ssn(std::string_view digits);
bool is_us_npi(std::string_view digits);
bool is_uk_nhs(std::string_view digits);
bool is_nz_nhi(std::string_view value);
bool is_nz_ird(std::string_view digits);
bool is_au_tfn(std::string_view digits);

}  // namespace spillway::match
