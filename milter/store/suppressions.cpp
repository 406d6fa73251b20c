#include "store/suppressions.h"

#include <new>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/text_line.h"

namespace spillway::store {

namespace {

constexpr std::size_t entries_a_page = 1000;

// A page in memory begins behind an entry: "SCOPE OWNER TARGET", encoded so that none has blanks.
std::string place_of(const limits::SuppressionName& name) {
    return fmt::format("{} {} {}", static_cast<int>(name.reach), limits::encoded(name.owner),
                       limits::encoded(name.target));
}

std::optional<limits::SuppressionName> name_at(std::string_view place) {
    if (place.empty()) return std::nullopt;
    const auto reach = limits::parsed_number(limits::take(place, ' '), 0, 2);
    auto owner = limits::decoded(limits::take(place, ' '));
    auto target = limits::decoded(place);
    if (!reach || !owner || !target)
        throw std::runtime_error("not where a page of the suppression list begins");
    return limits::SuppressionName{static_cast<limits::Reach>(*reach), *std::move(owner),
                                   *std::move(target)};
}

}  // namespace

Suppressions::Suppressions(const language::Store& store, const Notice& notice) {
    if (const auto* redis = std::get_if<language::RedisStore>(&store))
        redis_ = std::make_unique<RedisSuppressions>(*redis, notice);
    else
        table_ = std::make_unique<limits::SuppressionTable>();
}

limits::SuppressionAnswer Suppressions::find(std::string_view recipient, std::string_view account,
                                             std::string_view domain, limits::Time now) noexcept {
    if (redis_) return redis_->find(recipient, account, domain, now);
    try {
        return table_->find(recipient, account, domain, now);
    } catch (const std::bad_alloc&) {
        return limits::Unavailable{"out of memory"};
    }
}

void Suppressions::add(const std::vector<limits::Suppression>& entries, limits::Time now) {
    if (redis_) return redis_->add(entries, now);
    table_->add(entries);
}

bool Suppressions::remove(const limits::SuppressionName& name) {
    return redis_ ? redis_->remove(name) : table_->remove(name);
}

SuppressionPage Suppressions::page(const std::string& from, limits::Time now) {
    if (redis_) return redis_->page(from);
    SuppressionPage page{table_->behind(name_at(from), entries_a_page, now), ""};
    if (page.entries.size() == entries_a_page) page.next = place_of(page.entries.back().name);
    return page;
}

}  // namespace spillway::store
