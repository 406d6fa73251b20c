#include "lookup/cache.h"

#include <utility>

namespace spillway::lookup {
namespace {

std::size_t weight(const Cache::Answer& answer) { return 1 + answer->names.size(); }

}  // namespace

Cache::Answer Cache::find(const std::string& question, Time now) const {
    const std::scoped_lock lock(mutex_);
    const auto found = kept_.find(question);
    return found == kept_.end() || found->second.until <= now ? nullptr : found->second.answer;
}

void Cache::keep(const std::string& question, Answer answer, Time until, Time now) {
    const std::size_t size = weight(answer);
    if (size > most_) return;
    const std::scoped_lock lock(mutex_);
    if (values_ + size > most_) drop_what_is_over(now);
    if (values_ + size > most_) {
        kept_.clear();
        values_ = 0;
    }
    const auto [entry, is_new] = kept_.try_emplace(question);
    if (!is_new) values_ -= weight(entry->second.answer);
    entry->second = {std::move(answer), until};
    values_ += size;
}

void Cache::drop_what_is_over(Time now) {
    for (auto one = kept_.begin(); one != kept_.end();) {
        if (one->second.until > now) {
            ++one;
            continue;
        }
        values_ -= weight(one->second.answer);
        one = kept_.erase(one);
    }
}

}  // namespace spillway::lookup
