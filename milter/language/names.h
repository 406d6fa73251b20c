// The names a policy declares: maps, words, windows, tags, the time zone. Used while compiling
// only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include <date/tz.h>

#include "language/ast.h"
#include "language/compile.h"
#include "match/map.h"
#include "match/outside.h"
#include "match/pattern_set.h"
#include "match/word_list.h"
#include "policy/footer.h"
#include "policy/window.h"

namespace spillway::language {

using MapValue =
    std::variant<std::shared_ptr<match::ValueSet>, std::shared_ptr<match::PairMap>,
                 std::shared_ptr<match::NetworkSet>, std::shared_ptr<match::OutsideMap>>;

struct NamedMap {
    Place place;
    MapValue is;
    bool used = false;
};
struct NamedWords {
    Place place;
    std::shared_ptr<const match::WordList> list;
    bool used = false;
    std::vector<match::WordEntry> entries{};
    std::shared_ptr<const match::WordList> folded{};  // made of the entries when first asked for
};
struct NamedWindow {
    Place place;
    std::shared_ptr<policy::Window> window;
    bool used = false;
};

struct NamedFooter {
    Place place;
    std::shared_ptr<const policy::FooterForm> form;
    bool used = false;
};

struct Names {
    // While the files of an account are compiled: the name of its folder and a slash, with which
    // all names begin that they declare. Such a name goes before a shared one.
    std::string folder;

    std::map<std::string, NamedMap> maps;
    std::map<std::string, NamedWords> words;
    std::map<std::string, NamedWindow> windows;
    std::map<std::string, NamedFooter> footers;
    std::set<std::string> tags;  // that some rule sets
    const date::time_zone* zone = nullptr;
    int memos = 0;
    match::PatternDraft patterns;

    // Mistake with a suggestion when there is none of this name.
    NamedMap& map(const Word& name);
    // The same; a phrase without quotes looks like a name.
    NamedWords& list_of_words(const Word& name);
    NamedWindow& window(const Word& name);
    NamedFooter& footer(const Word& name);
    // As rules set it.
    std::string tag(const Word& name) const;
    // Whether `name` is that of a list of words.
    bool has_words(const std::string& name) const;

    // Forgets what the folder's files have declared, so that nobody else can name it.
    void leave_folder();
};

// Declares all maps, words and windows of a program; `files` reads their files, relative to
// `folder`.
void declare(const Program& program, const Files& files, const std::string& folder, Names& names,
             Diagnostics& diagnostics);

// Warns of maps, words and windows that nothing uses; within a folder, of its own.
void warn_unused(const Names& names, Diagnostics& diagnostics);

// One list of words, from its file or its entries; in compile_words.cpp.
NamedWords words_of(const WordsNode& node, const Files& files, const std::string& folder,
                    Diagnostics& diagnostics);

// `name` as it is when absolute, else below `folder`.
std::string below(const std::string& folder, const std::string& name);

}  // namespace spillway::language
