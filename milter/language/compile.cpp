#include "language/compile.h"

#include <algorithm>

#include <fmt/format.h>

#include "language/compile_limits.h"
#include "language/compile_rules.h"
#include "language/compile_settings.h"
#include "language/names.h"
#include "language/parser.h"
#include "language/revised.h"
#include "language/test_blocks.h"

namespace spillway::language {
namespace {

// Reads the main file and what it includes, each file once.
class Reader {
  public:
    Reader(const Files& files, std::string folder, Program& program, Diagnostics& diagnostics)
        : files_(files), folder_(std::move(folder)), program_(program), diagnostics_(diagnostics) {}

    void read(const std::string& path, const Place& asked_at);

  private:
    void include(const Word& pattern);

    const Files& files_;
    std::string folder_;
    Program& program_;
    Diagnostics& diagnostics_;
    std::vector<std::string> seen_;
};

void Reader::read(const std::string& path, const Place& asked_at) {
    if (std::ranges::find(seen_, path) != seen_.end()) {
        diagnostics_.error(asked_at, fmt::format("\"{}\" is included a second time", path));
        return;
    }
    seen_.push_back(path);
    const auto text = files_.read(path);
    if (!text) {
        diagnostics_.error(asked_at, fmt::format("{}: {}", path, text.error()));
        return;
    }
    parse(path, *text, program_, diagnostics_, [&](const Word& pattern) { include(pattern); });
}

void Reader::include(const Word& pattern) {
    const std::string path = below(folder_, pattern.text);
    if (path.find_first_of("*?[") == std::string::npos) return read(path, pattern.place);
    for (const std::string& found : files_.glob(path)) read(found, pattern.place);
}

void set_accounts(const PolicySettings& settings, Names& names, policy::Policy& policy) {
    if (!settings.accounts) return;
    const auto* map =
        std::get_if<std::shared_ptr<match::PairMap>>(&names.map(*settings.accounts).is);
    if (!map) {
        throw Mistake(settings.accounts->place,
                      fmt::format("\"{}\" is not a map of pairs", settings.accounts->text));
    }
    policy.accounts = *map;
}

std::shared_ptr<policy::Policy> compile(const Program& program, const Files& files,
                                        const std::string& folder, Settings& settings,
                                        Diagnostics& diagnostics) {
    auto policy = std::make_shared<policy::Policy>();
    const PolicySettings for_policy = read_settings(program.settings, settings, diagnostics);
    policy->zone = for_policy.zone;
    if (!for_policy.without_login.empty()) policy->without_login = for_policy.without_login;
    if (for_policy.text_limit) {
        policy->reading.text_bytes = static_cast<std::size_t>(*for_policy.text_limit);
    }
    Names names;
    names.zone = for_policy.zone;
    declare(program, files, folder, names, diagnostics);
    gather_tags(program, names);
    try {
        policy->notice_form = notice_form(for_policy.notice, files, folder);
        set_accounts(for_policy, names, *policy);
    } catch (const Mistake& mistake) {
        diagnostics.error(mistake.place, mistake.what());
    }
    compile_limits(program, names, *policy, diagnostics);
    compile_rules(program, names, *policy, diagnostics);
    policy->memos = names.memos;
    if (!diagnostics.has_errors()) {
        const auto kept = files.kept_patterns ? files.kept_patterns(settings.state_dir)
                                              : std::vector<match::SavedSet>{};
        policy->patterns = std::make_shared<match::PatternSets>(names.patterns, kept);
    }
    if (!diagnostics.has_errors()) warn_unused(names, diagnostics);
    return policy;
}

void keep_patterns(const match::PatternSets& patterns, const Files& files, Generation& generation,
                   const Place& place) {
    const auto sets = patterns.to_save();
    if (!files.keep_patterns || sets.empty()) return;
    if (const auto kept = files.keep_patterns(generation.settings.state_dir, sets); !kept)
        generation.diagnostics.warning(
            place, "the next start or reload compiles all patterns again: " + kept.error());
}

Generation loaded(const std::string& path, const Files& files, const Revise& revise) {
    Generation generation;
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    Program program;
    Reader(files, folder, program, generation.diagnostics).read(path, {path, 1, 1});
    auto policy = compile(program, files, folder, generation.settings, generation.diagnostics);
    if (generation.diagnostics.has_errors()) return generation;
    arrange(*policy);
    generation.tests_run = run_tests(program, *policy, generation.diagnostics);
    if (generation.diagnostics.has_errors()) return generation;
    keep_patterns(*policy->patterns, files, generation, {path, 1, 1});
    if (revise) {
        revise(*policy);
        arrange(*policy);
    }
    generation.policy = std::move(policy);
    return generation;
}

}  // namespace

Generation load(const std::string& path, const Files& files) {
    return load_revised(path, files, {});
}

Generation load_revised(const std::string& path, const Files& files, const Revise& revise) {
    Generation generation = loaded(path, files, revise);
    generation.diagnostics.sort();
    return generation;
}

}  // namespace spillway::language
