#include "match/fingerprint.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "match/mix.h"
#include "match/words.h"

namespace spillway::match {
namespace {

// What counts of a text. Each reading sees all that the one before it sees, and more.
enum class Reading {
    telling,    // what the pieces of a mailing have in common
    own_words,  // also greetings, names, numbers, links, but neither quotes nor signature
    everything,
};

constexpr std::size_t fewest_words = 3;
constexpr std::size_t longest_greeting = 6;
constexpr std::size_t fewest_letters_of_name = 2;

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
    std::size_t fewest_letters;
    std::unordered_set<std::uint64_t> words{};

    void word(const Word& word) {
        if (word.letters >= fewest_letters) words.insert(word.hash);
    }
    void stop() const {}
};

std::unordered_set<std::uint64_t> words_of(std::string_view text, std::size_t fewest_letters = 1) {
    Gathered gathered{fewest_letters};
    Cut(gathered, Links::kept).line(text);
    return std::move(gathered.words);
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
        "kia tēnā mōrena talofa halo selamat xin chào kính 您 你 尊 各 亲");
    return greetings.contains(word);
}

// Months and days of the week, in full and short. Some are words of their own ("may", "sun") and
// are left out all the same, which makes no piece of a mailing differ from another.
bool is_date(std::uint64_t word) {
    static const std::unordered_set<std::uint64_t> dates = words_of(
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sep sept oct nov dec am pm "
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs "
        "fri sat sun "
        "januar jänner februar märz mai juni juli oktober dezember "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
        "janvier février mars avril juin juillet août septembre octobre novembre décembre "
        "lundi mardi mercredi jeudi vendredi samedi dimanche "
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
        "lunes martes miércoles jueves viernes sábado domingo "
        "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
        "lunedì martedì mercoledì giovedì venerdì sabato domenica "
        "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
        "segunda terça quarta quinta sexta feira "
        "januari februari maart mei augustus maandag dinsdag woensdag donderdag vrijdag zaterdag "
        "zondag augusti måndag tisdag onsdag torsdag fredag lördag söndag "
        "mandag tirsdag lørdag søndag desember "
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
        "listopada grudnia poniedziałek wtorek środa czwartek piątek sobota niedziela "
        "ledna února března dubna května června července srpna září října listopadu prosince "
        "pondělí úterý středa čtvrtek pátek neděle "
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
        "понедельник вторник среда четверг пятница суббота воскресенье");
    return dates.contains(word);
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
        if (greeting_ == 0) greeting_ = held_;
    }

    // A line of a few words is a greeting as a whole: "Hello, Karen!"
    void line_ends() {
        greeting_ = held_;
        release();
    }

    Row row() && { return std::move(row_); }

  private:
    enum class Place { begin, in_greeting, within };

    // All that is held counts but the greeting, or, without one's end, what began like one.
    void release() {
        place_ = Place::within;
        const std::size_t held = std::exchange(held_, 0);
        for (std::size_t at = std::exchange(greeting_, 0); at < held; ++at) count(held_words_[at]);
    }

    void count(const Word& word) {
        const bool varies = word.has_digit || is_date(word.hash) || names_.hold(word.hash);
        if (reading_ != Reading::telling || !varies) row_.add(word.hash);
    }

    const Reading reading_;
    const Names& names_;
    Row row_;
    Place place_ = Place::within;
    std::array<Word, longest_greeting> held_words_;
    std::size_t held_ = 0;
    std::size_t greeting_ = 0;  // how many of the held words are one; 0 while that is not known
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
        sieve.line_ends();
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
    words_.merge(words_of(plain, fewest_letters_of_name));
}

void Names::add_address(const mail::Address& address) {
    const std::string_view domain = address.domain;
    const std::size_t last_dot = domain.rfind('.');
    add_words(address.local);
    if (last_dot != domain.npos) add_words(domain.substr(0, last_dot));
}

void Names::add_display_name(std::string_view name) {
    constexpr std::string_view around_addresses = " \t\n<>,;:\"()";
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find_first_of(around_addresses, begin), name.size());
        const std::string_view piece = name.substr(begin, end - begin);
        if (piece.find('@') == piece.npos) add_words(piece);
        begin = end + 1;
    }
}

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
