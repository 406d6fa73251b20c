// The folders of accounts and domains: rules that a customer is given to write himself, beside the
// administrator's.
//
// A mistake in one of them is told like any other, and stops neither the policy nor the other
// folders: see FaultyFolder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "language/compile.h"
#include "language/names.h"
#include "language/parser.h"
#include "language/switches.h"
#include "policy/policy.h"

namespace spillway::language {

// What all files of one folder may have together, so that one customer cannot fill the memory; and
// of that its rules, whose expressions take time to compile, and its tests, which take time to run.
inline constexpr std::size_t largest_folder_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t largest_rules_bytes = 256 * 1024;
inline constexpr std::size_t most_folder_tests = 200;

// What rules in folders may do without being allowed it: nothing that reaches beyond their own mail
// or past the administrator's rules.
inline constexpr std::string_view account_actions[] = {"reject", "defer", "quarantine", "accept",
                                                       "tag"};

struct CompiledFolder {
    std::string name;      // see policy::folder_key()
    Place place;           // of the folder, for what is true of all of it
    bool faulty = false;   // the mistakes are told
    bool former = false;   // read from the former texts
    Program program;       // for its tests
    policy::Folder rules;  // none when it is faulty
    FolderText text;
};

struct FolderSources {
    const Files& files;
    const std::string& main_folder;  // where relative names begin
    const FolderTexts& former;       // to be read in place of what is on disk
    const std::map<std::string, policy::ArchivePlace>& archives;
};

// Compiles all folders that the program names. Mistakes in the statement itself go to
// `diagnostics`, those in folders to `of_folders`.
class FolderCompiler {
  public:
    FolderCompiler(const Program& program, const FolderSources& sources, Switches& switches,
                   Names& names, Diagnostics& diagnostics, Diagnostics& of_folders)
        : program_(program),
          sources_(sources),
          switches_(switches),
          names_(names),
          diagnostics_(diagnostics),
          of_folders_(of_folders) {}

    std::vector<CompiledFolder> compile();

  private:
    void read_statement(const FoldersNode& node);
    void compile_all();
    void compile_one(const std::string& path);
    bool read_files(const std::string& path, CompiledFolder& folder, Diagnostics& mistakes);
    void compile_rules_of(const std::string& path, CompiledFolder& folder, const Files& files,
                          Diagnostics& mistakes);
    void check_action(const Word& action) const;

    const Program& program_;
    const FolderSources sources_;
    Switches& switches_;
    Names& names_;
    Diagnostics& diagnostics_;
    Diagnostics& of_folders_;
    Word folder_;
    std::vector<std::string> may_;
    std::map<std::string, std::string> seen_;  // path by name
    std::vector<CompiledFolder> compiled_;
};

// Makes the folders part of the policy and runs their tests. A folder with mistakes, or a test that
// fails, gets one rule, which defers its mail. Returns how many tests ran.
int adopt(std::vector<CompiledFolder>& folders, Switches& switches, policy::Policy& policy,
          Diagnostics& of_folders);

}  // namespace spillway::language
