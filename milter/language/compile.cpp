#include "language/compile.h"

#include <algorithm>

#include <fmt/format.h>

#include "language/compile_copies.h"
#include "language/compile_folders.h"
#include "language/compile_footers.h"
#include "language/compile_limits.h"
#include "language/compile_outside.h"
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
                      fmt::format("\"{}\" is not a map of pairs in a file or inline",
                                  settings.accounts->text));
    }
    policy.accounts = *map;
}

// The settings that are about the policy itself.
void apply(const PolicySettings& settings, policy::Policy& policy) {
    policy.zone = settings.zone;
    if (!settings.without_login.empty()) policy.without_login = settings.without_login;
    policy.local_identity = settings.local_identity;
    if (settings.text_limit)
        policy.reading.text_bytes = static_cast<std::size_t>(*settings.text_limit);
}

// Makes one generation: members are what its parts share.
class Loading {
  public:
    Loading(const std::string& path, const Files& files, const FolderTexts& former,
            const Revise& revise)
        : path_(path), files_(files), former_(former), revise_(revise) {
        const auto slash = path.rfind('/');
        folder_ = slash == std::string::npos ? "" : path.substr(0, slash);
    }

    Generation load() &&;

  private:
    void compile();
    void compile_rest(const PolicySettings& settings);
    void compile_patterns();

    const std::string& path_;
    const Files& files_;
    const FolderTexts& former_;
    const Revise& revise_;
    std::string folder_;
    Program program_;
    Names names_;
    std::optional<Switches> switches_;
    std::shared_ptr<policy::Policy> policy_ = std::make_shared<policy::Policy>();
    std::vector<CompiledFolder> folders_;
    Generation generation_;
};

void Loading::compile_rest(const PolicySettings& settings) {
    Diagnostics& diagnostics = generation_.diagnostics;
    try {
        policy_->notice_form = notice_form(settings.notice, files_, folder_);
        set_accounts(settings, names_, *policy_);
    } catch (const Mistake& mistake) {
        diagnostics.error(mistake.place, mistake.what());
    }
    compile_limits(program_, names_, *policy_, diagnostics);
    compile_footers(program_, files_, folder_, names_, diagnostics);
    switches_.emplace(program_.modes, diagnostics);
    policy_->archives = compile_archives(program_, diagnostics);
    const RuleTerms terms{
        .archives = policy_->archives,
        .mode_of = [this](const std::string& rule) { return switches_->mode_of(rule); }};
    policy_->rules = compile_rules(program_, terms, names_, diagnostics);
    if (!generation_.settings.abuse_keys) ask_for_abuse_keys(program_, diagnostics);
    policy_->memos = names_.memos;
    policy_->rules_before_folders =
        program_.folders.empty() ? policy_->rules.size() : program_.folders.front().rules_before;
    folders_ = FolderCompiler(program_, {files_, folder_, former_, policy_->archives}, *switches_,
                              names_, diagnostics, generation_.of_folders)
                   .compile();
    switches_->report_unused(program_.rules, diagnostics);
}

void Loading::compile_patterns() {
    const auto kept = files_.kept_patterns ? files_.kept_patterns(generation_.settings.state_dir)
                                           : std::vector<match::SavedSet>{};
    policy_->patterns = std::make_shared<match::PatternSets>(names_.patterns, kept);
}

void Loading::compile() {
    Diagnostics& diagnostics = generation_.diagnostics;
    const PolicySettings settings =
        read_settings(program_.settings, generation_.settings, diagnostics);
    apply(settings, *policy_);
    names_.zone = settings.zone;
    declare(program_, files_, folder_, names_, diagnostics);
    check_redis_maps(program_, generation_.settings, diagnostics);
    gather_tags(program_, names_);
    compile_rest(settings);
    if (!diagnostics.has_errors()) compile_patterns();
    if (!diagnostics.has_errors()) warn_unused(names_, diagnostics);
}

// The administrator's tests run before there are any folders: no customer's rule can fail them.
Generation Loading::load() && {
    Diagnostics& diagnostics = generation_.diagnostics;
    Reader(files_, folder_, program_, diagnostics).read(path_, {path_, 1, 1});
    compile();
    if (diagnostics.has_errors()) return std::move(generation_);
    arrange(*policy_);
    generation_.tests_run = run_tests(program_, *policy_, diagnostics);
    if (diagnostics.has_errors()) return std::move(generation_);
    generation_.tests_run += adopt(folders_, *switches_, *policy_, generation_.of_folders);
    for (CompiledFolder& folder : folders_) {
        if (folder.faulty) continue;
        generation_.folders[folder.name] =
            std::make_shared<const FolderText>(std::move(folder.text));
    }
    if (revise_) {
        revise_(*policy_);
        arrange(*policy_);
    }
    generation_.policy = std::move(policy_);
    return std::move(generation_);
}

void keep_patterns(const Files& files, Generation& generation, const Place& place) {
    const auto sets = generation.policy->patterns->to_save();
    if (!files.keep_patterns || sets.empty()) return;
    if (const auto kept = files.keep_patterns(generation.settings.state_dir, sets); !kept)
        generation.diagnostics.warning(
            place, "the next start or reload compiles all patterns again: " + kept.error());
}

// Of folders that are faulty now.
FolderTexts former_texts(const Generation& generation, const FolderTexts& former) {
    FolderTexts texts;
    if (!generation.policy) return texts;
    for (const policy::FaultyFolder& faulty : generation.policy->faulty_folders) {
        const auto found = former.find(faulty.name);
        if (found != former.end()) texts.insert(*found);
    }
    return texts;
}

void finish(Generation& generation, const std::string& path, const Files& files) {
    if (generation.policy) keep_patterns(files, generation, {path, 1, 1});
    generation.diagnostics.sort();
    generation.of_folders.sort();
}

}  // namespace

Generation load(const std::string& path, const Files& files, const FolderTexts& former) {
    Generation generation = Loading(path, files, {}, {}).load();
    if (const FolderTexts texts = former_texts(generation, former); !texts.empty()) {
        Diagnostics mistakes = std::move(generation.of_folders);
        generation = Loading(path, files, texts, {}).load();
        generation.of_folders = std::move(mistakes);
    }
    finish(generation, path, files);
    return generation;
}

Generation load_revised(const std::string& path, const Files& files, const Revise& revise) {
    Generation generation = Loading(path, files, {}, revise).load();
    finish(generation, path, files);
    return generation;
}
}  // namespace spillway::language
