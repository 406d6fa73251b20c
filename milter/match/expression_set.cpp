#include "match/expression_set.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace spillway::match {
namespace {

// What the numbers of those left out stand before in a saved set.
constexpr char end_of_numbers = '\n';

int note(unsigned number, unsigned long long, unsigned long long, unsigned, void* candidates) {
    static_cast<Candidates*>(candidates)->add(number);
    return 0;
}

}  // namespace

ExpressionSet::ExpressionSet(std::vector<NumberedExpression> expressions,
                             const std::vector<SavedSet>& saved) {
    if (expressions.empty()) return;
    recipe_ = "expressions\n" + engine_and_host();
    for (const auto& [number, expression] : expressions)
        recipe_ += fmt::format("{} {}\n", number, expression);
    const auto same = std::ranges::find(saved, recipe_, &SavedSet::recipe);
    if (same != saved.end()) load(same->database);
    was_loaded_ = database_ != nullptr;
    if (!was_loaded_) compile(std::move(expressions));
}

SavedSet ExpressionSet::to_save() const {
    return {recipe_, fmt::format("{}{}{}", fmt::join(left_out_, " "), end_of_numbers,
                                 serialised(database_))};
}

void ExpressionSet::load(const std::string& saved) {
    const std::size_t end = saved.find(end_of_numbers);
    if (end == saved.npos) return;
    std::vector<std::uint32_t> left_out;
    for (const char* at = saved.data(); at < saved.data() + end;) {
        const auto read = std::from_chars(at, saved.data() + end, left_out.emplace_back());
        if (read.ec != std::errc()) return;
        at = read.ptr + 1;  // a blank, or the end
    }
    database_ = deserialised(saved.substr(end + 1));
    left_out_ = std::move(left_out);
}

// What the engine does not take, it says of one expression at a time.
void ExpressionSet::compile(std::vector<NumberedExpression> expressions) {
    left_out_.clear();
    while (!database_ && !expressions.empty()) {
        std::vector<std::string> ended;  // as strings of C
        std::vector<const char*> texts;
        std::vector<unsigned> numbers;
        for (const auto& [number, expression] : expressions) {
            ended.emplace_back(expression);
            numbers.push_back(number);
        }
        for (const std::string& text : ended) texts.push_back(text.c_str());
        const std::vector<unsigned> flags(texts.size(), HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH);
        hs_database_t* database = nullptr;
        hs_compile_error_t* error = nullptr;
        const hs_error_t result = hs_compile_multi(texts.data(), flags.data(), numbers.data(),
                                                   static_cast<unsigned>(texts.size()),
                                                   HS_MODE_BLOCK, nullptr, &database, &error);
        database_.reset(database);
        const int refused = error != nullptr ? error->expression : -1;
        hs_free_compile_error(error);
        if (refused < 0) {
            must(result);
            continue;
        }
        left_out_.push_back(expressions[static_cast<std::size_t>(refused)].number);
        expressions.erase(expressions.begin() + refused);
    }
}

hs_error_t ExpressionSet::search(std::string_view text, hs_scratch_t* scratch,
                                 Candidates& candidates) const {
    for (const std::uint32_t number : left_out_) candidates.add(number);
    if (!database_) return HS_SUCCESS;
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch,
                   note, &candidates);
}

}  // namespace spillway::match
