// What PCRE2 takes for a member of a class.
#include <memory>

#include "match/outline.h"
#include "match/shadow.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "mail/utf8.h"

namespace spillway::match {
namespace {

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;

Code compiled(std::string_view atom, std::uint32_t options) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    return Code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(atom.data()), atom.size(), options,
                              &error, &offset, nullptr));
}

}  // namespace

std::optional<Shadows> Members::of(std::string_view atom, bool caseless, bool dot_all) {
    std::string key = std::string(caseless ? "i" : "") + (dot_all ? "s" : "") + ' ';
    key += atom;
    const auto [known, is_new] = known_.try_emplace(std::move(key));
    if (!is_new) return known->second;

    const Code code =
        compiled(atom, PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                           (caseless ? PCRE2_CASELESS : 0) | (dot_all ? PCRE2_DOTALL : 0));
    const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
        pcre2_match_data_create(1, nullptr));
    if (!code || !data) return std::nullopt;
    Shadows members;
    const auto ask = [&](std::int32_t code_point) {
        std::string character;
        mail::append_utf8(character, static_cast<std::uint32_t>(code_point));
        const int result =
            pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(character.data()),
                        character.size(), 0, PCRE2_NO_UTF_CHECK, data.get(), nullptr);
        if (result >= 0) members.set(shadow_of(code_point));
    };
    for (std::int32_t ascii = 0; ascii < 0x80; ++ascii) ask(ascii);
    ask(kelvin_sign);
    ask(long_s);
    known->second = members;
    return members;
}

}  // namespace spillway::match
