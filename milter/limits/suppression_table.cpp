#include "limits/suppression_table.h"

#include <algorithm>
#include <utility>

#include "limits/text_line.h"

namespace spillway::limits {

namespace {

bool has_ended(const Suppression& entry, Time now) { return entry.until && *entry.until <= now; }

void write_name(LineWriter& line, const SuppressionName& name) {
    line.word(reach_names[static_cast<std::size_t>(name.reach)]).text(name.owner).text(name.target);
}

std::string line_of(const Suppression& entry) {
    std::string text;
    LineWriter line(text);
    line.word("suppress");
    write_name(line, entry.name);
    line.word(words_of(entry));
    return text + "\n";
}

std::string line_of(const SuppressionName& gone) {
    std::string text;
    LineWriter line(text);
    line.word("forget");
    write_name(line, gone);
    return text + "\n";
}

}  // namespace

SuppressionAnswer SuppressionTable::find(std::string_view recipient, std::string_view account,
                                         std::string_view domain, Time now) const {
    const auto names = names_that_stop(recipient, account, domain);
    const std::lock_guard lock(mutex_);
    for (const SuppressionName& name : names) {
        const auto found = entries_.find(name);
        if (found != entries_.end() && !has_ended(found->second, now)) return found->second;
    }
    return NotSuppressed{};
}

void SuppressionTable::add(const std::vector<Suppression>& entries) {
    const std::lock_guard lock(mutex_);
    for (const Suppression& entry : entries) {
        if (journal_) journal_(line_of(entry));
        entries_.insert_or_assign(entry.name, entry);
    }
}

bool SuppressionTable::remove(const SuppressionName& name) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    if (found == entries_.end()) return false;
    if (journal_) journal_(line_of(name));
    entries_.erase(found);
    return true;
}

std::vector<Suppression> SuppressionTable::behind(const std::optional<SuppressionName>& name,
                                                  std::size_t most, Time now) {
    const std::lock_guard lock(mutex_);
    std::vector<Suppression> page;
    auto next = name ? entries_.upper_bound(*name) : entries_.begin();
    while (next != entries_.end() && page.size() < most) {
        if (has_ended(next->second, now)) {
            next = entries_.erase(next);
        } else {
            page.push_back(next->second);
            ++next;
        }
    }
    return page;
}

std::size_t SuppressionTable::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

tl::expected<void, std::string> SuppressionTable::replay(std::string_view text) {
    std::string_view rest = text;
    const std::string_view what = take(rest, ' ');
    const auto reach = std::ranges::find(reach_names, take(rest, ' '));
    LineReader line(rest);
    SuppressionName name;
    name.owner = line.text();
    name.target = line.text();
    if (reach == reach_names.end() || !line.ok() || name.target.empty())
        return tl::unexpected<std::string>("not an entry of the suppression list");
    name.reach = static_cast<Reach>(reach - reach_names.begin());
    const std::lock_guard lock(mutex_);
    if (what == "forget" && line.done()) {
        entries_.erase(name);
        return {};
    }
    take(rest, ' ');
    take(rest, ' ');
    auto entry = what == "suppress" ? suppression_in(name, rest) : std::nullopt;
    if (!entry) return tl::unexpected<std::string>("not an entry of the suppression list");
    entries_.insert_or_assign(name, *std::move(entry));
    return {};
}

void SuppressionTable::tell_all(const Journal& journal, Time now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [now](const auto& one) { return has_ended(one.second, now); });
    for (const auto& [name, entry] : entries_) journal(line_of(entry));
}

void SuppressionTable::journal_to(Journal journal) {
    const std::lock_guard lock(mutex_);
    journal_ = std::move(journal);
}

}  // namespace spillway::limits
