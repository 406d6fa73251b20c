#include "limits/saved_counts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "limits/hash.h"
#include "limits/journal_text.h"
#include "limits/text_line.h"

namespace spillway::limits {

namespace {

void write_members(LineWriter& line, const Members& members) {
    line.number(static_cast<std::int64_t>(members.size()));
    for (const auto* one = members.oldest(); one != nullptr; one = one->second.newer)
        line.time(one->second.at).text(one->first);
}

void write_state(LineWriter& line, const SlidingCount& count) {
    const auto& [slice_ms, head, held] = count.state();
    line.number(slice_ms).number(head).number(static_cast<std::int64_t>(held.size()));
    for (const auto& [number, counted] : held) line.number(head - number).number(counted);
}
void write_state(LineWriter& line, const CalendarCount& count) {
    line.period(count.state().period).number(count.state().count);
}
void write_state(LineWriter& line, const PacedCount& count) {
    line.number(count.state().interval.count()).number(count.state().tat);
}
void write_state(LineWriter& line, const DistinctInSpan& count) {
    write_members(line.number(count.window().count()), count.members());
}
void write_state(LineWriter& line, const DistinctInPeriod& count) {
    write_members(line.period(count.period()), count.members());
}

std::string count_line(const std::string& key, const KeptCount& kept) {
    static constexpr std::array<std::string_view, std::variant_size_v<Count>> words{
        "sliding", "calendar", "pacing", "distinct", "members"};
    std::string text;
    LineWriter line(text);
    line.word(words[kept.count.index()]).key(key).text(kept.account).told(kept.told);
    std::visit([&line](const auto& count) { write_state(line, count); }, kept.count);
    return text += '\n';
}

void add_mailing_lines(std::vector<std::string>& lines, const std::string& account,
                       std::uint32_t mailing, const Audience& audience) {
    const auto& [kept, newest, reached, estimates] = audience.state();
    LineWriter line(lines.emplace_back());
    line.word("mailing").text(account).number(mailing).number(kept.count()).time(newest);
    line.number(static_cast<std::int64_t>(reached.size()));
    for (const auto& [who, at] : reached) line.hex(who).time(at);
    lines.back() += '\n';
    // Sorted behind the mailing by their word.
    for (const SpanEstimate& estimate : estimates)
        for (const auto& [number, slice] : estimate.held) {
            LineWriter about(lines.emplace_back());
            about.word("mailing-size").text(account).number(mailing);
            about.number(estimate.span.count()).number(number).word(slice.saved());
            lines.back() += '\n';
        }
}

std::string features_line(const std::string& account, const FeatureTable& features) {
    std::vector<FeatureTable::Entry> entries;
    entries.reserve(features.size());
    features.for_each([&entries](const auto& entry) { entries.push_back(entry); });
    std::ranges::sort(entries, {}, &FeatureTable::Entry::feature);
    std::string text;
    LineWriter line(text);
    line.word("features").text(account).number(static_cast<std::int64_t>(entries.size()));
    for (const auto& [feature, mailing, seen] : entries)
        line.hex(feature).number(mailing).number(seen);
    return text += '\n';
}

void add_account_lines(std::vector<std::string>& lines, const std::string& account,
                       const KeptAccount& kept, Time now) {
    const auto begun = [&lines](std::string_view word) {
        return LineWriter(lines.emplace_back()).word(word);
    };
    for (const auto& [name, max] : kept.plans) {
        auto line = begun("plan");
        write_plan(line, {account, name, max});
        lines.back() += '\n';
    }
    for (const auto& [suspect, suspension] : kept.suspensions) {
        if (suspension.until <= now) continue;
        auto line = begun("suspended");
        write_suspension(line, suspension);
        lines.back() += '\n';
    }
    for (const auto& [number, audience] : kept.mailings.audiences())
        add_mailing_lines(lines, account, number, audience);
    if (!kept.mailings.empty()) lines.push_back(features_line(account, kept.mailings.features()));
}

}  // namespace

std::vector<std::string> receipt_lines(const OpenReceipts& receipts) {
    std::vector<std::string> lines;
    lines.reserve(receipts.all().size());
    for (const auto& [token, receipt] : receipts.all()) {
        LineWriter line(lines.emplace_back());
        line.word("receipt").number(static_cast<std::int64_t>(token)).time(receipt.at);
        line.text(receipt.account).text(receipt.message).deeds(receipt.deeds);
        lines.back() += '\n';
    }
    return lines;
}

std::vector<std::string> live_lines(const Shard& shard, Time now) {
    std::vector<std::string> lines;
    lines.reserve(shard.counts.size());
    for (const auto& [key, kept] : shard.counts)
        if (now < expires(kept)) lines.push_back(count_line(key, kept));
    for (const auto& [account, kept] : shard.accounts) add_account_lines(lines, account, kept, now);
    return lines;
}

SavedText::SavedText(Sink sink) : sink_(std::move(sink)), checksum_(fnv1a("", "")) {
    add("spillway-counts 2\n");
}

void SavedText::add(std::string piece) {
    checksum_ = fnv1a(piece.begin(), piece.end(), checksum_);
    sink_(piece);
}

void SavedText::add_lines(std::string piece, std::vector<std::string> lines) {
    std::ranges::sort(lines);
    for (const std::string& line : lines) piece += line;
    lines_ += 1 + lines.size();
    add(std::move(piece));
}

void SavedText::add_receipts(std::vector<std::string> lines, std::uint64_t change,
                             std::uint64_t next_token) {
    add_lines(fmt::format("receipts {} {}\n", change, next_token), std::move(lines));
}

void SavedText::add_part(std::size_t shard, std::vector<std::string> lines, std::uint64_t change) {
    if (!lines.empty()) add_lines(fmt::format("part {} {}\n", shard, change), std::move(lines));
}

void SavedText::end() {
    add(fmt::format("end {} ", lines_));
    sink_(fmt::format("{:016x}\n", checksum_));
}

}  // namespace spillway::limits
