#include "language/parser.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "language/compile_outside.h"
#include "language/condition_parser.h"
#include "mail/utf8.h"

namespace spillway::language {
namespace {

constexpr std::array<std::string_view, 4> block_words{"limit", "footer", "rule", "test"};
// Their words may have commas between them.
constexpr std::array<std::string_view, 3> list_words{"notice", "accounts-folder", "bcc"};

template <typename Words>
bool contains(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != std::end(words);
}

std::vector<std::string_view> statement_words() {
    std::vector<std::string_view> all{"include",         "map",    "words", "window", "mode",
                                      "accounts-folder", "archive"};
    all.insert(all.end(), block_words.begin(), block_words.end());
    all.insert(all.end(), std::begin(setting_words), std::end(setting_words));
    return all;
}

class Parser {
  public:
    Parser(Tokens& tokens, Program& program, Diagnostics& diagnostics,
           const std::function<void(const Word&)>& include, Author author)
        : tokens_(tokens),
          program_(program),
          diagnostics_(diagnostics),
          include_(include),
          author_(author) {}

    void file();

  private:
    void statement();
    void check_author(const Word& verb) const;
    void map();
    void words();
    template <typename Node>
    void source(Node& node);
    void window();
    BlockNode block(Word kind);
    void block_line(BlockNode& block);
    Line line(Word verb);
    template <typename Read>
    void guarded(const Read& read);
    void recover();

    Tokens& tokens_;
    Program& program_;
    Diagnostics& diagnostics_;
    const std::function<void(const Word&)>& include_;
    const Author author_;
};

template <typename Read>
void Parser::guarded(const Read& read) {
    try {
        read();
        if (!tokens_.peek().ends_statement()) {
            throw Mistake(tokens_.peek().place,
                          fmt::format("unexpected {} after the end of the statement",
                                      tokens_.peek().named()));
        }
    } catch (const Mistake& mistake) {
        diagnostics_.error(mistake.place, mistake.what());
        recover();
    }
}

// Skips to the end of the broken statement, over the block it may have opened.
void Parser::recover() {
    int depth = 0;
    for (;;) {
        try {
            const Token& token = tokens_.peek();
            if (token.kind == TokenKind::end_of_file) return;
            if (depth == 0 && token.ends_statement()) return;
            if (token.symbol("{")) ++depth;
            if (token.symbol("}")) --depth;
            tokens_.next();
        } catch (const Mistake& mistake) {
            diagnostics_.error(mistake.place, mistake.what());
        }
    }
}

void Parser::file() {
    for (;;) {
        guarded([&] {
            while (tokens_.peek().kind == TokenKind::end_of_line || tokens_.peek().symbol(";")) {
                tokens_.next();
            }
            if (tokens_.peek().symbol("}")) {
                const Place place = tokens_.next().place;
                throw Mistake(place, "\"}\" without \"{\"");
            }
            if (tokens_.peek().kind != TokenKind::end_of_file) statement();
        });
        if (tokens_.peek().kind == TokenKind::end_of_file) return;
    }
}

void Parser::check_author(const Word& verb) const {
    if (author_ == Author::administrator || contains(account_statements, verb.text)) return;
    if (!contains(statement_words(), verb.text)) return;  // then that is the mistake
    throw Mistake(verb.place, fmt::format("\"{}\" is not for the files of an account: they may "
                                          "have {}",
                                          verb.text, fmt::join(account_statements, ", ")));
}

void Parser::statement() {
    if (tokens_.peek().kind != TokenKind::word) {
        throw Mistake(tokens_.peek().place,
                      fmt::format("expected a statement, got {}", tokens_.peek().named()));
    }
    const Word verb = tokens_.word("a statement");
    check_author(verb);
    if (verb.text == "include") return include_(tokens_.word("a file name or pattern"));
    if (verb.text == "map") return map();
    if (verb.text == "words") return words();
    if (verb.text == "window") return window();
    if (verb.text == "mode") {
        program_.modes.push_back(line(verb));
        return;
    }
    if (verb.text == "accounts-folder") {
        program_.folders.push_back({line(verb), program_.rules.size()});
        return;
    }
    if (verb.text == "archive") {
        program_.archives.push_back(line(verb));
        return;
    }
    if (contains(setting_words, verb.text)) {
        program_.settings.push_back(line(verb));
        return;
    }
    if (!contains(block_words, verb.text)) {
        throw Mistake(verb.place, fmt::format("unknown statement \"{}\"{}", verb.text,
                                              suggestion(verb.text, statement_words())));
    }
    BlockNode node = block(verb);
    auto& nodes = verb.text == "limit"    ? program_.limits
                  : verb.text == "footer" ? program_.footers
                  : verb.text == "rule"   ? program_.rules
                                          : program_.tests;
    nodes.push_back(std::move(node));
}

void Parser::map() {
    MapNode node;
    node.name = tokens_.word("the map's name");
    node.kind = tokens_.word("the map's kind (pairs, domains, addresses or networks)");
    if (contains(outside_words, tokens_.peek().text)) {
        node.outside = line(tokens_.word("where the map is kept"));
    } else {
        source(node);
    }
    program_.maps.push_back(std::move(node));
}

void Parser::words() {
    WordsNode node;
    node.name = tokens_.word("the words' name");
    source(node);
    program_.words.push_back(std::move(node));
}

// Where the entries come from: "file NAME" or "inline [ ... ]".
template <typename Node>
void Parser::source(Node& node) {
    const Word source = tokens_.word("\"file\" or \"inline\"");
    if (source.text == "file") {
        node.file = tokens_.word("a file name");
    } else if (source.text == "inline") {
        node.entries = tokens_.list();
    } else {
        throw Mistake(source.place,
                      fmt::format("expected \"file\" or \"inline\", got \"{}\"{}", source.text,
                                  suggestion(source.text, {"file", "inline"})));
    }
}

void Parser::window() {
    WindowNode node;
    node.name = tokens_.word("the window's name");
    do {
        std::vector<Word> span{tokens_.word("days such as sat-sun")};
        if (tokens_.peek().kind == TokenKind::word) span.push_back(tokens_.word("times"));
        node.spans.push_back(std::move(span));
    } while (tokens_.take_symbol(","));
    program_.windows.push_back(std::move(node));
}

BlockNode Parser::block(Word kind) {
    BlockNode node;
    node.name = tokens_.word(fmt::format("the {}'s name", kind.text));
    node.kind = std::move(kind);
    const Place opened = tokens_.symbol("{");
    for (;;) {
        if (tokens_.peek().kind == TokenKind::end_of_file) {
            throw Mistake(opened, fmt::format("\"{{\" of {} \"{}\" is never closed", node.kind.text,
                                              node.name.text));
        }
        if (tokens_.take_symbol("}")) return node;
        if (tokens_.peek().ends_statement()) {
            tokens_.next();
            continue;
        }
        guarded([&] { block_line(node); });
    }
}

void Parser::block_line(BlockNode& block) {
    const Word verb = tokens_.word("a word");
    const bool takes_conditions = block.kind.text == "limit" || block.kind.text == "rule";
    if (!takes_conditions || (verb.text != "when" && verb.text != "unless")) {
        block.lines.push_back(line(verb));
        return;
    }
    auto& place = verb.text == "when" ? block.when : block.unless;
    if (place) throw Mistake(verb.place, fmt::format("a second \"{}\" in one block", verb.text));
    place = parse_condition(tokens_);
    if (!tokens_.peek().word("unless")) return;
    const Word unless = tokens_.word("unless");
    if (block.unless) throw Mistake(unless.place, "a second \"unless\" in one block");
    block.unless = parse_condition(tokens_);
}

Line Parser::line(Word verb) {
    Line line{std::move(verb), {}};
    if (line.verb.text == "without-login" || line.verb.text == "local-identity") {
        line.arguments = tokens_.list();
        return line;
    }
    const bool commas = contains(list_words, line.verb.text);
    while (!tokens_.peek().ends_statement()) {
        line.arguments.push_back(tokens_.word("a word"));
        if (commas) tokens_.take_symbol(",");
    }
    return line;
}

}  // namespace

void parse(const std::string& file, std::string_view text, Program& program,
           Diagnostics& diagnostics, const std::function<void(const Word&)>& include,
           Author author) {
    if (!mail::is_utf8(text)) {
        diagnostics.error({file, 1, 1}, "the file is not UTF-8");
        return;
    }
    Lexer lexer(file, text);
    Tokens tokens(lexer);
    Parser(tokens, program, diagnostics, include, author).file();
}

}  // namespace spillway::language
