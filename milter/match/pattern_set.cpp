#include "match/pattern_set.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <hs.h>

#include "mail/utf8.h"
#include "match/shadow.h"

namespace spillway::match {
namespace {

// Fewer patterns than this are sooner asked one by one.
constexpr std::size_t smallest_set = 4;

struct FreeDatabase {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
struct FreeCompileError {
    void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

void must(hs_error_t result) {
    if (result == HS_NOMEM) throw std::bad_alloc();
    if (result != HS_SUCCESS) throw std::runtime_error(fmt::format("hyperscan: error {}", result));
}

// How a pattern is looked for: as its outline, by an approximation of that, by a text every match
// holds, or not at all. What the engine refuses in one form is tried in the next.
enum class Form { whole, prefilter, literal, always };

struct Wanted {
    const Outline* outline = nullptr;
    Form form = Form::whole;

    const std::string& expression() const {
        return form == Form::literal ? outline->literal : outline->expression;
    }
    unsigned flags() const {
        return HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH | (outline->caseless ? HS_FLAG_CASELESS : 0U) |
               (form == Form::prefilter ? HS_FLAG_PREFILTER : 0U);
    }
    void next_form() {
        if (form != Form::always) form = static_cast<Form>(static_cast<int>(form) + 1);
        skip_empty();
    }
    void skip_empty() {
        if (form < Form::literal && outline->expression.empty()) form = Form::literal;
        if (form == Form::literal && outline->literal.empty()) form = Form::always;
    }
};

// In the order of Seat::number.
std::vector<Wanted> wanted_of(const PatternDraft::Set& draft) {
    std::vector<Wanted> wanted;
    for (const Outline& outline : draft.outlines) {
        wanted.push_back({&outline});
        wanted.back().skip_empty();
    }
    return wanted;
}

// The engine's refusal of one expression, or of all together.
struct Refused {
    int expression = -1;
};

struct Attempt {
    std::vector<const char*> expressions{};
    std::vector<unsigned> flags{};
    std::vector<unsigned> numbers{};  // in the set
};

Attempt attempt_with(const std::vector<Wanted>& wanted) {
    Attempt attempt;
    for (std::size_t number = 0; number < wanted.size(); ++number) {
        if (wanted[number].form == Form::always) continue;
        attempt.expressions.push_back(wanted[number].expression().c_str());
        attempt.flags.push_back(wanted[number].flags());
        attempt.numbers.push_back(static_cast<unsigned>(number));
    }
    return attempt;
}

tl::expected<Database, Refused> compiled(const Attempt& attempt) {
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t result =
        hs_compile_multi(attempt.expressions.data(), attempt.flags.data(), attempt.numbers.data(),
                         static_cast<unsigned>(attempt.expressions.size()), HS_MODE_BLOCK, nullptr,
                         &database, &error);
    const std::unique_ptr<hs_compile_error_t, FreeCompileError> guard(error);
    if (result == HS_SUCCESS) return Database(database);
    if (result != HS_COMPILER_ERROR || error == nullptr) must(result);
    return tl::unexpected(Refused{error == nullptr ? -1 : error->expression});
}

Database compiled(std::vector<Wanted>& wanted) {
    for (;;) {
        const Attempt attempt = attempt_with(wanted);
        if (attempt.expressions.empty()) return nullptr;
        auto database = compiled(attempt);
        if (database) return *std::move(database);
        const int refused = database.error().expression;
        if (refused >= 0) {
            wanted[attempt.numbers[static_cast<std::size_t>(refused)]].next_form();
            continue;
        }
        for (Wanted& one : wanted) one.next_form();
    }
}

std::string recipe_of(const std::vector<Wanted>& wanted) {
    hs_platform_info_t host{};
    must(hs_populate_platform(&host));
    std::string recipe = fmt::format("{}\n{} {}\n", hs_version(), host.tune, host.cpu_features);
    for (const Wanted& one : wanted) {
        recipe += fmt::format("{} {}\n{}\n", one.outline->caseless, one.outline->expression,
                              one.outline->literal);
    }
    return recipe;
}

Database loaded(const std::string& saved) {
    hs_database_t* database = nullptr;
    const hs_error_t result = hs_deserialize_database(saved.data(), saved.size(), &database);
    if (result == HS_NOMEM) throw std::bad_alloc();
    return result == HS_SUCCESS ? Database(database) : nullptr;
}

std::string serialised(const hs_database_t* database) {
    char* bytes = nullptr;
    std::size_t size = 0;
    must(hs_serialize_database(database, &bytes, &size));
    struct Free {
        void operator()(char* p) const { std::free(p); }
    };
    const std::unique_ptr<char, Free> guard(bytes);
    return {bytes, size};
}

int note(unsigned number, unsigned long long, unsigned long long, unsigned, void* candidates) {
    static_cast<Candidates*>(candidates)->add(number);
    return 0;
}

}  // namespace

struct PatternSets::Set {
    Set(const PatternDraft::Set& draft, const std::vector<SavedSet>& saved);

    bool load(std::vector<Wanted>& wanted, const std::vector<SavedSet>& saved);
    Candidates candidates_always() const;

    std::size_t patterns = 0;
    std::string recipe;
    std::string forms;
    bool was_loaded = false;
    Database database;  // null when there is nothing to look for
};

PatternSets::Set::Set(const PatternDraft::Set& draft, const std::vector<SavedSet>& saved)
    : patterns(draft.outlines.size()) {
    std::vector<Wanted> wanted = wanted_of(draft);
    recipe = recipe_of(wanted);
    was_loaded = load(wanted, saved);
    if (was_loaded) return;
    database = compiled(wanted);
    for (const Wanted& one : wanted) forms += static_cast<char>('0' + static_cast<int>(one.form));
}

bool PatternSets::Set::load(std::vector<Wanted>& wanted, const std::vector<SavedSet>& saved) {
    const auto same = std::ranges::find(saved, recipe, &SavedSet::recipe);
    if (same == saved.end() || same->forms.size() != wanted.size()) return false;
    database = loaded(same->database);
    if (database) forms = same->forms;
    return database != nullptr;
}

Candidates PatternSets::Set::candidates_always() const {
    constexpr char always = '0' + static_cast<char>(Form::always);
    Candidates candidates(patterns);
    for (std::size_t number = forms.find(always); number != forms.npos;
         number = forms.find(always, number + 1))
        candidates.add(number);
    return candidates;
}

// What Hyperscan writes to while it scans, one for each scan at a time. Thread-safe.
class PatternSets::Scratches {
  public:
    // Before the first take(): makes room for this database in all of them.
    void fit(const hs_database_t* database) {
        hs_scratch_t* scratch = model_.release();
        const hs_error_t result = hs_alloc_scratch(database, &scratch);
        model_.reset(scratch);
        must(result);
    }

    Scratch take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                Scratch scratch = std::move(idle_.back());
                idle_.pop_back();
                return scratch;
            }
        }
        hs_scratch_t* scratch = nullptr;
        must(hs_clone_scratch(model_.get(), &scratch));
        return Scratch(scratch);
    }

    void give_back(Scratch scratch) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(scratch));
    }

  private:
    Scratch model_;
    std::mutex mutex_;
    std::vector<Scratch> idle_;
};

PatternSets::PatternSets(const PatternDraft& draft, const std::vector<SavedSet>& saved)
    : scratches_(std::make_unique<Scratches>()) {
    const bool supported = hs_valid_platform() == HS_SUCCESS;  // SSSE3 on x86-64
    for (const PatternDraft::Set& one : draft.sets()) {
        sets_.push_back(nullptr);
        if (!supported || one.outlines.size() < smallest_set) continue;
        auto set = std::make_unique<Set>(one, saved);
        if (!set->database) continue;
        scratches_->fit(set->database.get());
        std::size_t bytes = 0;
        must(hs_database_size(set->database.get(), &bytes));
        sizes_.sets += 1;
        sizes_.patterns += set->patterns;
        sizes_.bytes += bytes;
        sizes_.loaded += set->was_loaded ? 1 : 0;
        sets_.back() = std::move(set);
    }
}

PatternSets::~PatternSets() = default;

Candidates PatternSets::scan(int set, std::string_view text) const {
    const Set& in = *sets_[static_cast<std::size_t>(set)];
    const bool ascii = mail::is_ascii(text);
    const std::string shadow = ascii ? std::string() : shadow_of(text);
    const std::string_view scanned = ascii ? text : std::string_view(shadow);

    Candidates candidates = in.candidates_always();
    hs_error_t result = HS_INVALID;
    if (scanned.size() <= std::numeric_limits<unsigned>::max()) {
        Scratch scratch = scratches_->take();
        result =
            hs_scan(in.database.get(), scanned.empty() ? "" : scanned.data(),
                    static_cast<unsigned>(scanned.size()), 0, scratch.get(), note, &candidates);
        scratches_->give_back(std::move(scratch));
    }
    if (result != HS_SUCCESS) candidates.add_all();
    return candidates;
}

std::vector<SavedSet> PatternSets::to_save() const {
    std::vector<SavedSet> saved;
    if (sizes_.loaded == sizes_.sets) return saved;
    for (const auto& set : sets_) {
        if (set) saved.push_back({set->recipe, set->forms, serialised(set->database.get())});
    }
    return saved;
}

Seat PatternDraft::add(const std::string& kind, const Pattern& pattern) {
    auto outline = outline_of(pattern.expression(), pattern.flags(), members_);
    if (!outline) return {};
    const auto [kind_at, is_new] = kinds_.try_emplace(kind, static_cast<int>(sets_.size()));
    if (is_new) sets_.emplace_back();
    Set& set = sets_[static_cast<std::size_t>(kind_at->second)];
    const std::string text =
        fmt::format("{} {}\n{}", outline->caseless, outline->expression, outline->literal);
    const auto [at, unknown] = set.known.try_emplace(text, static_cast<int>(set.outlines.size()));
    if (unknown) set.outlines.push_back(*std::move(outline));
    return {kind_at->second, at->second};
}

bool Scans::may_match(Seat seat, std::string_view text) {
    if (!sets_ || seat.set < 0 || !sets_->holds(seat.set)) return true;
    const Key key{seat.set, text.data(), text.size()};
    if (!last_ || last_->first != key) {
        auto found = done_.find(key);
        if (found == done_.end()) {
            const auto began = std::chrono::steady_clock::now();
            found = done_.emplace(key, sets_->scan(seat.set, text)).first;
            spent_ += std::chrono::steady_clock::now() - began;
        }
        last_ = &*found;
    }
    return last_->second.has(static_cast<std::size_t>(seat.number));
}

void Scans::forget() {
    done_.clear();
    last_ = nullptr;
}

}  // namespace spillway::match
