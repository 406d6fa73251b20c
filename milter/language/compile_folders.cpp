#include "language/compile_folders.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/compile_rules.h"
#include "language/test_blocks.h"
#include "policy/folders.h"

namespace spillway::language {
namespace {

constexpr std::string_view suffix = ".rules";

// True of a path that names something below the folder, whatever is there.
bool is_below(std::string_view path, std::string_view folder) {
    return path.size() > folder.size() + 1 && path.starts_with(folder) &&
           path[folder.size()] == '/' && path.find("/../") == path.npos && !path.ends_with("/..");
}

// Reads the files of one folder, and nothing outside of it, and remembers their texts.
class FolderFiles {
  public:
    // With `former` the texts are taken from there, which must outlive this.
    FolderFiles(const Files& files, std::string path, const FolderText* former)
        : files_(files), path_(std::move(path)), former_(former) {}

    std::vector<std::string> rule_files() const {
        if (former_ == nullptr) return files_.glob(path_ + "/*" + std::string{suffix});
        std::vector<std::string> names;
        for (const auto& [name, text] : *former_) {
            const bool nested = name.find('/', path_.size() + 1) != name.npos;
            if (name.ends_with(suffix) && !nested) names.push_back(name);
        }
        return names;
    }

    tl::expected<std::string, std::string> read(const std::string& name) {
        auto text = text_of(name);
        if (!text) return text;
        bytes_ += text->size();
        if (bytes_ > largest_folder_bytes) {
            return tl::unexpected(fmt::format("all files of an account may have {} MB together",
                                              largest_folder_bytes / (1024 * 1024)));
        }
        texts_[name] = *text;
        return text;
    }

    FolderText take_texts() && { return std::move(texts_); }

  private:
    tl::expected<std::string, std::string> text_of(const std::string& name) const {
        if (!is_below(name, path_))
            return tl::unexpected<std::string>("files of an account are in its own folder");
        if (former_ == nullptr) {
            if (!files_.read_within) return files_.read(name);
            return files_.read_within(path_, name.substr(path_.size() + 1));
        }
        const auto found = former_->find(name);
        if (found != former_->end()) return found->second;
        return tl::unexpected<std::string>("No such file or directory");
    }

    const Files& files_;
    const std::string path_;
    const FolderText* former_;
    FolderText texts_;
    std::size_t bytes_ = 0;
};

// Names are the folder's own for as long as this lives.
class InFolder {
  public:
    InFolder(Names& names, const std::string& name) : names_(names) { names_.folder = name + "/"; }
    ~InFolder() { names_.leave_folder(); }
    InFolder(const InFolder&) = delete;
    InFolder& operator=(const InFolder&) = delete;

  private:
    Names& names_;
};

void append(Diagnostics& all, const Diagnostics& more) {
    for (const Diagnostic& one : more.all()) {
        if (one.severity == Severity::error)
            all.error(one.place, one.message);
        else
            all.warning(one.place, one.message);
    }
}

// Nobody's mail may go unchecked because a file cannot be read.
policy::Folder deferring(const std::string& name, Switches& switches) {
    policy::Rule rule;
    rule.name = name + "/broken";
    rule.mode = switches.mode_of(rule.name).value_or(policy::Mode::enforce);
    rule.actions.push_back(policy::DeferAction{
        {451, "4.3.5",
         *policy::Template::parse("The mail rules of this account have mistakes, so its mail waits "
                                  "until they are mended; ask postmaster")}});
    policy::Folder folder;
    folder.rules.push_back(std::move(rule));
    return folder;
}

// Too much of one customer's would make all others wait for the reload.
void check_amount(const std::string& path, std::size_t rules_bytes, const Program& program,
                  Diagnostics& mistakes) {
    if (rules_bytes > largest_rules_bytes) {
        mistakes.error({path, 1, 1}, fmt::format("the rules of an account may have {} KB together",
                                                 largest_rules_bytes / 1024));
    }
    if (program.tests.size() > most_folder_tests) {
        mistakes.error(program.tests[most_folder_tests].name.place,
                       fmt::format("an account may have {} tests", most_folder_tests));
    }
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

void FolderCompiler::check_action(const Word& action) const {
    const bool allowed =
        std::ranges::find(account_actions, action.text) != std::end(account_actions) ||
        std::ranges::find(may_, action.text) != may_.end();
    if (allowed || action.text == "abuse-id") return;  // of which the compiler of rules tells more
    throw Mistake(action.place,
                  fmt::format("rules of accounts may not \"{0}\" here: the administrator allows it "
                              "with \"accounts-folder ... may {0}\"",
                              action.text));
}

// FOLDER [may WORD ...]
void FolderCompiler::read_statement(const FoldersNode& node) {
    // Sealed tokens are never for accounts.
    constexpr std::string_view no_actions[] = {"when", "unless", "mode", "on-error", "abuse-id"};
    Arguments args(node.line);
    folder_ = args.take("a folder, such as accounts.d");
    std::vector<std::string_view> known{"overrule"};
    for (const std::string_view word : rule_words)
        if (std::ranges::find(no_actions, word) == std::end(no_actions)) known.push_back(word);
    if (args.take_if("may")) {
        do may_.emplace_back(known[args.take_one_of(known)]);
        while (args.more());
    }
    args.done();
}

bool FolderCompiler::read_files(const std::string& path, CompiledFolder& folder,
                                Diagnostics& mistakes) {
    const auto former = sources_.former.find(folder.name);
    folder.former = former != sources_.former.end();
    FolderFiles reading(sources_.files, path, folder.former ? former->second.get() : nullptr);
    const std::vector<std::string> rule_files = reading.rule_files();
    std::size_t rules_bytes = 0;
    for (const std::string& file : rule_files) {
        const auto text = reading.read(file);
        if (text)
            parse(file, *text, folder.program, mistakes, {}, Author::account);
        else
            mistakes.error({file, 1, 1}, text.error());
        rules_bytes += text ? text->size() : 0;
    }
    check_amount(path, rules_bytes, folder.program, mistakes);
    if (rules_bytes > largest_rules_bytes) return true;
    Files own;
    own.read = [&](const std::string& name) { return reading.read(name); };
    compile_rules_of(path, folder, own, mistakes);
    folder.text = std::move(reading).take_texts();
    return !rule_files.empty();
}

void FolderCompiler::compile_rules_of(const std::string& path, CompiledFolder& folder,
                                      const Files& files, Diagnostics& mistakes) {
    const InFolder inside(names_, folder.name);
    Switches own(folder.program.modes, mistakes);
    gather_tags(folder.program, names_);
    declare(folder.program, files, path, names_, mistakes);
    const RuleTerms terms{.archives = sources_.archives,
                          .mode_of =
                              [&](const std::string& rule) {
                                  const auto by_account = own.mode_of(rule);
                                  const auto by_administrator =
                                      switches_.mode_of(names_.folder + rule);
                                  return by_administrator ? by_administrator : by_account;
                              },
                          .check_action = [this](const Word& action) { check_action(action); }};
    folder.rules.rules = compile_rules(folder.program, terms, names_, mistakes);
    own.report_unused(folder.program.rules, mistakes);
    if (!mistakes.has_errors()) warn_unused(names_, mistakes);
}

void FolderCompiler::compile_one(const std::string& path) {
    CompiledFolder folder;
    folder.name = policy::folder_key(last_part(path));
    folder.place = {path, 1, 1};
    Diagnostics mistakes;
    bool used = false;
    try {
        used = read_files(path, folder, mistakes);
    } catch (const std::exception& trouble) {  // a folder that cannot be listed
        used = true;
        mistakes.error(folder.place, trouble.what());
    }
    if (!used) return;
    const auto [first, is_new] = seen_.try_emplace(folder.name, path);
    if (folder.name.empty()) {
        mistakes.error(folder.place,
                       "this cannot be the name of an account or domain, which are letters, "
                       "digits, \"-\", \"_\" and \".\"; its rules are nobody's");
    } else if (!is_new) {
        mistakes.error(folder.place, fmt::format("a second folder of {}; the first is {}",
                                                 folder.name, first->second));
    }
    folder.faulty = mistakes.has_errors();
    append(of_folders_, mistakes);
    if (is_new && !folder.name.empty()) compiled_.push_back(std::move(folder));
}

void FolderCompiler::compile_all() {
    const std::string path = below(sources_.main_folder, folder_.text);
    const std::vector<std::string> found = sources_.files.glob(path + "/*");
    for (const std::string& folder : found) compile_one(folder);
    if (found.empty())
        diagnostics_.warning(folder_.place, fmt::format("no account has a folder in {}", path));
}

std::vector<CompiledFolder> FolderCompiler::compile() {
    if (program_.folders.empty()) return {};
    const FoldersNode& node = program_.folders.front();
    for (std::size_t i = 1; i < program_.folders.size(); ++i) {
        diagnostics_.error(program_.folders[i].line.verb.place,
                           fmt::format("a second \"accounts-folder\"; the first is at {}:{}",
                                       node.line.verb.place.file, node.line.verb.place.line));
    }
    try {
        read_statement(node);
    } catch (const Mistake& mistake) {
        diagnostics_.error(mistake.place, mistake.what());
        return {};
    }
    const bool overrule = std::ranges::find(may_, "overrule") != may_.end();
    if (!overrule && node.rules_before < program_.rules.size()) {
        const Word& rule = program_.rules[node.rules_before].name;
        diagnostics_.error(
            rule.place,
            fmt::format("rule \"{}\" stands behind accounts-folder, where rules of accounts can "
                        "let mail go past it: move it before that, or say there \"may overrule\"",
                        rule.text));
    }
    compile_all();
    return std::move(compiled_);
}

int adopt(std::vector<CompiledFolder>& folders, Switches& switches, policy::Policy& policy,
          Diagnostics& of_folders) {
    for (CompiledFolder& folder : folders) {
        policy.folders[folder.name] =
            folder.faulty ? deferring(folder.name, switches) : std::move(folder.rules);
    }
    arrange(policy);
    // What another customer's rules do must not fail the tests of this one.
    auto all = std::exchange(policy.folders, {});
    int tests = 0;
    for (CompiledFolder& folder : folders) {
        if (folder.faulty) continue;
        policy.folders.insert(all.extract(folder.name));
        Diagnostics failures;
        tests += run_tests(folder.program, policy, failures, folder.name);
        append(of_folders, failures);
        folder.faulty = failures.has_errors();
        if (folder.faulty) policy.folders[folder.name] = deferring(folder.name, switches);
        all.insert(policy.folders.extract(folder.name));
    }
    policy.folders = std::move(all);
    for (const CompiledFolder& folder : folders)
        if (folder.faulty || folder.former)
            policy.faulty_folders.push_back({folder.name, !folder.faulty});
    return tests;
}

}  // namespace spillway::language
