#include "limits/text_line.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "limits/key_text.h"

namespace spillway::limits {

namespace {

constexpr std::string_view nothing = "%";  // no text is written like that

void write_what(LineWriter& line, const InSlice& deed) {
    line.word("s").number(deed.slice_ms).number(deed.slice).number(deed.cost);
}
void write_what(LineWriter& line, const InPeriod& deed) {
    line.word("c").period(deed.period).number(deed.cost);
}
void write_what(LineWriter& line, const Paced& deed) {
    line.word("p").number(deed.interval.count()).time(deed.at).number(deed.cost);
}
void write_seen(LineWriter& line, const Seen& seen) {
    line.time(seen.at).texts(seen.fresh).texts(seen.again);
}
void write_what(LineWriter& line, const SeenInSpan& deed) {
    write_seen(line.word("d").number(deed.span.count()), deed.seen);
}
void write_what(LineWriter& line, const SeenInPeriod& deed) {
    write_seen(line.word("e").period(deed.period), deed.seen);
}

Seen read_seen(LineReader& line) {
    Seen seen{.at = line.time()};
    seen.fresh = line.texts();
    seen.again = line.texts();
    return seen;
}

// Each braced list is read from left to right.
What read_what(LineReader& line) {
    const std::string_view kind = line.word();
    if (kind == "s") {
        const std::int64_t slice_ms = line.number(1, longest_ms);
        const std::int64_t slice = line.number(0, latest_ms / std::max<std::int64_t>(slice_ms, 1));
        return InSlice{slice_ms, slice, line.number(0, most_countable)};
    }
    if (kind == "c") return InPeriod{line.period(), line.number(0, most_countable)};
    if (kind == "p")
        return Paced{std::chrono::microseconds{line.number(1, longest_ms)}, line.time(),
                     line.number(0, most_countable)};
    if (kind == "d")
        return SeenInSpan{std::chrono::milliseconds{line.number(1, longest_ms)}, read_seen(line)};
    if (kind == "e") return SeenInPeriod{line.period(), read_seen(line)};
    line.fail();
    return {};
}

}  // namespace

void LineWriter::blank() {
    if (!line_.empty() && line_.back() != '\n') line_ += ' ';
}

LineWriter& LineWriter::word(std::string_view word) {
    blank();
    line_ += word;
    return *this;
}

LineWriter& LineWriter::text(std::string_view text) {
    return word(text.empty() ? nothing : std::string_view(encoded(text)));
}

LineWriter& LineWriter::key(std::string_view key) {
    return word(key.empty() ? nothing : std::string_view(encoded_key(key)));
}

LineWriter& LineWriter::number(std::int64_t number) {
    blank();
    fmt::format_to(std::back_inserter(line_), "{}", number);
    return *this;
}

LineWriter& LineWriter::hex(std::uint64_t number) {
    blank();
    fmt::format_to(std::back_inserter(line_), "{:x}", number);
    return *this;
}

LineWriter& LineWriter::texts(const std::vector<std::string>& texts) {
    number(static_cast<std::int64_t>(texts.size()));
    for (const std::string& one : texts) text(one);
    return *this;
}

LineWriter& LineWriter::told(const ToldLevels& told) {
    if (told.empty()) return word("-");
    blank();
    for (std::size_t i = 0; i < told.size(); ++i)
        fmt::format_to(std::back_inserter(line_), "{}{}:{}", i == 0 ? "" : ",", told[i].level,
                       told[i].until.time_since_epoch().count());
    return *this;
}

LineWriter& LineWriter::deed(const Deed& deed) {
    key(deed.key).text(deed.account);
    ToldLevels levels;
    for (const int level : deed.told) levels.push_back({level, deed.told_until});
    told(levels);
    std::visit([this](const auto& what) { write_what(*this, what); }, deed.what);
    return *this;
}

LineWriter& LineWriter::deeds(const std::vector<Deed>& deeds) {
    number(static_cast<std::int64_t>(deeds.size()));
    for (const Deed& one : deeds) deed(one);
    return *this;
}

std::string_view LineReader::word() {
    if (at_end_) fail();
    if (!ok_) return {};
    at_end_ = rest_.find(' ') == rest_.npos;
    return take(rest_, ' ');
}

std::string LineReader::text() {
    const std::string_view word = this->word();
    if (word == nothing || !ok_) return {};
    auto text = decoded(word);
    if (!text || text->empty()) {
        fail();
        return {};
    }
    return *std::move(text);
}

std::int64_t LineReader::number(std::int64_t least, std::int64_t most) {
    const auto number = parsed_number(word(), least, most);
    if (!number) fail();
    return number.value_or(least);
}

std::uint64_t LineReader::hex() {
    const std::string_view word = this->word();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (error != std::errc{} || end != word.data() + word.size()) fail();
    return ok_ ? value : 0;
}

Time LineReader::time() { return Time{std::chrono::milliseconds{number(0, latest_ms)}}; }

Period LineReader::period() {
    const Period period{time(), time()};
    if (period.end <= period.start) fail();
    return period;
}

std::size_t LineReader::size() {
    return static_cast<std::size_t>(number(0, static_cast<std::int64_t>(rest_.size() + 1) / 2));
}

std::vector<std::string> LineReader::texts() {
    std::vector<std::string> texts(size());
    for (std::string& text : texts) text = this->text();
    return texts;
}

ToldLevels LineReader::told() {
    std::string_view levels = word();
    ToldLevels told;
    if (levels == "-") return told;
    while (ok_ && !levels.empty()) {
        std::string_view one = take(levels, ',');
        const auto level = parsed_number(take(one, ':'), 0, 1'000'000);
        const auto until = parsed_number(one, 0, latest_ms);
        if (!level || !until) fail();
        told.push_back({static_cast<int>(level.value_or(0)),
                        Time{std::chrono::milliseconds{until.value_or(0)}}});
    }
    if (told.empty()) fail();
    return told;
}

Deed LineReader::deed() {
    Deed deed{.key = text(), .account = text(), .what = {}};
    if (deed.key.empty()) fail();
    for (const Told& told : this->told()) {
        deed.told.push_back(told.level);
        deed.told_until = told.until;
    }
    deed.what = read_what(*this);
    return deed;
}

std::vector<Deed> LineReader::deeds() {
    std::vector<Deed> deeds(size());
    for (Deed& deed : deeds) deed = this->deed();
    return deeds;
}

void LineReader::fail() {
    ok_ = false;
    rest_ = {};
}

std::string_view take(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

std::optional<std::int64_t> parsed_number(std::string_view text, std::int64_t least,
                                          std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

}  // namespace spillway::limits
