#include "policy/gates.h"

#include <algorithm>
#include <optional>

#include "match/candidates.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

// One of these must be there for a condition to be anything but "no".
struct Needs {
    std::vector<std::pair<const Compare*, match::Seat>> expressions;
    std::vector<std::string> tags;

    std::size_t size() const { return expressions.size() + tags.size(); }
};

bool is_met_by_nothing(Order order, std::int64_t amount) {
    switch (order) {
        case Order::greater:
            return amount < 0;
        case Order::greater_or_equal:
            return amount <= 0;
        case Order::equal:
            return amount == 0;
        default:
            return true;
    }
}

std::optional<Needs> needs_of(const Compare& compare) {
    const bool is_of_texts = compare.field == Field::subject || compare.field == Field::header ||
                             is_content(compare.field);
    if (compare.negated || !is_of_texts) return std::nullopt;
    match::Seat seat;
    if (const auto* matches = std::get_if<Matches>(&compare.test)) {
        if (!is_met_by_nothing(matches->order, matches->count)) seat = matches->seat;
    } else if (const auto* seeks = std::get_if<Seeks>(&compare.test)) {
        if (!is_met_by_nothing(seeks->order, seeks->amount)) seat = seeks->seat;
    }
    if (seat.set < 0) return std::nullopt;
    return Needs{.expressions = {{&compare, seat}}, .tags = {}};
}

std::optional<Needs> needs_of(const Condition& condition);

std::optional<Needs> fewest_of(const And& all) {
    std::optional<Needs> fewest;
    for (const Condition& part : all.parts) {
        auto needs = needs_of(part);
        if (needs && (!fewest || needs->size() < fewest->size())) fewest = std::move(needs);
    }
    return fewest;
}

std::optional<Needs> all_of(const Or& any) {
    Needs all;
    for (const Condition& part : any.parts) {
        const auto needs = needs_of(part);
        if (!needs) return std::nullopt;
        std::ranges::copy(needs->expressions, std::back_inserter(all.expressions));
        std::ranges::copy(needs->tags, std::back_inserter(all.tags));
    }
    return all;
}

std::optional<Needs> needs_of(const Condition& condition) {
    using Result = std::optional<Needs>;
    return std::visit(Overloaded{
                          [](const And& all) { return fewest_of(all); },
                          [](const Or& any) { return all_of(any); },
                          [](const Compare& compare) { return needs_of(compare); },
                          [](const Tagged& tagged) -> Result {
                              return Needs{.expressions = {}, .tags = {tagged.tag}};
                          },
                          [](const auto&) -> Result { return std::nullopt; },
                      },
                      condition.is);
}

}  // namespace

Gates::Gates(const std::vector<Rule>& rules) : gates_(rules.size()) {
    for (std::size_t number = 0; number < rules.size(); ++number) {
        const auto needs = rules[number].when ? needs_of(*rules[number].when) : std::nullopt;
        if (!needs) continue;
        Gate& gate = gates_[number];
        gate.always_open = false;
        const auto rule = static_cast<std::uint32_t>(number);
        for (const std::string& tag : needs->tags) of_tags_[tag].push_back(rule);
        for (const auto& [compare, seat] : needs->expressions) {
            const std::uint32_t texts = number_of(*compare, seat.set);
            if (std::ranges::find(gate.texts, texts) == gate.texts.end())
                gate.texts.push_back(texts);
            auto& of_seats = texts_[texts].rules;
            const auto place = static_cast<std::size_t>(seat.number);
            if (of_seats.size() <= place) of_seats.resize(place + 1);
            of_seats[place].push_back(rule);
        }
    }
}

std::uint32_t Gates::number_of(const Compare& compare, int set) {
    const auto number = std::ranges::find(texts_, set, &Texts::set) - texts_.begin();
    if (number == std::ssize(texts_))
        texts_.push_back({compare.field, compare.header_name, compare.folded, set});
    return static_cast<std::uint32_t>(number);
}

const std::vector<std::uint32_t>& Gates::that_need(const std::string& tag) const {
    static const std::vector<std::uint32_t> none;
    const auto found = of_tags_.find(tag);
    return found == of_tags_.end() ? none : found->second;
}

OpenGates::OpenGates(Facts& facts)
    : facts_(facts),
      gates_(facts.policy().gates),
      read_(gates_.texts().size()),
      open_(gates_.of_rules().size()) {}

bool OpenGates::can_match(const Rule& rule) {
    if (facts_.report_all) return true;
    const auto number = facts_.number_of(rule);
    return !number || *number >= open_.size() || is_open(*number);  // not arranged: all are
}

bool OpenGates::is_open(std::size_t rule) {
    const Gates::Gate& gate = gates_.of_rules()[rule];
    if (gate.always_open) return true;
    for (const std::uint32_t texts : gate.texts)
        if (!read_[texts]) read(texts);
    return open_[rule];
}

void OpenGates::set(const std::string& tag) { open(gates_.that_need(tag)); }

void OpenGates::open(const std::vector<std::uint32_t>& rules) {
    for (const std::uint32_t rule : rules) open_[rule] = true;
}

void OpenGates::open_all(const Gates::Texts& texts) {
    for (const auto& rules : texts.rules) open(rules);
}

// What was not read may hold anything: those rules are asked, and cannot tell.
void OpenGates::read(std::size_t number) {
    read_[number] = true;
    const Gates::Texts& texts = gates_.texts()[number];
    const auto scan = [&](std::string_view text) {
        const match::Candidates* const found = facts_.scans.candidates(texts.set, text);
        if (!found) return open_all(texts);
        found->for_each([&](std::size_t pattern) {
            if (pattern < texts.rules.size()) open(texts.rules[pattern]);
        });
    };
    if (texts.field == Field::subject || texts.field == Field::header) {
        const bool is_subject = texts.field == Field::subject;
        const std::string& name = is_subject ? std::string("Subject") : texts.header_name;
        for (const std::string& value : facts_.header_values(name, texts.folded)) scan(value);
        return;
    }
    if (!facts_.message().body_seen) return open_all(texts);
    const Contents::Values& read = facts_.contents.values(texts.field, texts.folded);
    if (read.incomplete) return open_all(texts);
    if (!read.whole.empty()) return scan(read.whole);
    for (const std::string_view value : read.values) scan(value);
}

}  // namespace spillway::policy
