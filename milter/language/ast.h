// What a policy text says, word by word, before names mean anything. The parser makes it, the
// compiler reads it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "language/lexer.h"

namespace spillway::language {

struct Word {
    std::string text;
    Place place;
    bool quoted = false;  // written as a "string"
};

// "count >= 2" after a pattern, phrase or name of words.
struct CountNode {
    Word measure;  // count, distinct or weight
    Word order;    // one of < <= = != >= >
    Word number;
};
struct PairsNode {  // owned[account], owned[user as delegates]
    Word map;
    Word key;
    std::optional<Word> acting_for{};
};
struct ListNode {
    std::vector<Word> entries;
};
// What stands to the right of an operator.
using Operand = std::variant<std::monostate, Word, PairsNode, ListNode, Regex>;

struct NearNode {
    Word number;
    Operand other;  // Word or Regex
};

// auth · tls · tag NAME · window NAME · campaign ORDER NUMBER in SPAN
// · unreadable · encrypted · truncated
// · [any|all|folded] FIELD OP OPERAND [valid NAME] [within NUMBER words of OPERAND]
//   [count|distinct|weight ORDER NUMBER]
struct PredicateNode {
    std::optional<Word> quantifier;
    std::optional<Word> folded;
    Word subject;
    std::optional<Word> name;  // of a header, tag or window
    std::optional<Word> op;    // in, has, exists, =~, =, !=, <, <=, >=, >
    Operand operand;
    std::optional<Word> valid;     // the name of a validator
    std::optional<NearNode> near;  // within N words of
    std::optional<CountNode> count;
    std::optional<Word> span;  // of a campaign
};

struct ConditionNode;
struct AndNode {
    std::vector<ConditionNode> parts;
};
struct OrNode {
    std::vector<ConditionNode> parts;
};
struct NotNode {
    std::unique_ptr<ConditionNode> part;
};
struct ConditionNode {
    std::variant<AndNode, OrNode, NotNode, PredicateNode> is;
};

// A statement of plain words: `verb` and what follows it on the line. Strings are words too.
struct Line {
    Word verb;
    std::vector<Word> arguments;
};

struct MapNode {
    Word name;
    Word kind;
    std::optional<Word> file;
    std::vector<Word> entries;      // inline
    std::optional<Line> outside{};  // redis, sqlite or socketmap, and what follows
};
struct WordsNode {
    Word name;
    std::optional<Word> file;
    std::vector<Word> entries;  // inline
};
struct WindowNode {
    Word name;
    std::vector<std::vector<Word>> spans;  // each: days, then perhaps times
};
// limit, footer, rule and test blocks: conditions apart from plain lines, both in order.
struct BlockNode {
    Word kind;
    Word name;
    std::optional<ConditionNode> when;
    std::optional<ConditionNode> unless;
    std::vector<Line> lines;
};

// accounts-folder FOLDER [may WORD, ...]
struct FoldersNode {
    Line line;
    std::size_t rules_before = 0;  // of Program::rules
};

// All statements of all files of one generation, or of one account's folder.
struct Program {
    std::vector<Line> settings;
    std::vector<FoldersNode> folders;
    std::vector<Line> archives;  // NAME FOLDER [encrypt-to FILE]
    std::vector<MapNode> maps;
    std::vector<WordsNode> words;
    std::vector<WindowNode> windows;
    std::vector<BlockNode> limits;
    std::vector<BlockNode> footers;
    std::vector<BlockNode> rules;
    std::vector<Line> modes;  // of rules, wherever those stand: "mode NAME audit"
    std::vector<BlockNode> tests;
};

}  // namespace spillway::language
