// Expressions and texts made up at random, to hold two ways of matching against each other. Each
// expression comes with a text that it may well match, so that not all answers are no.
#pragma once

#include <random>
#include <string>
#include <vector>

struct AnyPattern {
    std::string expression;
    std::string flags;
    std::string example;
};

class PatternMaker {
  public:
    explicit PatternMaker(unsigned seed) : random_(seed) {}

    AnyPattern pattern() {
        AnyPattern made;
        for (const char flag : {'i', 's', 'm', 'x'})
            if (one_in(3)) made.flags += flag;
        const Piece whole = alternatives(3);
        made.expression = whole.expression;
        made.example = whole.example;
        return made;
    }

    // Words of the alphabet the expressions are made of, and bytes that are no text at all.
    std::string noise(std::size_t most) {
        std::string text;
        for (std::size_t left = pick(most + 1); left > 0; --left)
            text += one_in(40) ? any_of(broken_) : any_of(letters_);
        return text;
    }

    std::size_t pick(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }
    bool one_in(std::size_t times) { return pick(times) == 0; }
    const std::string& any_of(const std::vector<std::string>& all) { return all[pick(all.size())]; }

  private:
    struct Piece {
        std::string expression;
        std::string example;
    };

    Piece alternatives(int depth) {
        Piece piece = sequence(depth);
        while (one_in(5)) {
            const Piece other = sequence(depth);
            piece.expression += "|" + other.expression;
            if (one_in(2)) piece.example = other.example;
        }
        return piece;
    }

    Piece sequence(int depth) {
        Piece piece;
        for (std::size_t left = 1 + pick(5); left > 0; --left) {
            if (one_in(4)) piece.expression += any_of(assertions_);
            const Piece one = repeated(depth);
            piece.expression += one.expression;
            piece.example += one.example;
        }
        if (one_in(6)) piece.expression += any_of(assertions_);
        return piece;
    }

    Piece repeated(int depth) {
        Piece piece = atom(depth);
        if (!one_in(3)) return piece;
        const std::size_t form = pick(quantifiers_.size());
        piece.expression += quantifiers_[form];
        const std::string once = piece.example;
        piece.example.clear();
        for (std::size_t times = example_times_[form]; times > 0; --times) piece.example += once;
        if (one_in(4)) piece.expression += "?";
        return piece;
    }

    Piece atom(int depth) {
        switch (pick(depth > 0 ? 9 : 6)) {
            case 0:
            case 1:
            case 2:
                return literal();
            case 3:
                return {any_of(classes_), any_of(letters_)};
            case 4:
                return {any_of(escapes_), any_of(letters_)};
            case 5:
                return {any_of(words_), ""};
            case 6:
                return in_group(depth, any_of(look_arounds_), false);
            case 7:
                return {any_of(references_), ""};
            default:
                return in_group(depth, any_of(groups_), true);
        }
    }

    Piece literal() {
        const std::string letter = any_of(letters_);
        const std::string other = one_in(3) ? any_of(letters_) : letter;  // the other case, maybe
        const bool special = static_cast<unsigned char>(letter[0]) < 0x80 &&
                             std::isalnum(static_cast<unsigned char>(letter[0])) == 0;
        return {special ? "\\" + letter : letter, other};
    }

    Piece in_group(int depth, const std::string& open, bool consumes) {
        const Piece inner = alternatives(depth - 1);
        return {open + inner.expression + ")", consumes ? inner.example : ""};
    }

    std::mt19937 random_;
    const std::vector<std::string> letters_{
        "a", "b",  "k",  "K",      "s",      "S",      "z",      "Z", "1", "7", "_",      "-",
        " ", "\n", "\t", ".",      "]",      "é",      "É",      "ß", "ẞ", "ſ", "\u212a", "д",
        "Д", "я",  "中", "٣",      "\u00a0", "\u2003", "\u0085", "µ", "μ", "ς", "σ",      "Σ",
        "𐐀", "𐐨",  "😀",  "\u0301", "\u180e", "ǆ",      "ǅ",      "İ", "ı", "i", "I"};
    const std::vector<std::string> broken_{"\xff",     "\xc3",         "\x80",
                                           "\xe2\x82", "\xed\xa0\x80", std::string(1, '\0')};
    const std::vector<std::string> classes_{"[a-z]",
                                            "[^a-z]",
                                            "[aks]",
                                            "[^k]",
                                            "[éä]",
                                            "[^é]",
                                            "[\\w.-]",
                                            "[^\\w]",
                                            "[\\d-]",
                                            "[\\s]",
                                            "[а-я]",
                                            "[]a]",
                                            "[^]]",
                                            "[[:alpha:]]",
                                            "[[:^digit:]]",
                                            "[[:punct:][:space:]]",
                                            "[\\x{e9}-\\x{ff}]",
                                            "[\\n-\\r]",
                                            "[\\]\\\\]",
                                            "[a\\-z]",
                                            "[[:a]",
                                            "[\\p{Lu}1]",
                                            "[\\p{Cyrillic}]",
                                            "[K-S]",
                                            "[\\b]",
                                            "[ſ]",
                                            "[\\h\\v]",
                                            "[!-~]",
                                            "[^\\S\\n]",
                                            "[\\é-]",
                                            "[\\t-é]"};
    const std::vector<std::string> escapes_{
        "\\w",      "\\W",   "\\d",     "\\D",  "\\s",     "\\S",     "\\h",    "\\v",
        "\\H",      "\\V",   ".",       "\\N",  "\\R",     "\\X",     "\\p{L}", "\\PL",
        "\\p{^Lu}", "\\x41", "\\x{e9}", "\\xe", "\\t",     "\\n",     "\\e",    "\\cA",
        "\\o{153}", "\\0",   "\\060",   "\\pN", "\\p{Sc}", "\\x{130}"};
    const std::vector<std::string> words_{"\\Qa.b\\E", "\\Q\\E", "(?#note)", "(?i)", "(?-i)",
                                          "(?s)",      "(?x)",   "(?i-s)",   "(?^)", "\\Qk]",
                                          "\\E",       "(?m)",   "a{,2}",    "b{2",  "{x}"};
    const std::vector<std::string> assertions_{
        "^",       "$",        "\\b",        "\\B",        "\\A",   "\\Z",      "\\z",
        "\\K",     "\\b",      "\\G",        "\\b",        "\\b",   "(?<!\\w)", "(?!\\w)",
        "(?=\\w)", "(?<!\\S)", "(?![\\w-])", "(?<![a-z])", "(?<=a)"};
    const std::vector<std::string> quantifiers_{"*", "+", "?", "{2}", "{1,}", "{0,3}", "{40,50}"};
    const std::vector<std::size_t> example_times_{2, 1, 1, 2, 3, 0, 41};
    const std::vector<std::string> look_arounds_{"(?=", "(?!", "(?=", "(?!"};
    const std::vector<std::string> references_{"\\1", "(?1)", "\\g{1}", "(?R)?", "\\g{-1}", "\\g1"};
    const std::vector<std::string> groups_{"(",   "(?:",   "(?i:", "(?s-i:", "(?>",
                                           "(?|", "(?<n>", "(",    "(?x:",   "(?'m'"};
};
