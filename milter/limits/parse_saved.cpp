// Reading saved counts: see saved_counts.h for the text.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "limits/hash.h"
#include "limits/journal_text.h"
#include "limits/saved_counts.h"
#include "limits/text_line.h"

namespace spillway::limits {

namespace {

constexpr std::string_view first_line = "spillway-counts 2\n";
constexpr std::string_view first_line_of_1 = "spillway-counts 1\n";
constexpr std::size_t checksum_digits = 16;

std::int64_t last_slice(std::int64_t slice_ms) {
    return latest_ms / std::max<std::int64_t>(slice_ms, 1);
}

Count read_sliding(LineReader& line) {
    SlidingCount::State state;
    state.slice_ms = line.number(1, longest_ms);
    state.head = line.number(0, last_slice(state.slice_ms));
    std::int64_t behind = slices + 1;
    for (std::size_t left = line.size(); left > 0 && line.ok(); --left) {
        behind = line.number(0, std::max<std::int64_t>(0, behind - 1));
        state.held.push_back({state.head - behind, line.number(1, most_countable)});
        if (behind == 0 && left > 1) line.fail();  // else two would be of one slice
    }
    return SlidingCount(std::move(state));
}

Count read_calendar(LineReader& line) {
    const Period period = line.period();
    return CalendarCount(CalendarCount::State{period, line.number(0, most_countable)});
}

Count read_pacing(LineReader& line) {
    const std::chrono::microseconds interval{line.number(1, longest_ms)};
    return PacedCount(PacedCount::State{interval, line.number(0, most_countable)});
}

template <typename Kind, typename Deed>
Count read_members(LineReader& line, Deed deed) {
    Kind count(deed);
    for (std::size_t left = line.size(); left > 0 && line.ok(); --left) {
        deed.seen.at = line.time();
        deed.seen.fresh = {line.text()};
        if (line.ok()) count.apply(deed);
    }
    return count;
}

Count read_distinct(LineReader& line) {
    return read_members<DistinctInSpan>(
        line, SeenInSpan{std::chrono::milliseconds{line.number(1, longest_ms)}, {}});
}

Count read_period_members(LineReader& line) {
    return read_members<DistinctInPeriod>(line, SeenInPeriod{line.period(), {}});
}

struct CountReader {
    std::string_view word;
    Count (*read)(LineReader& line);
};
constexpr std::array<CountReader, 5> count_readers{{{"sliding", read_sliding},
                                                    {"calendar", read_calendar},
                                                    {"pacing", read_pacing},
                                                    {"distinct", read_distinct},
                                                    {"members", read_period_members}}};

// Reads line by line into what it has been given so far.
class Parser {
  public:
    explicit Parser(SavedCounts& saved) : saved_(saved) {}

    bool take_in(std::string_view text) {
        LineReader line(text);
        const std::string_view word = line.word();
        const auto* const kind = std::ranges::find(count_readers, word, &CountReader::word);
        if (kind != count_readers.end()) {
            read_count(line, kind->read);
        } else {
            read_other(word, line);
        }
        return line.done();
    }

  private:
    void read_count(LineReader& line, Count (*read_state)(LineReader& line)) {
        std::string key = line.text();
        std::string account = line.text();
        ToldLevels told = line.told();
        Count count = read_state(line);
        if (key.empty()) line.fail();
        if (line.ok())
            shard_for(key).counts.insert_or_assign(
                key, KeptCount{std::move(count), std::move(account), std::move(told)});
    }

    void read_other(std::string_view word, LineReader& line) {
        if (word == "receipts") return read_receipts(line);
        if (word == "receipt") return read_receipt(line);
        if (word == "part") return read_part(line);
        if (word == "plan") return read_one_plan(line);
        if (word == "suspended") return read_one_suspension(line);
        if (word == "mailing") return read_mailing(line);
        if (word == "mailing-size") return read_mailing_size(line);
        if (word == "features") return read_features(line);
        line.fail();
    }

    void read_receipts(LineReader& line) {
        saved_.receipts_change = change(line);
        saved_.next_token = static_cast<std::uint64_t>(line.number(1, most_countable));
        for (Shard& shard : *saved_.shards) shard.loaded_change = saved_.receipts_change;
    }

    void read_receipt(LineReader& line) {
        const auto token = static_cast<std::uint64_t>(line.number(1, most_countable));
        OpenReceipt receipt{.at = line.time(),
                            .account = line.text(),
                            .message = line.text(),
                            .deeds = line.deeds()};
        if (line.ok()) saved_.receipts.add(token, std::move(receipt));
    }

    void read_part(LineReader& line) {
        const auto shard = line.number(0, static_cast<std::int64_t>(saved_.shards->size()) - 1);
        saved_.shards->at(static_cast<std::size_t>(shard)).loaded_change = change(line);
    }

    void read_one_plan(LineReader& line) {
        const Plan plan = read_plan(line);
        shard_for(plan.account).accounts[plan.account].plans[plan.name] = plan.max;
    }

    void read_one_suspension(LineReader& line) {
        const Suspension suspension = read_suspension(line);
        const auto& [account, whom, who] = suspension.suspect;
        shard_for(account).accounts[account].suspensions[{whom, who}] = suspension;
    }

    void read_mailing(LineReader& line) {
        const std::string account = line.text();
        const auto number = static_cast<std::uint32_t>(line.number(1, (std::int64_t{1} << 32) - 2));
        Audience::State state{.kept = std::chrono::milliseconds{line.number(1, longest_ms)},
                              .newest = line.time()};
        state.reached.resize(line.size());
        for (auto& [who, at] : state.reached) {
            who = line.hex();
            at = line.time();
        }
        shard_for(account).accounts[account].mailings.restore(number, Audience(std::move(state)));
    }

    void read_mailing_size(LineReader& line) {
        const std::string account = line.text();
        const auto mailing =
            static_cast<std::uint32_t>(line.number(1, (std::int64_t{1} << 32) - 2));
        const std::chrono::milliseconds span{line.number(1, longest_ms)};
        const std::int64_t slice = line.number(0, latest_ms);
        auto estimate = DistinctEstimate::parse_saved(line.word());
        if (!estimate || !shard_for(account).accounts[account].mailings.restore(
                             mailing, span, {slice, *std::move(estimate)}))
            line.fail();
    }

    void read_features(LineReader& line) {
        const std::string account = line.text();
        std::vector<FeatureTable::Entry> entries(line.size());
        for (auto& [feature, mailing, seen] : entries) {
            feature = line.hex();
            mailing = static_cast<std::uint32_t>(line.number(1, (std::int64_t{1} << 32) - 2));
            seen = static_cast<std::uint32_t>(line.number(0, (std::int64_t{1} << 32) - 1));
        }
        shard_for(account).accounts[account].mailings.restore(entries);
    }

    std::uint64_t change(LineReader& line) {
        const auto change = static_cast<std::uint64_t>(line.number(0, most_countable));
        saved_.newest_change = std::max(saved_.newest_change, change);
        return change;
    }

    Shard& shard_for(const std::string& name) { return saved_.shards->at(shard_of(name)); }

    SavedCounts& saved_;
};

// A line of format 1.
bool read_old_count(std::string_view text, SavedCounts& saved) {
    LineReader line(text);
    const std::string key = line.text();
    SlidingCount::State state;
    state.slice_ms = line.number(1, longest_ms);
    state.head = line.number(0, last_slice(state.slice_ms));
    while (line.ok() && !line.at_end()) {
        std::string_view pair = line.word();
        const auto slot = parsed_number(take(pair, ':'), 0, slices);
        const auto count = parsed_number(pair, 1, most_countable);
        if (!slot || !count) return false;
        const std::int64_t ring = slices + 1;
        const std::int64_t behind = ((state.head - *slot) % ring + ring) % ring;
        if (behind <= state.head) state.held.push_back({state.head - behind, *count});
    }
    if (!line.done() || key.empty()) return false;
    std::ranges::sort(state.held, {}, &SlidingCount::Slice::number);
    if (std::ranges::adjacent_find(state.held, {}, &SlidingCount::Slice::number) !=
        state.held.end())
        return false;
    saved.shards->at(shard_of(key))
        .counts.insert_or_assign(key, KeptCount{SlidingCount(std::move(state)), ""});
    return true;
}

tl::expected<std::string_view, std::string> checked(std::string_view text) {
    if (text.size() < first_line.size() + checksum_digits + 1 || text.back() != '\n')
        return tl::make_unexpected("the text is cut short");
    const std::string_view sum = text.substr(text.size() - checksum_digits - 1, checksum_digits);
    text.remove_suffix(checksum_digits + 1);
    if (sum != fmt::format("{:016x}", fnv1a(text.begin(), text.end())))
        return tl::make_unexpected("the checksum is wrong: the text is damaged");
    return text;
}

}  // namespace

tl::expected<SavedCounts, std::string> parse_saved(std::string_view text) {
    const bool old = text.starts_with(first_line_of_1);
    if (!old && !text.starts_with(first_line))
        return tl::make_unexpected("line 1: not counts saved by this version");
    const auto whole = checked(text);
    if (!whole) return tl::make_unexpected(whole.error());

    // From here on the text is what somebody wrote on purpose, which may still not be us.
    std::string_view rest = *whole;
    rest.remove_prefix(first_line.size());
    SavedCounts saved{.shards = std::make_unique<Shards>(), .receipts = {}};
    Parser parser(saved);
    std::size_t lines = 0;
    for (; !rest.starts_with("end "); ++lines) {
        const std::string_view line = take(rest, '\n');
        if (!(old ? read_old_count(line, saved) : parser.take_in(line)))
            return tl::make_unexpected(fmt::format("line {}: not a count", lines + 2));
    }
    if (rest != fmt::format("end {} ", lines))
        return tl::make_unexpected("the number of lines is wrong");
    return saved;
}

}  // namespace spillway::limits
