#include "match/pattern_set.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "mail/utf8.h"
#include "match/automaton.h"
#include "match/candidates.h"
#include "match/hyperscan.h"
#include "match/key_set.h"
#include "match/outline.h"
#include "match/prefix_set.h"
#include "match/shadow.h"

namespace spillway::match {
namespace {

// Fewer patterns than this are sooner asked one by one.
constexpr std::size_t smallest_set = 4;

// Outlines with the same recipe look for the same.
std::string recipe_of(const Outline& outline) {
    std::string recipe;
    for (const Key& key : outline.keys) {
        recipe += fmt::format("{} {} {} {} {}\n{}", int{key.caseless}, int{key.from_boundary},
                              int{key.to_boundary}, key.reach, key.text.size(), key.text);
    }
    recipe += fmt::format("{} {} ", int{outline.prefix.from_boundary}, outline.prefix.reach);
    for (const Shadows& shadows : outline.prefix.shadows) recipe += shadows.to_string();
    return recipe + outline.expression;
}

}  // namespace

struct PatternDraft::Set {
    std::vector<Outline> outlines{};                  // by Seat::number
    std::map<std::string, int, std::less<>> known{};  // by recipe
};

PatternDraft::PatternDraft() : members_(std::make_unique<Members>()) {}
PatternDraft::~PatternDraft() = default;
PatternDraft::PatternDraft(PatternDraft&&) noexcept = default;
PatternDraft& PatternDraft::operator=(PatternDraft&&) noexcept = default;

struct PatternSets::Set {
    Set(const std::vector<Outline>& outlines, const std::vector<SavedSet>& saved);

    void search(std::string_view text, hs_scratch_t* scratch, Candidates& candidates) const;

    // Calls visit with all that have a database.
    template <typename Visit>
    void for_each_database(const Visit& visit) const {
        if (keys.database()) visit(keys);
        for (const Whole& one : wholes)
            if (one.automaton.database()) visit(one.automaton);
    }

    // Looked for where keys and prefix tell too little.
    struct Whole {
        std::uint32_t number;
        bool has_keys;
        bool has_prefix;
        Automaton automaton;

        bool is_needed(const Candidates& candidates) const;
    };

    std::size_t patterns;
    KeySet keys;
    PrefixSet prefixes;
    std::vector<Whole> wholes;
};

PatternSets::Set::Set(const std::vector<Outline>& outlines, const std::vector<SavedSet>& saved)
    : patterns(outlines.size()), keys(outlines, saved), prefixes(outlines) {
    for (std::uint32_t number = 0; number < outlines.size(); ++number) {
        const Outline& outline = outlines[number];
        if (outline.expression.empty()) continue;
        wholes.push_back({number, !outline.keys.empty(), !outline.prefix.shadows.empty(),
                          Automaton(outline.expression, saved)});
    }
}

// Where a prefix is in few places PCRE2 is sooner asked at once.
bool PatternSets::Set::Whole::is_needed(const Candidates& candidates) const {
    if (has_keys) return candidates.is_allowed(number);
    return !has_prefix || candidates.is_anywhere(number);
}

void PatternSets::Set::search(std::string_view text, hs_scratch_t* scratch,
                              Candidates& candidates) const {
    if (keys.search(text, scratch, candidates) != HS_SUCCESS) return candidates.add_all();
    prefixes.search(text, candidates);
    for (const Whole& one : wholes) {
        if (!one.is_needed(candidates)) continue;
        if (!one.automaton.may_be_in(text, scratch))
            candidates.forget(one.number);
        else if (!candidates.holds(one.number))
            candidates.add(one.number);
    }
}

PatternSets::PatternSets(const PatternDraft& draft, const std::vector<SavedSet>& saved)
    : scratches_(std::make_unique<Scratches>()) {
    const bool supported = hs_valid_platform() == HS_SUCCESS;  // SSSE3 on x86-64
    for (const PatternDraft::Set& one : draft.sets()) {
        sets_.push_back(nullptr);
        if (!supported || one.outlines.size() < smallest_set) continue;
        sets_.back() = std::make_unique<Set>(one.outlines, saved);
        sizes_.sets += 1;
        sizes_.patterns += one.outlines.size();
        sizes_.keyed += static_cast<std::size_t>(std::ranges::count_if(
            one.outlines, [](const Outline& outline) { return !outline.keys.empty(); }));
        sets_.back()->for_each_database([&](const auto& part) {
            scratches_->fit(part.database());
            sizes_.databases += 1;
            sizes_.bytes += bytes_of(part.database());
            sizes_.loaded += part.was_loaded() ? 1 : 0;
        });
    }
}

PatternSets::~PatternSets() = default;

Candidates PatternSets::scan(int set, std::string_view text) const {
    const Set& in = *sets_[static_cast<std::size_t>(set)];
    Candidates candidates(in.patterns, text.size());
    const bool ascii = mail::is_ascii(text);
    const std::string shadow = ascii ? std::string() : shadow_of(text);
    const std::string_view scanned = ascii ? text : std::string_view(shadow);
    if (scanned.empty()) return candidates;
    if (scanned.size() > std::numeric_limits<std::uint32_t>::max()) {
        candidates.add_all();
        return candidates;
    }
    Scratch scratch = sizes_.databases > 0 ? scratches_->take() : nullptr;
    in.search(scanned, scratch.get(), candidates);
    if (scratch) scratches_->give_back(std::move(scratch));
    const auto places = ascii ? std::nullopt : std::optional<PlacesInText>(text);
    candidates.settle(places ? &*places : nullptr);
    return candidates;
}

std::vector<SavedSet> PatternSets::to_save() const {
    std::vector<SavedSet> saved;
    if (sizes_.loaded == sizes_.databases) return saved;
    for (const auto& set : sets_) {
        if (!set) continue;
        set->for_each_database([&](const auto& part) { saved.push_back(part.to_save()); });
    }
    return saved;
}

Seat PatternDraft::add(const std::string& kind, const Pattern& pattern) {
    auto outline = outline_of(pattern.expression(), pattern.flags(), *members_);
    if (!outline) return {};
    const auto [kind_at, is_new] = kinds_.try_emplace(kind, static_cast<int>(sets_.size()));
    if (is_new) sets_.emplace_back();
    Set& set = sets_[static_cast<std::size_t>(kind_at->second)];
    const auto [at, unknown] =
        set.known.try_emplace(recipe_of(*outline), static_cast<int>(set.outlines.size()));
    if (unknown) set.outlines.push_back(*std::move(outline));
    return {kind_at->second, at->second};
}

Scans::Scans(const PatternSets* sets) : sets_(sets) {}
Scans::~Scans() = default;

const Candidates* Scans::candidates(int set, std::string_view text) {
    if (!sets_ || set < 0 || !sets_->holds(set)) return nullptr;
    const Key key{set, text.data(), text.size()};
    if (last_ && last_key_ == key) return last_;
    auto& found = done_[key];
    if (!found) {
        const auto began = std::chrono::steady_clock::now();
        found = std::make_unique<const Candidates>(sets_->scan(set, text));
        spent_ += std::chrono::steady_clock::now() - began;
    }
    last_key_ = key;
    last_ = found.get();
    return last_;
}

Where Scans::where(Seat seat, std::string_view text) {
    const Candidates* const found = candidates(seat.set, text);
    return found ? found->where(static_cast<std::size_t>(seat.number)) : Where{};
}

Where Scans::where(Seat seat, std::string_view value, std::string_view whole) {
    const Candidates* const found = candidates(seat.set, whole);
    if (!found) return {};
    const Where in_whole = found->where(static_cast<std::size_t>(seat.number));
    if (in_whole.anywhere) return {};
    const auto begin = static_cast<std::size_t>(value.data() - whole.data());
    const auto first = std::ranges::lower_bound(in_whole.within, begin, {}, &Beginnings::last);
    const bool inside = first != in_whole.within.end() && first->first <= begin + value.size();
    return {inside, {}};
}

void Scans::forget() {
    done_.clear();
    last_ = nullptr;
}

}  // namespace spillway::match
