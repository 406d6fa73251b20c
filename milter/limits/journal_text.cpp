#include "limits/journal_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "limits/hash.h"

namespace spillway::limits {

namespace {

constexpr std::array<std::string_view, 3> whom_words{"user", "domain", "account"};

std::string checksum(std::string_view text) {
    const std::uint64_t hash = fnv1a(text.begin(), text.end());
    return fmt::format("{:08x}", static_cast<std::uint32_t>(hash ^ hash >> 32));
}

void write_posted(LineWriter& line, const Posted& posted) {
    line.text(posted.account).number(posted.mailing);
    line.number(static_cast<std::int64_t>(posted.spans.size()));
    for (const auto span : posted.spans) line.number(span.count());
    line.number(static_cast<std::int64_t>(posted.features.size()));
    for (const std::uint64_t feature : posted.features) line.hex(feature);
    line.number(static_cast<std::int64_t>(posted.recipients.size()));
    for (const std::uint64_t recipient : posted.recipients) line.hex(recipient);
}

Posted read_posted(LineReader& line) {
    Posted posted;
    posted.account = line.text();
    posted.mailing = static_cast<std::uint32_t>(line.number(1, (std::int64_t{1} << 32) - 2));
    posted.spans.resize(line.size());
    for (auto& span : posted.spans) span = std::chrono::milliseconds{line.number(1, longest_ms)};
    posted.features.resize(line.size());
    for (auto& feature : posted.features) feature = line.hex();
    posted.recipients.resize(line.size());
    for (auto& recipient : posted.recipients) recipient = line.hex();
    if (posted.spans.empty()) line.fail();
    return posted;
}

void write(LineWriter& line, const Charged& charged) {
    line.word("charged").time(charged.at).number(static_cast<std::int64_t>(charged.token));
    line.text(charged.account).text(charged.message).deeds(charged.deeds);
    if (charged.posted) write_posted(line.word("posted"), *charged.posted);
}
void write(LineWriter& line, const Settled& settled) {
    line.word("settled").time(settled.at).number(static_cast<std::int64_t>(settled.token));
    line.word(settled.left ? "left" : "back");
}
void write(LineWriter& line, const PlanSet& set) { write_plan(line.word("plan"), set.plan); }
void write(LineWriter& line, const PlanUnset& unset) {
    line.word("no-plan").text(unset.plan.account).key(unset.plan.name);
}
void write(LineWriter& line, const Suspended& suspended) {
    write_suspension(line.word("suspended"), suspended.suspension);
}
void write(LineWriter& line, const Unsuspended& unsuspended) {
    write_suspect(line.word("unsuspended"), unsuspended.suspect);
}
void write(LineWriter& line, const Forgotten& forgotten) {
    line.word("forgotten").key(forgotten.key);
}

Change read_charged(LineReader& line) {
    Charged charged{.at = line.time(),
                    .token = static_cast<std::uint64_t>(line.number(0, most_countable)),
                    .account = line.text(),
                    .message = line.text(),
                    .deeds = line.deeds()};
    if (line.at_end()) return charged;
    if (line.word() != "posted") line.fail();
    charged.posted = read_posted(line);
    return charged;
}

Change read_settled(LineReader& line) {
    Settled settled{.at = line.time(),
                    .token = static_cast<std::uint64_t>(line.number(1, most_countable))};
    const std::string_view how = line.word();
    settled.left = how == "left";
    if (!settled.left && how != "back") line.fail();
    return settled;
}

Change read_plan_unset(LineReader& line) {
    Plan plan{.account = line.text(), .name = line.text()};
    return PlanUnset{std::move(plan)};
}

struct Reader {
    std::string_view word;
    Change (*read)(LineReader& line);
};
constexpr std::array<Reader, 7> readers{{
    {"charged", read_charged},
    {"settled", read_settled},
    {"plan", [](LineReader& line) -> Change { return PlanSet{read_plan(line)}; }},
    {"no-plan", read_plan_unset},
    {"suspended", [](LineReader& line) -> Change { return Suspended{read_suspension(line)}; }},
    {"unsuspended", [](LineReader& line) -> Change { return Unsuspended{read_suspect(line)}; }},
    {"forgotten", [](LineReader& line) -> Change { return Forgotten{line.text()}; }},
}};

}  // namespace

std::string journal_text(std::uint64_t number, const Change& change) {
    std::string text;
    text.reserve(256);
    LineWriter line(text);
    line.number(static_cast<std::int64_t>(number));
    std::visit([&line](const auto& kind) { write(line, kind); }, change);
    line.word(checksum(text));
    return text += '\n';
}

tl::expected<JournalLine, std::string> parse_journal_line(std::string_view text) {
    const std::size_t end = text.rfind(' ');
    if (end == text.npos || text.substr(end + 1) != checksum(text.substr(0, end)))
        return tl::make_unexpected("the checksum is wrong");
    LineReader line(text.substr(0, end));
    JournalLine parsed{.number = static_cast<std::uint64_t>(line.number(1, most_countable)),
                       .change = {}};
    const auto* const reader = std::ranges::find(readers, line.word(), &Reader::word);
    if (reader == readers.end()) return tl::make_unexpected("not a change of the counters");
    parsed.change = reader->read(line);
    if (!line.done()) return tl::make_unexpected("not a whole change of the counters");
    return parsed;
}

void write_suspect(LineWriter& line, const Suspect& suspect) {
    line.text(suspect.account);
    line.word(whom_words[static_cast<std::size_t>(suspect.whom)]).text(suspect.who);
}

Suspect read_suspect(LineReader& line) {
    Suspect suspect;
    suspect.account = line.text();
    const auto* const word = std::ranges::find(whom_words, line.word());
    if (word == whom_words.end()) {
        line.fail();
    } else {
        suspect.whom = static_cast<Whom>(word - whom_words.begin());
    }
    suspect.who = line.text();
    return suspect;
}

void write_suspension(LineWriter& line, const Suspension& suspension) {
    write_suspect(line, suspension.suspect);
    line.time(suspension.until).text(suspension.reason);
}

Suspension read_suspension(LineReader& line) {
    Suspension suspension;
    suspension.suspect = read_suspect(line);
    suspension.until = line.time();
    suspension.reason = line.text();
    return suspension;
}

void write_plan(LineWriter& line, const Plan& plan) {
    line.text(plan.account).key(plan.name);
    if (plan.max == unlimited) {
        line.word("unlimited");
    } else {
        line.number(plan.max);
    }
}

Plan read_plan(LineReader& line) {
    Plan plan{.account = line.text(), .name = line.text()};
    const std::string_view max = line.word();
    if (max == "unlimited") return plan;
    const auto number = parsed_number(max, 0, most_countable);
    if (!number) line.fail();
    plan.max = number.value_or(0);
    return plan;
}

}  // namespace spillway::limits
