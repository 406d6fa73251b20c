#include "language/names.h"

#include <sstream>

#include <fmt/format.h>

#include "language/compile_outside.h"
#include "language/values.h"
#include "match/validators.h"

namespace spillway::language {
namespace {

// As it is written in the files.
std::string_view written(std::string_view key, const std::string& folder) {
    return key.starts_with(folder) ? key.substr(folder.size()) : key;
}

template <typename Table>
auto found(Table& table, const std::string& name, const std::string& folder) {
    const auto own = table.find(folder + name);
    return own != table.end() ? own : table.find(name);
}

template <typename Table>
auto& found_in(Table& table, const Word& name, const std::string& folder, std::string_view what) {
    const auto entry = found(table, name.text, folder);
    if (entry != table.end()) {
        entry->second.used = true;
        return entry->second;
    }
    std::vector<std::string_view> known;
    known.reserve(table.size());
    for (const auto& [key, value] : table) known.push_back(written(key, folder));
    throw Mistake(name.place, fmt::format("unknown {} \"{}\"{}", what, name.text,
                                          suggestion(name.text, known)));
}

struct Entry {
    Place place;
    std::vector<std::string> words;  // at least one
};

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in{text.substr(0, text.find('#'))};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

std::vector<Entry> entries_of_file(const std::string& path, const std::string& text) {
    std::vector<Entry> entries;
    std::istringstream in{text};
    int number = 1;
    for (std::string line; std::getline(in, line); ++number) {
        Entry entry{{path, number, 1}, words_of(line)};
        if (!entry.words.empty()) entries.push_back(std::move(entry));
    }
    return entries;
}

using Added = tl::expected<void, std::string>;

Added single(const Entry& entry) {
    if (entry.words.size() == 1) return {};
    return tl::unexpected(
        fmt::format("expected one entry a line, got \"{}\" as well", entry.words[1]));
}

Added add_domain(match::ValueSet& set, const Entry& entry) {
    if (Added one = single(entry); !one) return one;
    if (entry.words[0].find('@') == std::string::npos) return set.add(entry.words[0]);
    return tl::unexpected(
        fmt::format("\"{}\" is an address; a map of addresses takes both", entry.words[0]));
}

Added add_pair(match::PairMap& map, const Entry& entry) {
    if (entry.words.size() < 2) {
        return tl::unexpected(fmt::format("\"{}\" has no values after it", entry.words[0]));
    }
    for (std::size_t i = 1; i < entry.words.size(); ++i) {
        if (Added added = map.add(entry.words[0], entry.words[i]); !added) return added;
    }
    return {};
}

template <typename Map, typename Add>
MapValue filled(const std::vector<Entry>& entries, Diagnostics& diagnostics, const Add& add) {
    auto map = std::make_shared<Map>();
    for (const Entry& entry : entries) {
        const Added added = add(*map, entry);
        if (!added) diagnostics.error(entry.place, added.error());
    }
    return map;
}

MapValue map_of_kind(const Word& kind, const std::vector<Entry>& entries,
                     Diagnostics& diagnostics) {
    if (kind.text == "pairs") return filled<match::PairMap>(entries, diagnostics, add_pair);
    if (kind.text == "domains") return filled<match::ValueSet>(entries, diagnostics, add_domain);
    if (kind.text == "addresses") {
        return filled<match::ValueSet>(entries, diagnostics, [](auto& set, const Entry& entry) {
            Added one = single(entry);
            return one ? set.add(entry.words[0]) : one;
        });
    }
    if (kind.text == "networks") {
        return filled<match::NetworkSet>(entries, diagnostics, [](auto& set, const Entry& entry) {
            Added one = single(entry);
            return one ? set.add(entry.words[0]) : one;
        });
    }
    throw Mistake(
        kind.place,
        fmt::format("unknown kind of map \"{}\"{}", kind.text,
                    suggestion(kind.text, {"pairs", "domains", "addresses", "networks"})));
}

std::vector<Entry> entries_of(const MapNode& node, const Files& files, const std::string& folder) {
    std::vector<Entry> entries;
    if (!node.file) {
        for (const Word& word : node.entries) {
            Entry entry{word.place, words_of(word.text)};
            if (!entry.words.empty()) entries.push_back(std::move(entry));
        }
        return entries;
    }
    const std::string path = below(folder, node.file->text);
    const auto text = files.read(path);
    if (!text) throw Mistake(node.file->place, fmt::format("{}: {}", path, text.error()));
    return entries_of_file(path, *text);
}

std::shared_ptr<policy::Window> window_of(const WindowNode& node, const date::time_zone* zone) {
    auto window = std::make_shared<policy::Window>();
    window->name = node.name.text;
    window->zone = zone;
    for (const auto& words : node.spans) {
        const auto days = parse_days(words[0].text);
        if (!days) throw Mistake(words[0].place, days.error());
        policy::Span span{*days, std::chrono::minutes{0}, std::chrono::minutes{24 * 60}};
        if (words.size() > 1) {
            const auto times = parse_times(words[1].text, *days);
            if (!times) throw Mistake(words[1].place, times.error());
            span = *times;
        }
        window->spans.push_back(span);
    }
    return window;
}

template <typename Table>
void refuse_second(const Table& table, const Word& name, const std::string& folder,
                   std::string_view what) {
    const auto first = table.find(folder + name.text);
    if (first == table.end()) return;
    throw Mistake(name.place,
                  fmt::format("a second {} \"{}\"; the first is at {}:{}", what, name.text,
                              first->second.place.file, first->second.place.line));
}

}  // namespace

std::string below(const std::string& folder, const std::string& name) {
    return name.starts_with('/') || folder.empty() ? name : folder + "/" + name;
}

NamedMap& Names::map(const Word& name) { return found_in(maps, name, folder, "map"); }

NamedWords& Names::list_of_words(const Word& name) {
    if (has_words(name.text)) return found_in(words, name, folder, "words");
    std::vector<std::string_view> known(std::begin(match::identifier_names),
                                        std::end(match::identifier_names));
    for (const auto& [key, value] : words) known.push_back(written(key, folder));
    throw Mistake(name.place, fmt::format("unknown words \"{}\"{}; a phrase stands in quotes",
                                          name.text, suggestion(name.text, known)));
}

NamedWindow& Names::window(const Word& name) { return found_in(windows, name, folder, "window"); }

NamedFooter& Names::footer(const Word& name) { return found_in(footers, name, folder, "footer"); }

bool Names::has_words(const std::string& name) const {
    return found(words, name, folder) != words.end();
}

std::string Names::tag(const Word& name) const {
    if (tags.contains(folder + name.text)) return folder + name.text;
    if (tags.contains(name.text)) return name.text;
    std::vector<std::string_view> known;
    for (const std::string& one : tags) known.push_back(written(one, folder));
    throw Mistake(name.place, fmt::format("no rule sets the tag \"{}\"{}", name.text,
                                          suggestion(name.text, known)));
}

void Names::leave_folder() {
    const auto is_own = [this](const auto& entry) { return entry.first.starts_with(folder); };
    std::erase_if(maps, is_own);
    std::erase_if(words, is_own);
    std::erase_if(windows, is_own);
    std::erase_if(tags, [this](const std::string& tag) { return tag.starts_with(folder); });
    folder.clear();
}

// An account could have the daemon open any file or speak to any socket.
[[noreturn]] void refuse_outside(const MapNode& node) {
    throw Mistake(
        node.outside->verb.place,
        fmt::format("maps of accounts are files or lists: the administrator declares those "
                    "in {}, for the rules of accounts to use",
                    node.outside->verb.text));
}

void declare(const Program& program, const Files& files, const std::string& folder, Names& names,
             Diagnostics& diagnostics) {
    for (const MapNode& node : program.maps) {
        try {
            refuse_second(names.maps, node.name, names.folder, "map");
            if (node.outside) {
                if (!names.folder.empty()) refuse_outside(node);
                names.maps[node.name.text] = {node.name.place, outside_map(node, folder)};
                continue;
            }
            const auto entries = entries_of(node, files, folder);
            names.maps[names.folder + node.name.text] = {
                node.name.place, map_of_kind(node.kind, entries, diagnostics)};
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
            // Declared all the same, so that its uses are not reported as well.
            names.maps.try_emplace(names.folder + node.name.text,
                                   NamedMap{node.name.place, std::shared_ptr<match::ValueSet>{}});
        }
    }
    for (const WordsNode& node : program.words) {
        try {
            refuse_second(names.words, node.name, names.folder, "list of words");
            names.words[names.folder + node.name.text] = words_of(node, files, folder, diagnostics);
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
            names.words.try_emplace(names.folder + node.name.text,
                                    NamedWords{node.name.place, nullptr});
        }
    }
    for (const WindowNode& node : program.windows) {
        try {
            refuse_second(names.windows, node.name, names.folder, "window");
            names.windows[names.folder + node.name.text] = {node.name.place,
                                                            window_of(node, names.zone)};
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
            names.windows.try_emplace(names.folder + node.name.text,
                                      NamedWindow{node.name.place, nullptr});
        }
    }
}

void warn_unused(const Names& names, Diagnostics& diagnostics) {
    const auto warn = [&](const auto& table, std::string_view text) {
        for (const auto& [key, named] : table) {
            if (named.used || !key.starts_with(names.folder)) continue;
            diagnostics.warning(named.place,
                                fmt::format(fmt::runtime(text), written(key, names.folder)));
        }
    };
    warn(names.maps, "map \"{}\" is not used");
    warn(names.words, "words \"{}\" are not used");
    warn(names.footers, "footer \"{}\" is not used");
    warn(names.windows, "window \"{}\" is not used");
}

}  // namespace spillway::language
