#include "mail/file_name.h"

#include <algorithm>

#include "mail/direction.h"
#include "mail/text.h"
#include "mail/url.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_name = 4096;

std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return readable(text);
}

std::string as_saved(std::string_view name) {
    name = name.substr(0, name.find('\0'));
    std::string saved = one_line(readable(name));
    const std::size_t folder = saved.find_last_of("/\\");
    if (folder != saved.npos && folder + 1 < saved.size()) saved.erase(0, folder + 1);
    const std::size_t stream = saved.find(':');
    if (stream != saved.npos && stream > 0) saved.resize(stream);
    saved.erase(saved.find_last_not_of(". ") + 1);
    return saved;
}

}  // namespace

std::vector<std::string> spellings_of_name(std::string_view name) {
    const std::string_view kept = utf8_prefix(name, longest_name);
    std::vector<std::string> spellings;
    const auto add = [&](std::string spelling) {
        if (!spelling.empty() && std::ranges::find(spellings, spelling) == spellings.end())
            spellings.push_back(std::move(spelling));
    };
    // The system goes by the order in which a name is written, a reader by that which he sees.
    const bool turned = has_overrides(kept);
    const std::string written = turned ? without_overrides(kept) : std::string(kept);
    add(one_line(readable(written)));
    add(as_saved(written));
    if (turned) add(one_line(readable(kept)));
    // Escapes as in URLs are decoded by some readers though nothing says that they are ones.
    if (kept.find('%') != kept.npos) add(as_saved(without_overrides(percent_decoded(kept))));
    // The end of a name says what the file is: of one that is too long both ends are kept.
    if (kept.size() < name.size())
        add(one_line(readable(without_overrides(name.substr(name.size() - 255)))));
    return spellings;
}

}  // namespace spillway::mail
