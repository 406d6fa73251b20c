// From the text of an expression to the tree of its outline. Written after pcre2pattern(3) of
// PCRE2 10.42; where a later version may read the same text in another way there is no outline.
#include <algorithm>
#include <charconv>

#include "mail/utf8.h"
#include "match/beyond_ascii.h"
#include "match/outline.h"
#include "match/shadow.h"

namespace spillway::match {
namespace {

struct NoOutline {};  // thrown and caught in this file

struct Flags {
    bool caseless = false;
    bool dot_all = false;
    bool extended = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Outlined one_of(const Shadows& shadows) {
    return {.kind = Outlined::Kind::shadows, .shadows = shadows};
}

Outlined any_character() { return one_of(Shadows{}.set()); }

Outlined anything() { return {.kind = Outlined::Kind::anything}; }

class Parser {
  public:
    Parser(std::string_view text, Flags flags, Members& members)
        : text_(text), flags_(flags), members_(members) {}

    Outlined whole() {
        Outlined all = alternatives();
        if (at_ != text_.size()) throw NoOutline();
        return all;
    }

  private:
    using Part = std::optional<Outlined>;  // none: an assertion that says nothing

    bool ended() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool take(std::string_view wanted) {
        if (!text_.substr(at_).starts_with(wanted)) return false;
        at_ += wanted.size();
        return true;
    }
    // The text up to `end`, which is passed over.
    std::string_view take_until(std::string_view end) {
        const std::size_t found = text_.find(end, at_);
        if (found == text_.npos) throw NoOutline();
        const std::string_view taken = text_.substr(at_, found - at_);
        at_ = found + end.size();
        return taken;
    }

    Outlined alternatives();
    void item(std::vector<Outlined>& sequence);
    void quoted(std::vector<Outlined>& sequence);
    void add_repeated(std::vector<Outlined>& sequence, Part part);
    bool skip_blank();
    void skip_blanks();
    bool quantifier(unsigned& least, unsigned& most);
    bool counted(unsigned& least, unsigned& most);

    Part atom();
    Part group();
    Part special_group();
    Part look_around(bool negative);
    Part flags_group();
    void read_flags();
    Outlined inside();
    Outlined call(char end);

    Part escape();
    Outlined escaped_number(char letter);
    Outlined hexadecimal();
    Outlined reference();
    Outlined property(std::size_t begin);
    Outlined class_in_brackets();
    Outlined set(std::string_view source, const Shadows& beyond);
    Outlined literal(std::int32_t code_point) const;
    std::int32_t code_point_of(std::string_view digits, int base) const;

    const std::string_view text_;
    std::size_t at_ = 0;
    Flags flags_;
    Members& members_;
};

// A change of flags lasts to the end of the group, other alternatives included.
Outlined Parser::alternatives() {
    const Flags outer = flags_;
    Outlined choice{.kind = Outlined::Kind::choice};
    do {
        Outlined sequence{.kind = Outlined::Kind::sequence};
        while (!ended() && peek() != '|' && peek() != ')') item(sequence.parts);
        choice.parts.push_back(std::move(sequence));
    } while (take("|"));
    flags_ = outer;
    if (choice.parts.size() > 1) return choice;
    Outlined only = std::move(choice.parts.front());
    return only;
}

void Parser::item(std::vector<Outlined>& sequence) {
    if (skip_blank()) return;
    if (take("\\Q")) return quoted(sequence);
    Part part = atom();
    add_repeated(sequence, std::move(part));
}

// A quantifier behind the quotation is for its last character.
void Parser::quoted(std::vector<Outlined>& sequence) {
    while (!ended() && !text_.substr(at_).starts_with("\\E")) {
        const Outlined character = literal(mail::next_code_point(text_, at_));
        if (text_.substr(at_).starts_with("\\E")) return add_repeated(sequence, character);
        sequence.push_back(character);
    }
}

void Parser::add_repeated(std::vector<Outlined>& sequence, Part part) {
    skip_blanks();
    unsigned least = 1;
    unsigned most = 1;
    while (quantifier(least, most)) {
        if (part && part->kind == Outlined::Kind::boundary) part.reset();
        if (part) {
            Outlined repeat{.kind = Outlined::Kind::repeat, .least = least, .most = most};
            repeat.parts.push_back(*std::move(part));
            part = std::move(repeat);
        }
        skip_blanks();
        least = most = 1;
    }
    if (part) sequence.push_back(*std::move(part));
}

// What is nothing even between an item and its quantifier.
bool Parser::skip_blank() {
    if (take("\\E") || take("\\Q\\E")) return true;
    if (take("(?#")) {
        take_until(")");
        return true;
    }
    if (!flags_.extended) return false;
    const char c = peek();
    if (c < 0) throw NoOutline();  // some characters beyond ASCII are blanks here
    if (c == '#') {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        const std::string_view comment = text_.substr(at_, end - at_);
        if (comment.find('\r') != comment.npos || !mail::is_ascii(comment)) throw NoOutline();
        at_ = std::min(end + 1, text_.size());
        return true;
    }
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (blank) ++at_;
    return blank;
}

void Parser::skip_blanks() {
    while (!ended() && skip_blank()) continue;
}

bool Parser::quantifier(unsigned& least, unsigned& most) {
    if (take("*")) {
        least = 0;
        most = Outlined::no_end;
    } else if (take("+")) {
        most = Outlined::no_end;
    } else if (take("?")) {
        least = 0;
    } else if (!counted(least, most)) {
        return false;
    }
    // Lazy or possessive; after blanks to some versions a quantifier of its own.
    const bool apart = !ended() && skip_blank();
    skip_blanks();
    if (take("?")) {
        if (apart) least = 0;
    } else if (take("+") && apart) {
        most = Outlined::no_end;
    }
    return true;
}

// {n} {n,} {n,m}; what else stands in braces is text to some versions only.
bool Parser::counted(unsigned& least, unsigned& most) {
    if (peek() != '{') return false;
    const std::size_t close = text_.find('}', at_);
    if (close == text_.npos) return false;
    const std::string_view body = text_.substr(at_ + 1, close - at_ - 1);
    if (body.find_first_not_of("0123456789, \t") != body.npos) return false;
    const char* const end = body.data() + body.size();
    const auto first = std::from_chars(body.data(), end, least);
    if (first.ec != std::errc()) throw NoOutline();
    most = least;
    if (first.ptr != end) {
        if (*first.ptr != ',') throw NoOutline();
        most = Outlined::no_end;
        if (first.ptr + 1 != end) {
            const auto second = std::from_chars(first.ptr + 1, end, most);
            if (second.ec != std::errc() || second.ptr != end) throw NoOutline();
        }
    }
    at_ = close + 1;
    return true;
}

Parser::Part Parser::atom() {
    const std::size_t begin = at_;
    switch (peek()) {
        case '(':
            ++at_;
            return group();
        case '[':
            return class_in_brackets();
        case '\\':
            ++at_;
            return escape();
        case '^':
        case '$':
            ++at_;
            return std::nullopt;
        case '.':
            ++at_;
            return set(text_.substr(begin, 1), beyond_ascii());
        default:
            return literal(mail::next_code_point(text_, at_));
    }
}

Outlined Parser::inside() {
    Outlined all = alternatives();
    if (!take(")")) throw NoOutline();
    return all;
}

Parser::Part Parser::group() {
    if (peek() == '*') throw NoOutline();  // (*VERB), of which some end a match early
    if (take("?")) return special_group();
    return inside();
}

Parser::Part Parser::special_group() {
    if (take(":") || take("|") || take(">")) return inside();
    if (take("=") || take("<=")) return look_around(false);
    if (take("!") || take("<!")) return look_around(true);
    if (peek() == '*' || text_.substr(at_).starts_with("<*")) throw NoOutline();
    if (take("P<") || take("<")) {
        take_until(">");
        return inside();
    }
    if (take("'")) {
        take_until("'");
        return inside();
    }
    const bool relative = (peek() == '-' || peek() == '+') && is_digit(peek(1));
    if (take("P=") || take("P>") || take("&") || relative || is_digit(peek()) || peek() == 'R')
        return call(')');
    return flags_group();
}

// A reference or a call of a group that may not be read yet: any text at all.
Outlined Parser::call(char end) {
    const std::string_view name = take_until(std::string_view(&end, 1));
    if (name.find_first_of("(){}<>|\\ ") != name.npos) throw NoOutline();
    return anything();
}

// "No word character on this side" is a boundary where one is on the other side.
Parser::Part Parser::look_around(bool negative) {
    const std::string_view rest = text_.substr(at_);
    const std::string_view source = rest.substr(0, rest.find(')'));
    const Outlined looked_for = inside();
    const bool one_character = looked_for.parts.size() == 1 &&
                               looked_for.kind == Outlined::Kind::sequence &&
                               looked_for.parts[0].kind == Outlined::Kind::shadows;
    const bool word = source == "\\w" || source.starts_with("[\\w");
    if (!negative || !one_character || !word) return std::nullopt;
    return Outlined{.kind = Outlined::Kind::boundary};
}

// (?i) for the rest of the group, (?i:...) for a group of its own.
Parser::Part Parser::flags_group() {
    const Flags outer = flags_;
    read_flags();
    if (take(")")) return std::nullopt;
    if (!take(":")) throw NoOutline();
    Outlined all = inside();
    flags_ = outer;
    return all;
}

void Parser::read_flags() {
    bool on = true;
    if (take("^")) flags_ = {};
    for (; !ended() && peek() != ')' && peek() != ':'; ++at_) {
        switch (peek()) {
            case '-':
                on = false;
                break;
            case 'i':
                flags_.caseless = on;
                break;
            case 's':
                flags_.dot_all = on;
                break;
            case 'x':
                if (peek(1) == 'x') throw NoOutline();  // blanks in classes, too
                flags_.extended = on;
                break;
            case 'm':
            case 'n':
            case 'J':
            case 'U':
                break;
            default:
                throw NoOutline();
        }
    }
}

// Behind the backslash.
Parser::Part Parser::escape() {
    const std::size_t begin = at_ - 1;
    const char letter = peek();
    if (!is_letter(letter) && !is_digit(letter)) {
        if (ended()) throw NoOutline();
        return literal(mail::next_code_point(text_, at_));
    }
    ++at_;
    constexpr std::string_view controls =
        "a\ae\x1b"
        "f\fn\nr\rt\t";
    for (std::size_t i = 0; i < controls.size(); i += 2) {
        if (controls[i] == letter) return literal(controls[i + 1]);
    }
    if (std::string_view("dDwWsShHvV").find(letter) != std::string_view::npos)
        return set(text_.substr(begin, 2), beyond_ascii_of_escape(letter));
    if (std::string_view("ABGKZz").find(letter) != std::string_view::npos) return std::nullopt;
    if (std::string_view("xoc0").find(letter) != std::string_view::npos)
        return escaped_number(letter);
    switch (letter) {
        case 'b':
            return Outlined{.kind = Outlined::Kind::boundary};
        case 'N':
            if (peek() == '{') throw NoOutline();  // a character by number, or a quantifier
            return set(text_.substr(begin, 2), beyond_ascii());
        case 'X':  // what a reader takes for one character
            return Outlined{.kind = Outlined::Kind::repeat,
                            .parts = {any_character()},
                            .most = Outlined::no_end};
        case 'R':  // CR LF, or one of several characters
            return Outlined{.kind = Outlined::Kind::repeat, .parts = {any_character()}, .most = 2};
        case 'p':
        case 'P':
            return property(begin);
        default:
            return reference();
    }
}

Outlined Parser::escaped_number(char letter) {
    if (letter == 'x') return hexadecimal();
    if (letter == 'o') {
        if (!take("{")) throw NoOutline();
        return literal(code_point_of(take_until("}"), 8));
    }
    if (letter == 'c') {
        char c = peek();
        if (c < ' ') throw NoOutline();
        ++at_;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        return literal(c ^ 0x40);
    }
    const std::size_t begin = at_ - 1;  // at the zero
    while (at_ < begin + 3 && peek() >= '0' && peek() <= '7') ++at_;
    return literal(code_point_of(text_.substr(begin, at_ - begin), 8));
}

Outlined Parser::hexadecimal() {
    if (take("{")) return literal(code_point_of(take_until("}"), 16));
    const std::size_t begin = at_;
    while (at_ < begin + 2 && (is_digit(peek()) || (peek() >= 'a' && peek() <= 'f') ||
                               (peek() >= 'A' && peek() <= 'F')))
        ++at_;
    return at_ == begin ? literal(0) : literal(code_point_of(text_.substr(begin, at_ - begin), 16));
}

std::int32_t Parser::code_point_of(std::string_view digits, int base) const {
    std::int32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, base);
    if (read.ec != std::errc() || read.ptr != end || value < 0 || value > 0x10ffff)
        throw NoOutline();
    return value;
}

// \1 \g{1} \g-1 \k<name> and calls such as \g<name>. \11 may as well be a character.
Outlined Parser::reference() {
    const char letter = text_[at_ - 1];
    if (is_digit(letter)) {
        if (is_digit(peek())) throw NoOutline();
        return anything();
    }
    if (letter != 'g' && letter != 'k') throw NoOutline();
    if (take("{")) return call('}');
    if (take("<")) return call('>');
    if (take("'")) return call('\'');
    if (letter == 'k') throw NoOutline();
    if (!take("-")) take("+");
    while (is_digit(peek())) ++at_;
    return anything();
}

Outlined Parser::property(std::size_t begin) {
    if (take("{"))
        take_until("}");
    else
        ++at_;
    return set(text_.substr(begin, at_ - begin), beyond_ascii());
}

// The end of a class is the first ] that is neither its first member nor of a [:name:].
Outlined Parser::class_in_brackets() {
    const std::size_t begin = at_++;
    take("^");
    const std::size_t first = at_;
    for (;; ++at_) {
        if (ended() || take("\\Q") || take("[:<:]") || take("[:>:]")) throw NoOutline();
        if (peek() == ']' && at_ > first) break;
        if (take("\\c")) throw NoOutline();  // of which a ] may be part
        if (take("\\")) continue;
        if (peek() != '[' || peek(1) != ':') continue;
        std::size_t end = at_ + 2;
        if (end < text_.size() && text_[end] == '^') ++end;
        while (end < text_.size() && is_letter(text_[end])) ++end;
        if (text_.substr(end).starts_with(":]")) at_ = end + 1;
    }
    ++at_;
    const std::string_view source = text_.substr(begin, at_ - begin);
    return set(source, beyond_ascii_of_class(source.substr(1, source.size() - 2)));
}

Outlined Parser::set(std::string_view source, const Shadows& beyond) {
    const auto shadows = members_.of(source, flags_.caseless, flags_.dot_all);
    if (!shadows) throw NoOutline();
    return one_of(*shadows | beyond);
}

Outlined Parser::literal(std::int32_t code_point) const {
    if (code_point < 0) throw NoOutline();
    Shadows shadows;
    const unsigned char shadow = shadow_of(code_point);
    shadows.set(shadow);
    if (shadow >= 'a' && shadow <= 'z' && flags_.caseless) shadows.set(shadow - 'a' + 'A');
    if (shadow >= 'A' && shadow <= 'Z' && flags_.caseless) shadows.set(shadow - 'A' + 'a');
    // The other case of a known letter may be one that is not known.
    if (shadow >= 0x80 && flags_.caseless) shadows.set(shadow_of_unknown);
    return one_of(shadows);
}

}  // namespace

std::optional<Outlined> outlined(std::string_view expression, std::string_view flags,
                                 Members& members) {
    const auto has = [&](char flag) { return flags.find(flag) != flags.npos; };
    try {
        return Parser(expression, {has('i'), has('s'), has('x')}, members).whole();
    } catch (const NoOutline&) {
        return std::nullopt;
    }
}

}  // namespace spillway::match
