#include "match/sought.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>
#include <vector>

namespace spillway::match {
namespace {

using std::chrono::steady_clock;

std::string_view part(std::string_view text, const Occurrence& one) {
    return text.substr(one.begin, one.end - one.begin);
}

// Matches of an expression that are all the same but for case are one value.
bool gave_up_finding(const Expression& what, std::string_view text, Budget& budget,
                     const OccurrenceSink& found) {
    return what.pattern.gave_up_finding(text, budget, [&](std::size_t begin, std::size_t end) {
        Occurrence one{begin, end, 0, 1};
        if (!what.valid) {
            one.value = value_hash(spelling(part(text, one)));
            return found(one);
        }
        const auto value = valid_value(*what.valid, part(text, one));
        if (!value) return true;
        one.value = value_hash(*value);
        return found(one);
    });
}

// The others take a time that is linear in the text: the budget is asked once, before.
template <typename Find>
bool gave_up_finding(Budget& budget, const Find& find) {
    if (budget.used_up()) return true;
    const auto began = steady_clock::now();
    find();
    budget.spend(steady_clock::now() - began);
    return false;
}

struct Finding {
    std::string_view text;
    Budget& budget;
    const OccurrenceSink& found;

    bool operator()(const Expression& what) const {
        return gave_up_finding(what, text, budget, found);
    }
    bool operator()(const std::shared_ptr<const WordList>& list) const {
        return gave_up_finding(budget, [&] { list->scan(text, found); });
    }
    bool operator()(Identifier identifier) const {
        return gave_up_finding(budget, [&] { find_identifiers(identifier, text, found); });
    }
};

// True when there may be more.
bool gave_up_finding(const What& what, std::string_view text, Budget& budget,
                     const OccurrenceSink& found) {
    return std::visit(Finding{text, budget, found}, what);
}

class Adding {
  public:
    Adding(Measure measure, std::int64_t enough) : measure_(measure), enough_(enough) {}

    // False: enough.
    bool add(const Occurrence& one) {
        if (!sum_.first) sum_.first = one;
        switch (measure_) {
            case Measure::count:
                ++sum_.count.found;
                break;
            case Measure::weight:
                sum_.count.found += one.weight;
                break;
            case Measure::distinct:
                values_.insert(one.value);
                sum_.count.found = static_cast<std::int64_t>(values_.size());
                break;
        }
        return sum_.count.found < enough_;
    }

    Sum sum(bool gave_up) {
        sum_.count.gave_up = gave_up && sum_.count.found < enough_;
        return sum_;
    }

  private:
    const Measure measure_;
    const std::int64_t enough_;
    std::unordered_set<std::uint64_t> values_;
    Sum sum_;
};

// An occurrence with the numbers of words that begin before its ends.
struct Placed {
    Occurrence is;
    std::int64_t words_before = 0;
    std::int64_t words_before_end = 0;
};

struct AllPlaced {
    std::vector<Placed> all;
    bool gave_up = false;
};

AllPlaced all_of(const What& what, std::string_view text, Budget& budget) {
    AllPlaced placed;
    bool too_many = false;
    placed.gave_up = gave_up_finding(what, text, budget, [&](const Occurrence& one) {
        too_many = placed.all.size() == occurrences_kept;
        if (!too_many) placed.all.push_back({one});
        return !too_many;
    });
    placed.gave_up |= too_many;
    return placed;
}

// Of both lists at once, in one pass over the text.
void number_words(std::string_view text, std::vector<Placed>& left, std::vector<Placed>& right) {
    std::vector<std::pair<std::size_t, std::int64_t*>> places;
    places.reserve(2 * (left.size() + right.size()));
    for (auto* list : {&left, &right}) {
        for (Placed& one : *list) {
            places.emplace_back(one.is.begin, &one.words_before);
            places.emplace_back(one.is.end, &one.words_before_end);
        }
    }
    std::ranges::sort(places);
    std::int64_t words = 0;
    auto next = places.begin();
    const auto number_up_to = [&](std::size_t at) {
        for (; next != places.end() && next->first <= at; ++next) *next->second = words;
    };
    for_each_token(text, [&](const Token& token) {
        if (token.role == Role::sign) return true;
        number_up_to(token.begin);
        ++words;
        return next != places.end();
    });
    number_up_to(text.size());
}

bool are_near(const Placed& left, const Placed& right, std::int64_t words) {
    if (left.is.begin == right.is.begin && left.is.end == right.is.end) return false;
    const std::int64_t between = std::max(right.words_before - left.words_before_end,
                                          left.words_before - right.words_before_end);
    return between < words;
}

// `others` are in order and do not overlap, so that the nearest one is the last that begins before
// or the first that begins later; one that is the same stretch has one more before and behind it.
bool has_near(const Placed& one, const std::vector<Placed>& others, std::int64_t words) {
    const auto later = std::ranges::lower_bound(others, one.is.begin, {},
                                                [](const Placed& p) { return p.is.begin; });
    const auto index = later - others.begin();
    const auto size = static_cast<std::ptrdiff_t>(others.size());
    for (auto at = std::max<std::ptrdiff_t>(index - 1, 0); at < std::min(index + 2, size); ++at) {
        if (are_near(one, others[static_cast<std::size_t>(at)], words)) return true;
    }
    return false;
}

Sum sum_near(const Sought& sought, std::string_view text, std::int64_t enough, Budget& budget) {
    AllPlaced ours = all_of(sought.what, text, budget);
    Adding adding(sought.measure, enough);
    if (ours.all.empty()) return adding.sum(ours.gave_up);
    AllPlaced others = all_of(sought.near->other, text, budget);
    number_words(text, ours.all, others.all);
    for (const Placed& one : ours.all) {
        if (has_near(one, others.all, sought.near->words) && !adding.add(one.is)) break;
    }
    return adding.sum(ours.gave_up || others.gave_up);
}

}  // namespace

Sum sum_of(const Sought& sought, std::string_view readable_text, std::int64_t enough,
           Budget& budget) {
    if (sought.near) return sum_near(sought, readable_text, enough, budget);
    Adding adding(sought.measure, enough);
    const bool gave_up = gave_up_finding(sought.what, readable_text, budget,
                                         [&](const Occurrence& one) { return adding.add(one); });
    return adding.sum(gave_up);
}

}  // namespace spillway::match
