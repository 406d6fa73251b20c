#include "vault/segment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "crypto/digest.h"

namespace spillway::vault {
namespace {

constexpr std::string_view opening_word = "SPILLWAY-ARCHIVE 1 ";
constexpr std::string_view entry_word = "ENTRY ";

// Canonical: no sign, no leading zero, so that one number is written in one way.
std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return number;
}

bool is_hash(std::string_view text) {
    return text.size() == no_hash.size() && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

struct EntryLine {
    std::uint64_t number = 0;
    std::size_t metadata_bytes = 0;
    std::size_t message_bytes = 0;
    std::string_view digest;
};

// The next word of a line, and what is left of it.
std::string_view take_word(std::string_view& line) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, blank);
    line.remove_prefix(std::min(blank + 1, line.size()));
    return word;
}

std::optional<EntryLine> entry_line(std::string_view line) {
    if (!line.starts_with(entry_word)) return std::nullopt;
    line.remove_prefix(entry_word.size());
    std::array<std::uint64_t, 3> numbers{};
    for (std::uint64_t& number : numbers) {
        const auto read = number_of(take_word(line));
        if (!read) return std::nullopt;
        number = *read;
    }
    if (!is_hash(line)) return std::nullopt;
    return EntryLine{numbers[0], numbers[1], numbers[2], line};
}

std::string hash_of(const Link& before, std::string_view front) {
    return crypto::sha256({before.hash, front});
}

// Goes through a file; what it says is wrong stands where it stopped.
class SegmentReader {
  public:
    SegmentReader(std::string_view bytes, bool digests) : rest_(bytes), digests_(digests) {}

    std::optional<Link> opening() {
        const auto line = take_line();
        if (!line || !line->starts_with(opening_word)) return std::nullopt;
        return link_of(line->substr(opening_word.size()));
    }

    bool at_end() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }
    const std::string& fault() const { return fault_; }

    std::optional<Entry> entry(const Link& before) {
        const std::string_view start = rest_;
        const auto line = take_line();
        if (!line) return cut();
        const auto said = entry_line(*line);
        if (!said) return wrong("it does not begin as entries do");
        const auto metadata = take(said->metadata_bytes);
        if (!metadata) return cut();
        const std::string_view front = start.substr(0, start.size() - rest_.size());
        const auto message = take(said->message_bytes);
        if (!message) return cut();
        const auto hash = take_line();
        if (!hash) return cut();
        if (said->number != before.number + 1)
            return wrong(fmt::format("number {} stands here", said->number));
        if (*hash != hash_of(before, front)) return wrong("it does not fit to the one before");
        if (digests_ && crypto::sha256({*message}) != said->digest)
            return wrong("the message is not the one that was kept");
        return Entry{{said->number, std::string(*hash)}, *metadata, *message};
    }

  private:
    std::optional<std::string_view> take_line() {
        const std::size_t end = rest_.find('\n');
        if (end == rest_.npos) return std::nullopt;
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return line;
    }

    // So many bytes and a line end.
    std::optional<std::string_view> take(std::size_t bytes) {
        if (rest_.size() <= bytes) return std::nullopt;
        if (rest_[bytes] != '\n') {
            wrong("it has another length than it says");
            return std::nullopt;
        }
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes + 1);
        return taken;
    }

    std::optional<Entry> wrong(std::string what) {
        if (fault_.empty()) fault_ = std::move(what);
        return std::nullopt;
    }
    std::optional<Entry> cut() { return wrong("it is cut off"); }

    std::string_view rest_;
    const bool digests_;
    std::string fault_;
};

}  // namespace

std::string text_of(const Link& link) { return fmt::format("{} {}", link.number, link.hash); }

std::optional<Link> link_of(std::string_view text) {
    const auto number = number_of(take_word(text));
    if (!number || !is_hash(text)) return std::nullopt;
    return Link{*number, std::string(text)};
}

std::string opening(const Link& before) {
    return fmt::format("{}{}\n", opening_word, text_of(before));
}

Frame frame(const Link& before, std::string_view metadata, std::size_t message_bytes,
            const std::string& digest) {
    Frame made;
    made.link.number = before.number + 1;
    made.front = fmt::format("{}{} {} {} {}\n{}\n", entry_word, made.link.number, metadata.size(),
                             message_bytes, digest, metadata);
    made.link.hash = hash_of(before, made.front);
    made.back = fmt::format("\n{}\n", made.link.hash);
    return made;
}

Reading read_segment(std::string_view bytes, const std::function<void(const Entry&)>& each,
                     bool digests) {
    SegmentReader reader(bytes, digests);
    Reading reading;
    reading.before = reader.opening();
    if (!reading.before) {
        reading.fault = "the file does not begin as archives do";
        return reading;
    }
    reading.last = *reading.before;
    reading.good_bytes = bytes.size() - reader.left();
    while (!reader.at_end()) {
        auto entry = reader.entry(reading.last);
        if (!entry) {
            reading.fault = fmt::format("entry {} at byte {}: {}", reading.last.number + 1,
                                        reading.good_bytes, reader.fault());
            return reading;
        }
        reading.last = entry->link;
        reading.good_bytes = bytes.size() - reader.left();
        each(*entry);
    }
    return reading;
}

}  // namespace spillway::vault
