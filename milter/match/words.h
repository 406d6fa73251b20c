// Text cut into words as the comparison of texts sees them, without keeping any.
//
// Pure; a value of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mail/utf8.h"
#include "match/folding.h"

namespace spillway::match {

// FNV-1a (draft-eastlake-fnv), a code point a step.
inline constexpr std::uint64_t no_letters = 0xcbf29ce484222325;

constexpr std::uint64_t with_letter(std::uint64_t hash, char32_t letter) {
    return (hash ^ letter) * 0x100000001b3;
}

struct Word {
    std::uint64_t hash = no_letters;
    std::size_t letters = 0;
    bool has_digit = false;
};

enum class Links { kept, dropped };

// The sink gets word(Word) for each word, and stop() where a comma, colon or exclamation mark could
// end a greeting.
template <typename Sink>
class Cut {
  public:
    Cut(Sink& sink, Links links) : sink_(sink), links_(links) {}

    void line(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const Chunk chunk = chunk_at(text, at);
            if (chunk.text.empty()) {
                const std::int32_t c = mail::next_code_point(text, at);
                c < 0 ? end_word() : character(static_cast<char32_t>(c));
                continue;
            }
            at += chunk.text.size();
            if (chunk.may_be_link && links_ == Links::dropped && is_link(chunk.text)) {
                end_word();
            } else {
                for (const char c : chunk.text) character(static_cast<unsigned char>(c));
            }
        }
        end_word();
    }

  private:
    // ASCII without blanks and brackets, which is what a link is made of.
    struct Chunk {
        std::string_view text;
        bool may_be_link = false;
    };

    static bool ends_chunk(char c) {
        return c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' || c == '(' || c == ')';
    }

    static bool is_joint(char c) { return c == '.' || c == '@'; }

    static Chunk chunk_at(std::string_view text, std::size_t begin) {
        Chunk chunk;
        std::size_t end = begin;
        for (; end < text.size() && !ends_chunk(text[end]); ++end)
            chunk.may_be_link |= is_joint(text[end]) || text[end] == '/';
        chunk.text = text.substr(begin, end - begin);
        return chunk;
    }

    static bool is_alphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static bool is_link(std::string_view chunk) {
        if (chunk.find("://") != chunk.npos) return true;
        for (std::size_t at = 1; at + 1 < chunk.size(); ++at)
            if (is_joint(chunk[at]) && is_alphanumeric(chunk[at - 1]) &&
                is_alphanumeric(chunk[at + 1]))
                return true;
        return false;
    }

    void character(char32_t c) {
        const Folded folded = match::folded(c);
        switch (folded.kind) {
            case Folded::Kind::unseen:
                return;
            case Folded::Kind::gap:
                end_word();
                if (c == ',' || c == ':' || c == '!') sink_.stop();
                return;
            case Folded::Kind::alone:
                end_word();
                add(folded.letter);
                return end_word();
            case Folded::Kind::digit:
                word_.has_digit = true;
                return add(folded.letter);
            case Folded::Kind::letter:
                return add(folded.letter);
        }
    }

    void add(char32_t letter) {
        word_.hash = with_letter(word_.hash, letter);
        ++word_.letters;
    }

    void end_word() {
        if (word_.letters == 0) return;
        sink_.word(word_);
        word_ = {};
    }

    Sink& sink_;
    const Links links_;
    Word word_;
};

}  // namespace spillway::match
