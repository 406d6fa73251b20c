// Maps: the sets of domains, addresses and networks that policies name.
//
// Immutable once read: any number of threads may ask. Files are read by the caller; this knows only
// their text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <tl/expected.hpp>

#include "mail/address.h"
#include "match/ip.h"

namespace spillway::match {

// Hashes strings and views alike, so that a look-up copies nothing.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

// Domains and addresses. An entry is an address ("ann@a.example"), a domain ("a.example", which
// also holds every address in it; "@a.example" means the same), or ".a.example" or "*.a.example":
// the subdomains of a.example, but not itself. In the local part of an address each "*" stands for
// any characters, also none: "sales-*@a.example". Local parts are compared without regard to the
// case of ASCII letters: RFC 5321 section 2.4 leaves it to the receiving host, and hosts that give
// out logins ignore it.
class ValueSet {
  public:
    // The reason when the entry is none of these.
    tl::expected<void, std::string> add(std::string_view entry);

    bool holds_domain(std::string_view normal_domain) const;
    bool holds_address(const mail::Address& address) const;
    bool empty() const {
        return domains_.empty() && parents_.empty() && addresses_.empty() && wildcards_.empty();
    }

  private:
    using Texts = std::unordered_set<std::string, TextHash, std::equal_to<>>;
    Texts domains_, parents_, addresses_;
    // Local parts with "*" by their domain.
    std::unordered_map<std::string, std::vector<std::string>, TextHash, std::equal_to<>> wildcards_;
};

// The entries of a set, other than those with "*", that hold this address or (with an empty local
// part) this domain, as they are written in sets kept elsewhere: in lower case, the closest first.
std::vector<std::string> entries_that_hold(const mail::Address& address);

// What belongs to a key: entries of a set, and each value as it was written.
struct Values {
    ValueSet set;
    std::vector<std::string> names;

    // A value is an entry of a ValueSet; one without "." and "@" may also be any word, so that an
    // account may be called what the operator likes.
    tl::expected<void, std::string> add(std::string_view value);
};

// Networks in CIDR notation, IPv4 and IPv6.
class NetworkSet {
  public:
    tl::expected<void, std::string> add(std::string_view entry);
    bool holds(const Ip& ip) const;

  private:
    std::vector<Network> networks_;
};

// The form in which keys of maps are compared: ASCII letters in lower case, what follows an @ as
// normal_domain() has it.
std::string pair_key(std::string_view key);

// A key (login, account, domain; without regard to the case of ASCII letters, its domain in any
// form that normal_domain() makes one) and the values that belong to it.
class PairMap {
  public:
    // A value is what Values::add() takes.
    tl::expected<void, std::string> add(std::string_view key, std::string_view value);
    // An empty set for an unknown key, and no names.
    const ValueSet& values_of(std::string_view key) const;
    const std::vector<std::string>& names_of(std::string_view key) const;
    // The first value as written, e.g. the account of a login; nullopt for an unknown key.
    std::optional<std::string> first_value_of(std::string_view key) const;
    // The first values of all keys that are addresses in this domain, a value as often as it comes.
    // For operators: looks at every key.
    std::vector<std::string> first_values_within(std::string_view normal_domain) const;

  private:
    std::unordered_map<std::string, Values> entries_;
};

}  // namespace spillway::match
