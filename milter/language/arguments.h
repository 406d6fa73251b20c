// The words of one line, taken one after the other; what does not fit is a Mistake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "language/ast.h"
#include "language/values.h"

namespace spillway::language {

class Arguments {
  public:
    explicit Arguments(const Line& line) : line_(line) {}

    const Line& line() const { return line_; }
    bool more() const { return next_ < line_.arguments.size(); }
    const Word& peek() const { return line_.arguments[next_]; }

    const Word& take(std::string_view what) {
        if (!more()) {
            throw Mistake(line_.verb.place, fmt::format("\"{}\" needs {}", line_.verb.text, what));
        }
        return line_.arguments[next_++];
    }

    bool take_if(std::string_view word) {
        if (!more() || peek().quoted || peek().text != word) return false;
        ++next_;
        return true;
    }

    // The next word must be one of `words`; returns its index.
    std::size_t take_one_of(const std::vector<std::string_view>& words) {
        const Word& word = take(fmt::format("one of {}", fmt::join(words, ", ")));
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] == word.text) return i;
        }
        throw Mistake(word.place,
                      fmt::format("expected one of {}, got \"{}\"{}", fmt::join(words, ", "),
                                  word.text, suggestion(word.text, words)));
    }

    // The next word read by a leaf parser.
    template <typename Parse>
    auto take_as(std::string_view what, const Parse& parse) {
        const Word& word = take(what);
        return value_of(word, parse(std::string_view{word.text}));
    }

    template <typename T>
    static T value_of(const Word& word, Parsed<T> parsed) {
        if (!parsed) throw Mistake(word.place, parsed.error());
        return std::move(*parsed);
    }

    void done() const {
        if (more()) {
            throw Mistake(peek().place, fmt::format("unexpected \"{}\" after \"{}\"", peek().text,
                                                    line_.verb.text));
        }
    }

  private:
    const Line& line_;
    std::size_t next_ = 0;
};

}  // namespace spillway::language
