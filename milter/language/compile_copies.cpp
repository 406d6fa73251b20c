#include "language/compile_copies.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "language/blocks.h"
#include "mail/address.h"

namespace spillway::language {
namespace {

using Archives = std::map<std::string, policy::ArchivePlace>;

const std::string& absolute_path(const Word& word) {
    if (!word.text.starts_with('/')) throw Mistake(word.place, "expected an absolute path");
    return word.text;
}

// Names stand in file names, log lines and metrics.
bool fits_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

void read_archive(Arguments& args, Archives& archives) {
    const Word& name = args.take("the archive's name");
    if (!fits_name(name.text))
        throw Mistake(name.place,
                      "an archive's name has lower-case letters, digits, \"-\" and \"_\", at most "
                      "64 of them");
    policy::ArchivePlace place;
    place.folder = absolute_path(args.take("an absolute path of a folder"));
    if (args.take_if("encrypt-to"))
        place.certificate = absolute_path(args.take("the file of a certificate"));
    const auto shared = std::ranges::find_if(
        archives, [&](const auto& known) { return known.second.folder == place.folder; });
    if (shared != archives.end())
        throw Mistake(name.place, fmt::format("archive \"{}\" has this folder", shared->first));
    if (!archives.emplace(name.text, std::move(place)).second)
        throw Mistake(name.place, fmt::format("a second archive \"{}\"", name.text));
}

mail::Address take_address(Arguments& args) {
    const Word& word = args.take("an address");
    const mail::Address address = mail::envelope_address(word.text);
    if (!mail::is_plain_address(word.text) || address.local.empty() || address.domain.empty())
        throw Mistake(
            word.place,
            fmt::format("expected an address such as audit@example.net, got \"{}\"", word.text));
    return address;
}

policy::BccAction bcc_action(Arguments& args) {
    policy::BccAction bcc;
    do bcc.to.push_back(take_address(args));
    while (args.more());
    return bcc;
}

policy::ArchiveAction keeping_action(Arguments& args, const Archives& archives) {
    const Word& name = args.take("an archive's name");
    if (archives.contains(name.text)) return {name.text};
    std::vector<std::string_view> known;
    for (const auto& [one, place] : archives) known.push_back(one);
    throw Mistake(name.place,
                  fmt::format("unknown archive \"{}\"{}", name.text, suggestion(name.text, known)));
}

}  // namespace

Archives compile_archives(const Program& program, Diagnostics& diagnostics) {
    Archives archives;
    for (const Line& line : program.archives)
        read_line(line, diagnostics, [&](Arguments& args) { read_archive(args, archives); });
    return archives;
}

std::optional<policy::Action> copy_action(Arguments& args, const Archives& archives) {
    const std::string& verb = args.line().verb.text;
    if (verb == "bcc") return bcc_action(args);
    if (verb == "redirect") return policy::RedirectAction{take_address(args)};
    if (verb == "archive") return keeping_action(args, archives);
    return std::nullopt;
}

}  // namespace spillway::language
