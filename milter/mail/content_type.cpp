#include "mail/content_type.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "mail/header.h"
#include "mail/text.h"
#include "mail/url.h"

namespace spillway::mail {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr int most_sections = 10'000;

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

// Reads words, quoted strings and comments from left to right.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool done() const { return at_ >= text_.size(); }

    void skip_blanks_and_comments() {
        while (!done()) {
            at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
            if (done() || text_[at_] != '(') return;
            skip_comment();
        }
    }

    bool take(char c) {
        skip_blanks_and_comments();
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    // Up to blanks and any of `ends`; without its quotes when it is quoted.
    std::string word(std::string_view ends) {
        skip_blanks_and_comments();
        if (!done() && text_[at_] == '"') return quoted();
        const std::size_t begin = at_;
        while (!done() && blanks.find(text_[at_]) == blanks.npos &&
               ends.find(text_[at_]) == ends.npos)
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    // What stands before the next semicolon, without the blanks around it.
    std::string_view rest_of_value() const {
        const std::string_view rest = text_.substr(at_, text_.find(';', at_) - at_);
        const std::size_t begin = rest.find_first_not_of(blanks);
        if (begin == rest.npos) return {};
        return rest.substr(begin, rest.find_last_not_of(blanks) + 1 - begin);
    }

    void skip_to(char c) { at_ = std::min(text_.find(c, at_), text_.size()); }

  private:
    void skip_comment() {
        int depth = 0;
        while (!done()) {
            const char c = text_[at_++];
            if (c == '\\' && !done()) ++at_;
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) return;
        }
    }

    std::string quoted() {
        std::string value;
        for (++at_; !done(); ++at_) {
            if (text_[at_] == '"') {
                ++at_;
                break;
            }
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            if (text_[at_] != '\r' && text_[at_] != '\n') value += text_[at_];
        }
        return value;
    }

    const std::string_view text_;
    std::size_t at_ = 0;
};

// A parameter in pieces, by number: "boundary*0*=..." (RFC 2231 sections 3 and 4).
struct Piece {
    std::string value;
    bool encoded;
};
using Pieces = std::map<int, Piece>;

// In the order of their numbers, whatever order they came in; gaps are overlooked.
std::string joined(const Pieces& pieces) {
    std::string charset;
    std::string bytes;
    for (const auto& [number, piece] : pieces) {
        std::string_view text = piece.value;
        const std::size_t second = text.find('\'', std::min(text.find('\''), text.size() - 1) + 1);
        if (piece.encoded && number == pieces.begin()->first && second != text.npos) {
            charset = text.substr(0, text.find('\''));
            text.remove_prefix(second + 1);
        }
        bytes += piece.encoded ? percent_decoded(text) : std::string(text);
    }
    return charset.empty() ? bytes : to_utf8(bytes, charset);
}

// "name*", "name*2" and "name*2*" taken apart.
void add_piece(std::map<std::string, Pieces>& in_pieces, std::string_view name, std::string value) {
    const std::size_t star = name.find('*');
    std::string_view number = name.substr(star + 1);
    const bool encoded = number.empty() || number.back() == '*';
    int section = 0;
    std::from_chars(number.data(), number.data() + number.size(), section);
    if (section < 0 || section > most_sections || value.empty()) return;
    in_pieces[std::string(name.substr(0, star))].try_emplace(section,
                                                             Piece{std::move(value), encoded});
}

}  // namespace

std::vector<std::string> ContentType::all(std::string_view name) const {
    std::vector<const std::string*> chosen;
    for (const auto& [each, value] : parameters) {
        if (each != name) continue;
        if (chosen.size() == 3) chosen.erase(chosen.begin() + 1);
        chosen.push_back(&value);
    }
    std::vector<std::string> values;
    for (const std::string* value : chosen)
        if (std::ranges::find(values, *value) == values.end()) values.push_back(*value);
    return values;
}

bool ContentType::has(std::string_view name, std::string_view value) const {
    return std::ranges::any_of(parameters, [&](const auto& parameter) {
        return parameter.first == name && names_equal(parameter.second, value);
    });
}

// What stands between a value and the next semicolon is skipped, as are values without a name.
ContentType parse_content_type(std::string_view value) {
    ContentType content;
    Reader reader(value);
    const std::string top_level = lower(reader.word("/;("));
    if (reader.take('/')) {
        const std::string subtype = lower(reader.word(";("));
        if (!top_level.empty() && !subtype.empty()) content.type = top_level + '/' + subtype;
    }

    std::map<std::string, Pieces> in_pieces;
    for (reader.skip_to(';'); reader.take(';'); reader.skip_to(';')) {
        const std::string name = lower(reader.word("=;("));
        if (!reader.take('=')) continue;
        const std::string_view whole = reader.rest_of_value();
        std::string parameter = reader.word(";");
        // Names with blanks in them should be quoted; some readers show them whole all the same.
        const bool is_name = name == "name" || name == "filename";
        if (is_name && !whole.starts_with('"') && whole.size() > parameter.size())
            content.parameters.emplace_back(name, std::string(whole));
        // So is a path whose backslashes should be doubled.
        if (is_name && whole.starts_with('"') && whole.find('\\') != whole.npos)
            content.parameters.emplace_back(
                name, std::string(whole.substr(1, std::max(whole.rfind('"'), 1UL) - 1)));
        if (name.find('*') == name.npos) {
            content.parameters.emplace_back(name, std::move(parameter));
        } else {
            add_piece(in_pieces, name, std::move(parameter));
        }
    }
    for (const auto& [name, pieces] : in_pieces)
        content.parameters.emplace_back(name, joined(pieces));
    return content;
}

std::string first_word(std::string_view value) { return lower(Reader(value).word(";(,")); }

}  // namespace spillway::mail
