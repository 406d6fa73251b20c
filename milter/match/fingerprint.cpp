#include "match/fingerprint.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "match/words.h"

namespace spillway::match {
namespace {

// What counts of a text. Each reading sees all that the one before it sees, and more.
enum class Reading {
    telling,    // what the pieces of a mailing have in common
    own_words,  // also greetings, names, numbers and links, but neither quotes nor signature
    everything,
};

constexpr std::size_t fewest_words = 3;
constexpr std::size_t longest_greeting = 6;

// The finaliser of SplitMix64 (Stafford's variant 13): FNV alone leaves the high bits, which
// decide what is smallest, to the last few letters.
constexpr std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

// The smallest distinct hashes of many.
class Sketch {
  public:
    void add(std::uint64_t hash) {
        const bool full = smallest_.size() == features_of_text;
        if (full && hash >= smallest_.back()) return;
        const auto place = std::ranges::lower_bound(smallest_, hash);
        if (place != smallest_.end() && *place == hash) return;
        if (full) {
            std::move_backward(place, smallest_.end() - 1, smallest_.end());
            *place = hash;
        } else {
            smallest_.insert(place, hash);
        }
    }

    std::vector<std::uint64_t> take() && { return std::move(smallest_); }

  private:
    std::vector<std::uint64_t> smallest_;
};

// Words in a row, hashed in pairs and all together.
class Row {
  public:
    void add(std::uint64_t word) {
        if (words_ > 0) pairs_.add(mixed(mixed(last_) + word));
        all_ = mixed(all_ + word);
        last_ = word;
        ++words_;
    }

    std::size_t words() const { return words_; }

    std::vector<std::uint64_t> features() && {
        if (words_ < words_with_pairs) return {all_};
        return std::move(pairs_).take();
    }

  private:
    std::uint64_t last_ = 0;
    std::uint64_t all_ = no_letters;
    std::size_t words_ = 0;
    Sketch pairs_;
};

struct Gathered {
    std::unordered_set<std::uint64_t>& words;

    void word(const Word& word) const {
        if (word.letters > 1) words.insert(word.hash);
    }
    void stop() const {}
};

std::unordered_set<std::uint64_t> words_of(std::string_view text) {
    std::unordered_set<std::uint64_t> words;
    Gathered gathered{words};
    Cut(gathered, Links::kept).line(text);
    return words;
}

// How people greet in mail, in the languages that most of it is written in. A text that happens to
// begin like a greeting loses a few words, the same ones in each piece of a mailing.
bool greets(std::uint64_t word) {
    static const std::unordered_set<std::uint64_t> greetings = words_of(
        "hi hello hey dear good greetings howdy "
        "hallo liebe lieber liebes guten sehr moin servus "
        "bonjour bonsoir salut cher chère chers chères madame monsieur "
        "hola estimado estimada estimados estimadas querido querida buenos buenas "
        "ciao gentile gentili caro cara cari care buongiorno buonasera egregio spettabile "
        "olá oi prezado prezada prezados caros bom boa "
        "beste geachte goedendag goedemorgen hoi hej hei kära käre kære bästa god terve moi "
        "witaj witam szanowni szanowna szanowny cześć drogi droga dzień "
        "dobrý dobrá vážený vážená vážení ahoj tisztelt kedves szia "
        "stimate stimată bună dragă dragi zdravo poštovani merhaba sayın selam "
        "привет здравствуйте здравствуй уважаемый уважаемая уважаемые добрый доброе дорогой "
        "дорогая вітаю шановний шановна шановні γεια αγαπητέ αγαπητή "
        "kia tēnā mōrena talofa halo selamat xin chào kính");
    return greetings.contains(word);
}

// Passes on the words that count and holds back what may be a greeting until its end is seen.
class Sieve {
  public:
    Sieve(Reading reading, const Names& names) : reading_(reading), names_(names) {}

    void line_begins() { place_ = reading_ == Reading::telling ? Place::begin : Place::within; }

    void word(const Word& word) {
        if (place_ == Place::begin) place_ = greets(word.hash) ? Place::in_greeting : Place::within;
        if (place_ == Place::in_greeting && held_ < held_words_.size()) {
            held_words_[held_++] = word;
            return;
        }
        release();
        count(word);
    }

    void stop() {
        held_ = 0;
        place_ = Place::within;
    }

    Row row() && { return std::move(row_); }

  private:
    enum class Place { begin, in_greeting, within };

    // What began like a greeting goes on too long for one.
    void release() {
        place_ = Place::within;
        const std::size_t held = std::exchange(held_, 0);
        for (std::size_t at = 0; at < held; ++at) count(held_words_[at]);
    }

    void count(const Word& word) {
        const bool left_out =
            reading_ == Reading::telling && (word.has_digit || names_.hold(word.hash));
        if (!left_out) row_.add(word.hash);
    }

    const Reading reading_;
    const Names& names_;
    Row row_;
    Place place_ = Place::within;
    std::array<Word, longest_greeting> held_words_;
    std::size_t held_ = 0;
};

void read(std::string_view text, Reading reading, Sieve& sieve) {
    Cut cut(sieve, reading == Reading::telling ? Links::dropped : Links::kept);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (reading != Reading::everything) {
            if (line == "--" || line == "-- ") return;
            if (line.starts_with('>')) continue;
        }
        sieve.line_begins();
        cut.line(line);
    }
}

Row row_of(std::string_view first, std::string_view second, Reading reading, const Names& names) {
    Sieve sieve(reading, names);
    read(first, reading, sieve);
    read(second, reading, sieve);
    return std::move(sieve).row();
}

}  // namespace

void Names::add_words(std::string_view text) {
    std::string plain(text);
    std::ranges::replace_if(
        plain, [](char c) { return c >= '0' && c <= '9'; }, ' ');
    words_.merge(words_of(plain));
}

void Names::add_address(const mail::Address& address) {
    const std::string_view domain = address.domain;
    const std::size_t last_dot = domain.rfind('.');
    add_words(address.local);
    if (last_dot != domain.npos) add_words(domain.substr(0, last_dot));
}

void Names::add_display_name(std::string_view name) { add_words(name); }

std::vector<std::uint64_t> text_features(std::string_view subject, std::string_view text,
                                         const Names& names) {
    struct Source {
        std::string_view first, second;
        Reading reading;
    };
    for (const auto& [first, second, reading] :
         {Source{text, "", Reading::telling}, Source{subject, "", Reading::telling},
          Source{subject, text, Reading::own_words}}) {
        Row row = row_of(first, second, reading, names);
        if (row.words() >= fewest_words) return std::move(row).features();
    }
    return row_of(subject, text, Reading::everything, names).features();
}

bool one_mailing(const std::vector<std::uint64_t>& features,
                 const std::vector<std::uint64_t>& known) {
    std::vector<std::uint64_t> common;
    std::ranges::set_intersection(features, known, std::back_inserter(common));
    return common.size() >= features_needed(std::max(features.size(), known.size()));
}

}  // namespace spillway::match
