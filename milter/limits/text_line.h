// Lines of words with a blank between them: what saved counts and the journal are written in.
//
// Texts are written as in key_text.h, an empty one as "%": so no line end, blank or NUL of a
// customer gets between the words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limits/deed.h"
#include "limits/limits.h"
#include "limits/told.h"

namespace spillway::limits {

class LineWriter {
  public:
    explicit LineWriter(std::string& line) : line_(line) {}

    LineWriter& word(std::string_view word);
    LineWriter& text(std::string_view text);
    LineWriter& key(std::string_view key);  // its first two colons stay readable
    LineWriter& number(std::int64_t number);
    LineWriter& hex(std::uint64_t number);
    LineWriter& time(Time time) { return number(time.time_since_epoch().count()); }
    LineWriter& period(const Period& period) { return time(period.start).time(period.end); }
    LineWriter& texts(const std::vector<std::string>& texts);  // their number first
    LineWriter& told(const ToldLevels& told);                  // "-" for none
    LineWriter& deed(const Deed& deed);
    LineWriter& deeds(const std::vector<Deed>& deeds);

  private:
    void blank();

    std::string& line_;
};

// Each function takes the next word. Once one was missing or not what it was taken for, ok() is
// false and what is taken is empty.
class LineReader {
  public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    std::string_view word();
    std::string text();
    std::int64_t number(std::int64_t least, std::int64_t most);
    std::uint64_t hex();
    Time time();
    Period period();
    std::size_t size();  // of what follows: no more than the line has room for
    std::vector<std::string> texts();
    ToldLevels told();
    Deed deed();
    std::vector<Deed> deeds();

    void fail();
    bool ok() const { return ok_; }
    // All of the line was taken and was right.
    bool done() const { return ok_ && at_end_; }
    bool at_end() const { return at_end_; }

  private:
    std::string_view rest_;
    bool at_end_ = false;
    bool ok_ = true;
};

// Times and numbers beyond these are not ours: they keep all sums within 64 bits.
inline constexpr std::int64_t latest_ms = std::int64_t{1} << 52;
inline constexpr std::int64_t longest_ms = std::int64_t{1} << 46;

// What lies before `end`, which is removed together with it; everything when `end` is missing.
std::string_view take(std::string_view& text, char end);

std::optional<std::int64_t> parsed_number(std::string_view text, std::int64_t least,
                                          std::int64_t most);

}  // namespace spillway::limits
