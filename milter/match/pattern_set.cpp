#include "match/pattern_set.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "mail/utf8.h"
#include "match/hyperscan.h"
#include "match/key_set.h"
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
    return recipe;
}

}  // namespace

struct PatternSets::Set {
    Set(const std::vector<Outline>& outlines, const std::vector<SavedSet>& saved)
        : patterns(outlines.size()), keys(outlines, saved), prefixes(outlines) {}

    std::size_t patterns;
    KeySet keys;
    PrefixSet prefixes;
};

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
        const KeySet& keys = sets_.back()->keys;
        if (!keys.database()) continue;
        scratches_->fit(keys.database());
        sizes_.databases += 1;
        sizes_.bytes += bytes_of(keys.database());
        sizes_.loaded += keys.was_loaded() ? 1 : 0;
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
    if (in.keys.database()) {
        Scratch scratch = scratches_->take();
        const hs_error_t result = in.keys.search(scanned, scratch.get(), candidates);
        scratches_->give_back(std::move(scratch));
        if (result != HS_SUCCESS) candidates.add_all();
    }
    in.prefixes.search(scanned, candidates);
    if (ascii)
        candidates.settle({});
    else
        candidates.settle(PlacesInText(text));
    return candidates;
}

std::vector<SavedSet> PatternSets::to_save() const {
    std::vector<SavedSet> saved;
    if (sizes_.loaded == sizes_.databases) return saved;
    for (const auto& set : sets_) {
        if (set && set->keys.database()) saved.push_back(set->keys.to_save());
    }
    return saved;
}

Seat PatternDraft::add(const std::string& kind, const Pattern& pattern) {
    auto outline = outline_of(pattern.expression(), pattern.flags(), members_);
    if (!outline) return {};
    const auto [kind_at, is_new] = kinds_.try_emplace(kind, static_cast<int>(sets_.size()));
    if (is_new) sets_.emplace_back();
    Set& set = sets_[static_cast<std::size_t>(kind_at->second)];
    const auto [at, unknown] =
        set.known.try_emplace(recipe_of(*outline), static_cast<int>(set.outlines.size()));
    if (unknown) set.outlines.push_back(*std::move(outline));
    return {kind_at->second, at->second};
}

const Candidates* Scans::candidates(int set, std::string_view text) {
    if (!sets_ || set < 0 || !sets_->holds(set)) return nullptr;
    const Key key{set, text.data(), text.size()};
    if (!last_ || last_->first != key) {
        auto found = done_.find(key);
        if (found == done_.end()) {
            const auto began = std::chrono::steady_clock::now();
            found = done_.emplace(key, sets_->scan(set, text)).first;
            spent_ += std::chrono::steady_clock::now() - began;
        }
        last_ = &*found;
    }
    return &last_->second;
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
