// Maps: the sets of domains, addresses and networks that policies name.
//
// Immutable once read. Files are read by the caller; this knows only their text.
#pragma once

#include <cstdint>
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

// Domains and addresses. An entry is an address ("ann@a.example"), a domain ("a.example", which also
// holds every address in it), or ".a.example": the subdomains of a.example, but not itself.
class ValueSet {
  public:
    // The reason when the entry is none of these.
    tl::expected<void, std::string> add(std::string_view entry);

    bool holds_domain(const std::string& normal_domain) const;
    bool holds_address(const mail::Address& address) const;
    bool empty() const { return domains_.empty() && parents_.empty() && addresses_.empty(); }

  private:
    std::unordered_set<std::string> domains_, parents_, addresses_;
};

// Networks in CIDR notation, IPv4 and IPv6.
class NetworkSet {
  public:
    tl::expected<void, std::string> add(std::string_view entry);
    bool holds(const Ip& ip) const;

  private:
    std::vector<Network> networks_;
};

// A key (login, account, domain; without regard to case) and the values that belong to it.
class PairMap {
  public:
    tl::expected<void, std::string> add(std::string_view key, std::string_view value);
    // An empty set for an unknown key.
    const ValueSet& values_of(std::string_view key) const;
    // The first value as written, e.g. the account of a login; nullopt for an unknown key.
    std::optional<std::string> first_value_of(std::string_view key) const;

  private:
    struct Entry {
        ValueSet set;
        std::string first;
    };
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace spillway::match
