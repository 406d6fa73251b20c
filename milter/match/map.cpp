#include "match/map.h"

#include <algorithm>

#include "mail/utf8.h"

namespace spillway::match {
namespace {

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string address_key(const mail::Address& address) {
    return lower_ascii(address.local) + '@' + address.domain;
}

tl::unexpected<std::string> not_an_entry(std::string_view entry) {
    return tl::unexpected("expected a domain or an address, got \"" + std::string(entry) + "\"");
}

// Whether the text is the pattern with each "*" for any characters. After a mismatch only the last
// star takes more: what an earlier one would take, the last one can take as well.
bool fits(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t star = pattern.npos;
    std::size_t resumed = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resumed = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++resumed;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

}  // namespace

// A login may look like anything: only what follows an @ is surely a domain, and text that is not
// ASCII has no other form in which the two spellings of a domain could meet.
std::string pair_key(std::string_view key) {
    const std::size_t at = key.rfind('@');
    if (at == key.npos && mail::is_ascii(key)) return lower_ascii(key);
    const std::size_t domain_begin = at == key.npos ? 0 : at + 1;
    const std::string domain = mail::normal_domain(key.substr(domain_begin));
    if (domain.empty()) return lower_ascii(key);
    return lower_ascii(key.substr(0, domain_begin)) + domain;
}

// The last @ counts: a quoted local part may hold one.
tl::expected<void, std::string> ValueSet::add(std::string_view entry) {
    const std::size_t at = entry.rfind('@');
    if (at != entry.npos && at > 0) {
        const mail::Address address = mail::envelope_address(entry);
        if (address.domain.empty() || entry.front() == '<') return not_an_entry(entry);
        if (address.local.find('*') == std::string::npos)
            addresses_.insert(address_key(address));
        else
            wildcards_[address.domain].push_back(lower_ascii(address.local));
        return {};
    }

    // Neither notation says anything that normal_domain() would take for part of a name.
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    const bool parent = entry.starts_with('.');
    const std::string domain = mail::normal_domain(entry.substr(parent || at == 0 ? 1 : 0));
    if (domain.empty()) return not_an_entry(entry);
    (parent ? parents_ : domains_).insert(domain);
    return {};
}

// Each parent in turn, longest first; the work is bounded by the 127 labels a domain may have.
bool ValueSet::holds_domain(std::string_view normal_domain) const {
    if (domains_.contains(normal_domain)) return true;
    if (parents_.empty() || normal_domain.starts_with('[')) return false;
    for (std::size_t dot = normal_domain.find('.'); dot != normal_domain.npos;
         dot = normal_domain.find('.', dot + 1))
        if (parents_.contains(normal_domain.substr(dot + 1))) return true;
    return false;
}

bool ValueSet::holds_address(const mail::Address& address) const {
    if (address.domain.empty()) return false;
    if (holds_domain(address.domain)) return true;
    if (!addresses_.empty() && addresses_.contains(address_key(address))) return true;
    const auto wildcards = wildcards_.find(address.domain);
    if (wildcards == wildcards_.end()) return false;
    const std::string local = lower_ascii(address.local);
    return std::ranges::any_of(wildcards->second,
                               [&](const std::string& pattern) { return fits(pattern, local); });
}

std::vector<std::string> entries_that_hold(const mail::Address& address) {
    std::vector<std::string> entries;
    const std::string& domain = address.domain;
    if (domain.empty()) return entries;
    if (!address.local.empty()) entries.push_back(address_key(address));
    entries.push_back(domain);
    entries.push_back('@' + domain);
    if (domain.starts_with('[')) return entries;
    for (std::size_t dot = domain.find('.'); dot != domain.npos; dot = domain.find('.', dot + 1))
        entries.push_back(domain.substr(dot));
    return entries;
}

tl::expected<void, std::string> Values::add(std::string_view value) {
    if (auto added = set.add(value); !added) {
        // What looks like a domain and is none would never match: the operator must know.
        const bool any_word = !value.empty() && value.find_first_of(".@") == value.npos;
        if (!any_word) return added;
    }
    names.emplace_back(value);
    return {};
}

tl::expected<void, std::string> NetworkSet::add(std::string_view entry) {
    const auto network = parse_network(entry);
    if (!network) return tl::unexpected(network.error());
    networks_.push_back(*network);
    return {};
}

bool NetworkSet::holds(const Ip& ip) const {
    return std::ranges::any_of(networks_,
                               [&](const Network& network) { return network.holds(ip); });
}

tl::expected<void, std::string> PairMap::add(std::string_view key, std::string_view value) {
    if (key.empty()) return tl::unexpected(std::string("expected a key, got \"\""));
    Values one;
    if (auto added = one.add(value); !added) return added;
    return entries_[pair_key(key)].add(value);
}

const ValueSet& PairMap::values_of(std::string_view key) const {
    static const ValueSet none;
    const auto found = entries_.find(pair_key(key));
    return found == entries_.end() ? none : found->second.set;
}

const std::vector<std::string>& PairMap::names_of(std::string_view key) const {
    static const std::vector<std::string> none;
    const auto found = entries_.find(pair_key(key));
    return found == entries_.end() ? none : found->second.names;
}

std::optional<std::string> PairMap::first_value_of(std::string_view key) const {
    const auto& names = names_of(key);
    if (names.empty()) return std::nullopt;
    return names.front();
}

std::vector<std::string> PairMap::first_values_within(std::string_view normal_domain) const {
    std::vector<std::string> values;
    for (const auto& [key, entry] : entries_) {
        const std::size_t at = key.rfind('@');
        const bool within = at != key.npos && std::string_view(key).substr(at + 1) == normal_domain;
        if (within) values.push_back(entry.names.front());
    }
    return values;
}

}  // namespace spillway::match
