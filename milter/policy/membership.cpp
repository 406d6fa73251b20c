#include "policy/membership.h"

#include <fmt/format.h>

namespace spillway::policy {
namespace {

using match::Match;

using OutsidePairs = std::shared_ptr<const match::OutsideMap>;

// Beyond this many names one acts for it is not a person who delegates.
constexpr std::size_t most_names = 1'000;

const std::string& key_of(Field key, const Identity& identity) {
    if (key == Field::user) return identity.user;
    return key == Field::domain ? identity.domain : identity.account;
}

bool holds(const match::ValueSet& set, const mail::Address& address, Part part) {
    return part == Part::domain ? set.holds_domain(address.domain) : set.holds_address(address);
}

// Null when it cannot be told (yet); the facts say why.
const match::Values* answer_to(const match::Question& question, Facts& facts) {
    const match::Found* found = facts.message().findings.find(question);
    if (found == nullptr) facts.unanswered.push_back(question);
    if (found != nullptr && std::holds_alternative<std::shared_ptr<const match::Values>>(*found))
        return std::get<std::shared_ptr<const match::Values>>(*found).get();
    facts.doubt = fmt::format("the map \"{}\" could not be asked", question.map->name);
    return nullptr;
}

Match in_outside(const InOutside& in, const mail::Address& address, Part part, Facts& facts) {
    if (address.domain.empty()) return Match::no;
    const mail::Address asked{part == Part::domain ? "" : address.local, address.domain};
    const match::Values* values = answer_to({in.map, "", asked}, facts);
    if (values == nullptr) return Match::cannot_tell;
    return holds(values->set, asked, part) ? Match::yes : Match::no;
}

Match in_values_of(const Pairs& pairs, std::string_view key, const mail::Address& address,
                   Part part, Facts& facts) {
    if (key.empty() || address.domain.empty()) return Match::no;
    const match::ValueSet* set = nullptr;
    if (const auto* map = std::get_if<std::shared_ptr<const match::PairMap>>(&pairs)) {
        set = &(*map)->values_of(key);
    } else {
        const match::Values* values =
            answer_to({std::get<OutsidePairs>(pairs), match::pair_key(key), {}}, facts);
        if (values == nullptr) return Match::cannot_tell;
        set = &values->set;
    }
    return holds(*set, address, part) ? Match::yes : Match::no;
}

// The names that belong to a key; null when it cannot be told.
const std::vector<std::string>* names_of(const Pairs& pairs, std::string_view key, Facts& facts) {
    if (const auto* map = std::get_if<std::shared_ptr<const match::PairMap>>(&pairs))
        return &(*map)->names_of(key);
    const match::Values* values =
        answer_to({std::get<OutsidePairs>(pairs), match::pair_key(key), {}}, facts);
    return values == nullptr ? nullptr : &values->names;
}

// Delegation goes one step: whom B acts for, A does not act for by acting for B.
Match in_pairs(const InPairs& in, const mail::Address& address, Part part, Facts& facts) {
    const std::string& key = key_of(in.key, facts.identity());
    Match result = in_values_of(in.map, key, address, part, facts);
    if (result == Match::yes || !in.acting_for || key.empty()) return result;
    const auto* names = names_of(*in.acting_for, key, facts);
    if (names == nullptr) return Match::cannot_tell;
    if (names->size() > most_names) {
        facts.doubt = "somebody may send as more than 1,000 others";
        return Match::cannot_tell;
    }
    for (const std::string& name : *names) {
        const Match one = in_values_of(in.map, name, address, part, facts);
        if (one == Match::yes) return one;
        if (one == Match::cannot_tell) result = one;
    }
    return result;
}

}  // namespace

bool is_membership(const Test& test) {
    return std::holds_alternative<InSet>(test) || std::holds_alternative<InPairs>(test) ||
           std::holds_alternative<InOutside>(test);
}

Match membership(const Test& test, const mail::Address& address, Part part, Facts& facts) {
    if (const auto* in = std::get_if<InSet>(&test))
        return holds(*in->set, address, part) ? Match::yes : Match::no;
    if (const auto* in = std::get_if<InOutside>(&test))
        return in_outside(*in, address, part, facts);
    return in_pairs(std::get<InPairs>(test), address, part, facts);
}

}  // namespace spillway::policy
