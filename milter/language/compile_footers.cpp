#include "language/compile_footers.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "language/blocks.h"
#include "mail/edit_html.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::language {
namespace {

constexpr std::size_t longest_text = 64 * 1024;

// A text of the policy, and where it stands.
struct Source {
    std::string text;
    Place place;
};

Source taken_source(Arguments& args, const Files& files, const std::string& folder) {
    if (!args.take_if("file")) {
        const Word& text = args.take("a text, or file and a file's name");
        return {text.text, text.place};
    }
    const Word& name = args.take("a file name");
    const std::string path = below(folder, name.text);
    const auto text = files.read(path);
    if (!text) throw Mistake(name.place, fmt::format("{}: {}", path, text.error()));
    return {*text, {path, 1, 1}};
}

void check_characters(const Source& source) {
    if (source.text.size() > longest_text)
        throw Mistake(source.place, fmt::format("the text has {} bytes, {} are allowed",
                                                source.text.size(), longest_text));
    if (!mail::is_utf8(source.text)) throw Mistake(source.place, "the text is not UTF-8");
    const bool controls = std::ranges::any_of(source.text, [](unsigned char c) {
        return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
    });
    if (controls) throw Mistake(source.place, "the text has control characters");
    if (source.text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Mistake(source.place, "the text is empty");
}

// What is not closed would swallow or hide what follows it in the message.
void check_fragment(const Source& source) {
    constexpr std::string_view word = "spillway";
    const std::string rendered =
        mail::render_html(fmt::format("{}\n<p>{}</p>", source.text, word)).visible;
    if (!rendered.ends_with(word))
        throw Mistake(source.place, "the HTML leaves something open that hides what follows it");
    for (const char* tag : {"</body", "</html", "<body", "<html"})
        if (source.text.find(tag) != std::string::npos)
            throw Mistake(source.place,
                          fmt::format("\"{}\" belongs to a document; a footer is a fragment", tag));
}

policy::Template template_of(const Source& source) {
    auto parsed = policy::Template::parse(source.text);
    if (!parsed) throw Mistake(source.place, parsed.error());
    return *std::move(parsed);
}

class FooterCompiler {
  public:
    FooterCompiler(const BlockNode& block, const Files& files, const std::string& folder,
                   Diagnostics& diagnostics)
        : block_(block), files_(files), folder_(folder), diagnostics_(diagnostics) {}

    std::shared_ptr<const policy::FooterForm> compile() {
        form_.name = block_.name.text;
        bool sound = true;
        for (const Line& one : block_.lines)
            sound &= read_line(one, diagnostics_, [&](Arguments& args) { line(args); });
        if (sound && !form_.text && !form_.html)
            diagnostics_.error(block_.name.place,
                               fmt::format("footer \"{}\" has neither text nor html", form_.name));
        if (once_) check_once();
        return std::make_shared<const policy::FooterForm>(std::move(form_));
    }

  private:
    void line(Arguments& args) {
        const Word& verb = args.line().verb;
        refuse_twice(seen_, verb);
        if (verb.text == "text") return text(args);
        if (verb.text == "html") return html(args);
        if (verb.text == "place") {
            form_.before_quote = args.take_one_of({"end", "before-quote"}) == 1;
        } else if (verb.text == "once") {
            once_ = args.take("words of the footer that tell it from other text");
        } else if (verb.text == "else") {
            form_.otherwise =
                static_cast<policy::Otherwise>(args.take_one_of({"attach", "skip", "reject"}));
        } else {
            unknown_word(args.line(), "footer", {std::begin(footer_words), std::end(footer_words)});
        }
    }

    void text(Arguments& args) {
        const Source source = taken_source(args, files_, folder_);
        check_characters(source);
        form_.text = template_of(source);
        shown_.push_back(mail::without_quoting(source.text));
    }

    void html(Arguments& args) {
        const Source source = taken_source(args, files_, folder_);
        check_characters(source);
        check_fragment(source);
        form_.html = template_of(source);
        shown_.push_back(mail::without_quoting(mail::render_html(source.text).visible));
    }

    // Words that one side of the footer lacks would let it be put in again and again.
    void check_once() {
        const std::string words = mail::without_quoting(once_->text);
        const bool in_all = std::ranges::all_of(shown_, [&](const std::string& shown) {
            return shown.find(words) != std::string::npos;
        });
        form_.once = once_->text;
        if (!words.empty() && in_all) return;
        diagnostics_.error(
            once_->place,
            fmt::format("\"{}\" does not stand in all texts of the footer", once_->text));
    }

    const BlockNode& block_;
    const Files& files_;
    const std::string& folder_;
    Diagnostics& diagnostics_;
    policy::FooterForm form_;
    std::vector<std::string> shown_;
    std::optional<Word> once_;
    std::set<std::string> seen_;
};

}  // namespace

void compile_footers(const Program& program, const Files& files, const std::string& folder,
                     Names& names, Diagnostics& diagnostics) {
    check_names(program.footers, diagnostics);
    for (const BlockNode& block : program.footers)
        names.footers.try_emplace(
            block.name.text,
            NamedFooter{block.name.place,
                        FooterCompiler(block, files, folder, diagnostics).compile()});
}

}  // namespace spillway::language
