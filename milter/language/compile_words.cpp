// Word files and inline lists of words into lists that texts are searched for.
#include <algorithm>

#include <fmt/format.h>

#include "language/names.h"
#include "mail/utf8.h"
#include "match/validators.h"

namespace spillway::language {
namespace {

// A file that is no list of words at all would be wrong in every line.
constexpr int most_mistakes = 20;

class Filling {
  public:
    explicit Filling(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    // False when this is enough of mistakes.
    bool add(std::string_view line, const Place& place) {
        const auto entry = match::parse_word_entry(line);
        if (!entry) return mistake(place, entry.error());
        if (entry->phrase.empty()) return true;
        const auto added = list_->add(*entry);
        if (!added) return mistake(place, added.error());
        entries_.push_back(*entry);
        return true;
    }

    // `source` is where the words are.
    NamedWords words(const Word& name, const Place& source) && {
        if (list_->empty() && mistakes_ == 0) {
            diagnostics_.warning(source, "a list without any words is never found");
        }
        NamedWords words{name.place, std::move(list_)};
        words.entries = std::move(entries_);
        return words;
    }

  private:
    bool mistake(const Place& place, const std::string& what) {
        diagnostics_.error(place, what);
        if (++mistakes_ < most_mistakes) return true;
        diagnostics_.error(place, "too many mistakes in these words; the rest is not read");
        return false;
    }

    Diagnostics& diagnostics_;
    std::vector<match::WordEntry> entries_;
    std::shared_ptr<match::WordList> list_ = std::make_shared<match::WordList>();
    int mistakes_ = 0;
};

void fill_from(Filling& filling, const std::string& path, std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    for (int number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (!filling.add(line, {path, number, 1})) return;
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
}

}  // namespace

NamedWords words_of(const WordsNode& node, const Files& files, const std::string& folder,
                    Diagnostics& diagnostics) {
    if (match::identifier_of(node.name.text)) {
        throw Mistake(node.name.place, fmt::format("\"{}\" is the name of numbers that are known "
                                                   "without being declared",
                                                   node.name.text));
    }
    Filling filling(diagnostics);
    if (!node.file) {
        for (const Word& entry : node.entries) {
            if (!filling.add(entry.text, entry.place)) break;
        }
        return std::move(filling).words(node.name, node.name.place);
    }
    const std::string path = below(folder, node.file->text);
    const auto text = files.read(path);
    if (!text) throw Mistake(node.file->place, fmt::format("{}: {}", path, text.error()));
    if (!mail::is_utf8(*text)) throw Mistake({path, 1, 1}, "the file is not UTF-8");
    fill_from(filling, path, *text);
    return std::move(filling).words(node.name, node.file->place);
}

}  // namespace spillway::language
