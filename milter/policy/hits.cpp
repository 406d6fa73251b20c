#include "policy/hits.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <unicode/uchar.h>

#include "mail/utf8.h"
#include "match/folding.h"
#include "match/masked.h"
#include "policy/folders.h"
#include "policy/places.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

constexpr std::size_t around = 24;  // characters of the line on either side

bool continues(char byte) { return (byte & 0xC0) == 0x80; }

std::size_t begin_of_context(std::string_view text, std::size_t at) {
    std::size_t characters = 0;
    while (at > 0 && text[at - 1] != '\n' && characters < around) {
        --at;
        if (!continues(text[at])) ++characters;
    }
    while (at > 0 && continues(text[at])) --at;
    return at;
}

std::size_t end_of_context(std::string_view text, std::size_t at) {
    for (std::size_t characters = 0; at < text.size() && text[at] != '\n'; ++at)
        if (!continues(text[at]) && ++characters > around) break;
    return at;
}

std::string shape_of(std::string_view text) {
    std::string shape;
    for (std::size_t at = 0; at < text.size();) {
        const std::int32_t c = mail::next_code_point(text, at);
        if (c >= 0 && u_isdigit(c))
            shape += '#';
        else if (c >= 0 && u_isupper(c))
            shape += 'X';
        else if (c >= 0x80 || (c >= 0 && u_isalpha(c)))
            shape += 'x';
        else
            shape += c > ' ' && c < 0x7f ? static_cast<char>(c) : ' ';
    }
    return shape;
}

// What was found in one text.
struct Found {
    std::int64_t occurrences = 0;
    bool more = false;
    std::size_t begin = 0;  // of the first
    std::size_t end = 0;
};

Found found(const Matches& wanted, std::string_view text, match::Budget& budget) {
    Found result;
    const auto most = static_cast<std::int64_t>(match::occurrences_kept);
    result.more = wanted.pattern.gave_up_finding(text, budget, [&](auto begin, auto end) {
        if (result.occurrences++ == 0) std::tie(result.begin, result.end) = std::pair(begin, end);
        return result.occurrences < most;
    });
    return result;
}

Found found(const Seeks& wanted, std::string_view text, match::Budget& budget) {
    match::Sought every = wanted.sought;
    every.measure = match::Measure::count;
    const auto most = static_cast<std::int64_t>(match::occurrences_kept);
    const match::Sum sum = match::sum_of(every, text, most, budget);
    if (!sum.first) return {};
    return {sum.count.found, sum.count.gave_up, sum.first->begin, sum.first->end};
}

// More of it leaves the condition true: only then is it what the rule fired for.
bool is_sought(Order order) {
    return order == Order::greater || order == Order::greater_or_equal || order == Order::equal;
}

// Gathers the hits of one rule after the other.
class Gathering {
  public:
    explicit Gathering(Facts& facts) : facts_(facts) {}

    void add(const Rule& rule) {
        rule_ = &rule;
        if (rule.when) walk(*rule.when);
    }
    std::vector<Hit> hits() && { return std::move(hits_); }

  private:
    void walk(const Condition& condition);
    void ask(const Compare& compare);
    template <typename Wanted>
    void look(const Compare& compare, const Wanted& wanted, const std::string& what);
    const std::vector<PlacedText>& texts_of(const Compare& compare);

    // True when it is there.
    template <typename Wanted>
    bool look_in(const PlacedText& text, const Compare& compare, const Wanted& wanted,
                 const std::string& what);

    Facts& facts_;
    const Rule* rule_ = nullptr;
    match::Budget budget_;
    std::map<std::pair<Field, std::string>, std::vector<PlacedText>> texts_;  // by header name, too
    std::vector<Hit> hits_;
};

void Gathering::walk(const Condition& condition) {
    std::visit(Overloaded{
                   [&](const And& all) {
                       for (const Condition& part : all.parts) walk(part);
                   },
                   [&](const Or& any) {
                       for (const Condition& part : any.parts) walk(part);
                   },
                   [&](const Compare& compare) { ask(compare); },
                   [](const auto&) {},
               },
               condition.is);
}

void Gathering::ask(const Compare& compare) {
    if (compare.negated) return;
    if (const auto* matches = std::get_if<Matches>(&compare.test)) {
        if (is_sought(matches->order)) look(compare, *matches, "expression");
    } else if (const auto* seeks = std::get_if<Seeks>(&compare.test)) {
        if (is_sought(seeks->order)) look(compare, *seeks, seeks->name);
    }
}

// Of header fields and of contents: addresses and logins stand in the report of the rule.
const std::vector<PlacedText>& Gathering::texts_of(const Compare& compare) {
    const std::string name = compare.field == Field::subject ? "Subject" : compare.header_name;
    const auto [known, is_new] = texts_.try_emplace({compare.field, name});
    if (!is_new) return known->second;
    if (compare.field != Field::subject && compare.field != Field::header)
        return known->second = texts_by_place(compare.field, facts_);
    for (const std::string& value : facts_.header_values(name))
        known->second.push_back({"", "", value});
    return known->second;
}

// What stands across the border of two parts is found in no single one of them.
template <typename Wanted>
void Gathering::look(const Compare& compare, const Wanted& wanted, const std::string& what) {
    bool found = false;
    for (const PlacedText& text : texts_of(compare)) found |= look_in(text, compare, wanted, what);
    if (found || !is_content(compare.field)) return;
    std::vector<std::string> whole;
    for (const std::string_view value : facts_.contents.values(compare.field, false).values)
        whole.emplace_back(value);
    for (std::string& value : whole) look_in({"", "", std::move(value)}, compare, wanted, what);
}

template <typename Wanted>
bool Gathering::look_in(const PlacedText& text, const Compare& compare, const Wanted& wanted,
                        const std::string& what) {
    if (hits_.size() == most_hits) return true;
    const std::string folded = compare.folded ? match::folded_text(text.text) : std::string();
    const std::string& read = compare.folded ? folded : text.text;
    const Found one = found(wanted, read, budget_);
    if (one.occurrences == 0) return false;
    Hit hit{.rule = rule_->name,
            .field = name_of(compare.field),
            .what = what,
            .part = text.part,
            .file = text.file,
            .occurrences = one.occurrences,
            .more = one.more,
            .excerpt = excerpt_of(read, one.begin, one.end)};
    if (compare.field == Field::header) hit.field += " " + compare.header_name;
    hits_.push_back(std::move(hit));
    return true;
}

}  // namespace

std::vector<Hit> hits_of(const std::vector<RuleReport>& reports, Facts& facts) {
    Gathering gathering(facts);
    for (const RuleReport& report : reports) {
        if (report.matched != match::Match::yes) continue;
        const Rule* const rule = rule_named(facts.policy(), report.rule);
        if (rule != nullptr) gathering.add(*rule);
    }
    return std::move(gathering).hits();
}

std::string excerpt_of(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t first = begin_of_context(text, begin);
    const std::size_t last = end_of_context(text, end);
    return fmt::format("{}[{}]{}", shape_of(text.substr(first, begin - first)),
                       match::masked(text.substr(begin, end - begin)),
                       shape_of(text.substr(end, last - end)));
}

const char* name_of(Field field) {
    static constexpr std::array names{"user",
                                      "domain",
                                      "account",
                                      "client-ip",
                                      "mail-from",
                                      "mail-from.domain",
                                      "from",
                                      "from.domain",
                                      "sender",
                                      "sender.domain",
                                      "reply-to",
                                      "reply-to.domain",
                                      "resent-from",
                                      "resent-from.domain",
                                      "rcpt",
                                      "rcpt.domain",
                                      "subject",
                                      "header",
                                      "text",
                                      "hidden",
                                      "any-text",
                                      "html",
                                      "raw",
                                      "links",
                                      "attachment.name",
                                      "attachment.type",
                                      "attachment.text",
                                      "attachment.inner-name",
                                      "attachment.inner-type"};
    static_assert(names.size() == static_cast<std::size_t>(Field::inner_type) + 1);
    return names.at(static_cast<std::size_t>(field));
}

}  // namespace spillway::policy
