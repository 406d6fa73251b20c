#include <algorithm>
#include <cstdint>
#include <string>

#include "mail/address.h"
#include "mail/address_list.h"
#include "mail/encoded_word.h"
#include "mail/mailbox.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

// As authors() has it: beyond this the field is nobody's anyway.
constexpr std::size_t longest_from = 32'768;
constexpr std::size_t most_shown = 100;

constexpr std::uint32_t right_to_left_override = 0x202e;
constexpr std::uint32_t pop_directional_formatting = 0x202c;

// What a person sees where a right-to-left override stands: the characters up to its end, the last
// one first (Unicode Bidirectional Algorithm, rules X1 to X8). "" without one.
std::string turned_round(std::string_view text) {
    std::u32string turned;
    bool within = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<std::uint32_t>(std::max(next_code_point(text, at), 0));
        if (c == pop_directional_formatting) break;
        if (within) turned += static_cast<char32_t>(c);
        within = within || c == right_to_left_override;
    }
    std::string seen;
    for (auto c = turned.rbegin(); c != turned.rend(); ++c) append_utf8(seen, *c);
    return seen;
}

// Of an address in running text: letters, digits and what people write in addresses; all that is
// not ASCII may be a letter of some script.
bool is_of_local(char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           std::string_view(".+-_=~'&*#/%!").find(c) != std::string_view::npos;
}

bool is_of_domain(char c) {
    return static_cast<unsigned char>(c) >= 0x80 || c == '.' || c == '-' ||
           (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// The address around an @ of the text; empty where none stands.
Address address_around(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && is_of_local(text[begin - 1])) --begin;
    while (begin < at && std::string_view("'.&*/=").find(text[begin]) != std::string_view::npos)
        ++begin;
    std::size_t end = at + 1;
    while (end < text.size() && is_of_domain(text[end])) ++end;
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
    const std::string domain = normal_domain(text.substr(at + 1, end - at - 1));
    if (begin == at || domain.find('.') == std::string::npos) return {};
    return {std::string(text.substr(begin, at - begin)), domain};
}

// Case makes no other address of it to whoever reads it.
bool is_same(const Address& left, const Address& right) {
    return left.domain == right.domain && names_equal(left.local, right.local);
}

bool contains(const std::vector<Address>& addresses, const Address& wanted) {
    return std::ranges::any_of(addresses, [&](const Address& one) { return is_same(one, wanted); });
}

void add_shown(std::string_view text, const std::vector<Address>& own,
               std::vector<Address>& shown) {
    for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
        if (shown.size() == most_shown) return;
        Address one = address_around(text, at);
        if (!one.empty() && !contains(own, one) && !contains(shown, one))
            shown.push_back(std::move(one));
    }
}

// The addresses the field is of, by its grammar: what stands for a name is none of them.
std::vector<Address> own_addresses(std::string_view value) {
    AddressList list = parse_address_list(value);
    for (const Address& name : list.for_names) {
        const auto found = std::ranges::find(list.found, name);
        if (found != list.found.end()) list.found.erase(found);
    }
    return std::move(list.found);
}

}  // namespace

std::vector<Address> shown_besides(const std::vector<Header>& headers) {
    std::vector<Address> shown;
    for (const Header& header : headers) {
        if (!names_equal(header.name, "From") || header.value.size() > longest_from) continue;
        const std::vector<Address> own = own_addresses(header.value);
        const std::string decoded = decoded_words(header.value);
        add_shown(readable(decoded), own, shown);
        add_shown(readable(turned_round(decoded)), own, shown);
    }
    return shown;
}

}  // namespace spillway::mail
