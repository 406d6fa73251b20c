#include "policy/folders.h"

#include <algorithm>

#include "mail/address.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

const Folder* folder_named(const Policy& policy, const std::string& name) {
    const auto found = policy.folders.find(lower(name));
    return found == policy.folders.end() ? nullptr : &found->second;
}

std::span<const Rule> rules_in(const Folder* folder) {
    return folder == nullptr ? std::span<const Rule>{} : std::span<const Rule>{folder->rules};
}

const Rule* rule_named(const std::vector<Rule>& rules, std::string_view name) {
    const auto found = std::ranges::find(rules, name, &Rule::name);
    return found == rules.end() ? nullptr : &*found;
}

}  // namespace

std::string folder_key(std::string_view name) { return mail::normal_domain(name); }

FoldersOfMessage folders_of(const Policy& policy, const Identity& identity) {
    if (policy.folders.empty()) return {};
    const Folder* const account = folder_named(policy, identity.account);
    const Folder* const domain = folder_named(policy, identity.domain);
    return {account, domain == account ? nullptr : domain};
}

RulesInOrder rules_of(const Policy& policy, const FoldersOfMessage& folders) {
    const std::span<const Rule> own{policy.rules};
    const std::size_t before = std::min(policy.rules_before_folders, own.size());
    return {own.first(before), rules_in(folders[0]), rules_in(folders[1]), own.subspan(before)};
}

const Rule* rule_named(const Policy& policy, std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == name.npos) return rule_named(policy.rules, name);
    const auto folder = policy.folders.find(name.substr(0, slash));
    return folder == policy.folders.end() ? nullptr : rule_named(folder->second.rules, name);
}

void for_each_rule(const Policy& policy, const std::function<void(const Rule&)>& visit) {
    std::ranges::for_each(policy.rules, visit);
    for (const auto& [name, folder] : policy.folders) std::ranges::for_each(folder.rules, visit);
}

}  // namespace spillway::policy
