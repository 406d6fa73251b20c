#include "match/automaton.h"

#include <algorithm>

namespace spillway::match {
namespace {

int stop(unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 1; }

Database compiled(const std::string& expression) {
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t result = hs_compile(expression.c_str(), HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH,
                                         HS_MODE_BLOCK, nullptr, &database, &error);
    const bool refused = error != nullptr && error->expression >= 0;
    hs_free_compile_error(error);
    if (!refused) must(result);
    return Database(database);
}

}  // namespace

Automaton::Automaton(const std::string& expression, const std::vector<SavedSet>& saved)
    : recipe_("expression\n" + engine_and_host() + expression) {
    const auto same = std::ranges::find(saved, recipe_, &SavedSet::recipe);
    if (same != saved.end()) database_ = deserialised(same->database);
    was_loaded_ = database_ != nullptr;
    if (!was_loaded_) database_ = compiled(expression);
}

bool Automaton::may_be_in(std::string_view text, hs_scratch_t* scratch) const {
    return !database_ || hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()),
                                 0, scratch, stop, nullptr) != HS_SUCCESS;
}

}  // namespace spillway::match
