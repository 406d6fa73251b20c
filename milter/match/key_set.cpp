#include "match/key_set.h"

#include <algorithm>

#include <fmt/format.h>

#include "match/boundary.h"

namespace spillway::match {
KeySet::KeySet(const std::vector<Outline>& outlines, const std::vector<SavedSet>& saved) {
    PatternsByKey keys;
    for (std::size_t number = 0; number < outlines.size(); ++number) {
        const Asked asked{static_cast<std::uint32_t>(number), !outlines[number].expression.empty()};
        for (const Key& key : outlines[number].keys) keys[key].push_back(asked);
    }
    if (keys.empty()) return;
    recipe_ = "keys\n" + engine_and_host();
    for (const auto& [key, patterns] : keys) {
        const std::size_t first = patterns_.size();
        patterns_.insert(patterns_.end(), patterns.begin(), patterns.end());
        uses_.push_back({key.text.size(), key.reach, key.from_boundary, key.to_boundary, first,
                         patterns_.size()});
        recipe_ += fmt::format("{}{}\n{}", int{key.caseless}, key.text.size(), key.text);
    }
    const auto same = std::ranges::find(saved, recipe_, &SavedSet::recipe);
    if (same != saved.end()) database_ = deserialised(same->database);
    was_loaded_ = database_ != nullptr;
    if (!was_loaded_) compile(keys);
}

void KeySet::compile(const PatternsByKey& keys) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    std::vector<unsigned> flags;
    std::vector<unsigned> numbers;
    for (const auto& [key, patterns] : keys) {
        numbers.push_back(static_cast<unsigned>(texts.size()));
        texts.push_back(key.text.data());
        lengths.push_back(key.text.size());
        flags.push_back(key.caseless ? HS_FLAG_CASELESS : 0);
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t result = hs_compile_lit_multi(
        texts.data(), flags.data(), numbers.data(), lengths.data(),
        static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database, &error);
    hs_free_compile_error(error);
    must(result);
    database_.reset(database);
}

struct KeySet::Finding {
    const KeySet& set;
    std::string_view text;
    Candidates& candidates;
    std::uint32_t most_finds;          // of a key, which is then no longer told from others
    std::vector<std::uint32_t> finds;  // by key
};

void KeySet::found(std::size_t key, std::size_t end, Finding& finding) const {
    const Use& use = uses_[key];
    std::uint32_t& finds = finding.finds[key];
    if (finds > finding.most_finds) return;
    const std::size_t begin = end - use.length;
    if (use.to_boundary && !is_boundary(finding.text, end)) return;
    if (use.from_boundary && !is_boundary(finding.text, begin)) return;
    const bool anywhere = ++finds > finding.most_finds || use.reach > longest_reach;
    if (anywhere) finds = finding.most_finds + 1;
    const Beginnings beginnings{begin - std::min<std::size_t>(begin, use.reach), begin};
    for (std::size_t i = use.first; i < use.end; ++i) {
        const auto [number, has_expression] = patterns_[i];
        if (has_expression)
            finding.candidates.allow(number);
        else if (anywhere)
            finding.candidates.add(number);
        else
            finding.candidates.add(number, beginnings);
    }
}

int KeySet::note(unsigned key, unsigned long long, unsigned long long to, unsigned, void* context) {
    auto& finding = *static_cast<Finding*>(context);
    finding.set.found(key, static_cast<std::size_t>(to), finding);
    return 0;
}

hs_error_t KeySet::search(std::string_view text, hs_scratch_t* scratch,
                          Candidates& candidates) const {
    if (!database_) return HS_SUCCESS;
    Finding finding{*this, text, candidates, Candidates::most_finds(text.size()),
                    std::vector<std::uint32_t>(uses_.size())};
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch,
                   note, &finding);
}

}  // namespace spillway::match
