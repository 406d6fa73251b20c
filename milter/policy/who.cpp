#include "policy/who.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "policy/calendar.h"
#include "policy/identity.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

template <typename T>
using Parsed = tl::expected<T, std::string>;

using limits::Whom;

constexpr std::array scopes{Scope::account, Scope::domain,      Scope::user,      Scope::client_ip,
                            Scope::user_ip, Scope::rcpt_domain, Scope::everything};

std::optional<Scope> scope_named(std::string_view name) {
    const auto found =
        std::ranges::find_if(scopes, [&](Scope one) { return name == name_of(one); });
    return found == scopes.end() ? std::nullopt : std::optional(*found);
}

// What identify() puts in place of a login or a domain.
bool is_stand_in(std::string_view value) {
    return value.starts_with("uid ") || value.starts_with("script ") || value.starts_with('[');
}

std::string_view domain_in(std::string_view user) {
    const auto at = user.rfind('@');
    return at == user.npos ? std::string_view() : user.substr(at + 1);
}

Parsed<Who> domain_of(Scope scope, std::string_view text) {
    std::string domain = mail::normal_domain(text);
    if (domain.empty() && is_stand_in(text)) domain = text;
    if (domain.empty()) return tl::unexpected(fmt::format("\"{}\" is no domain", text));
    return Who{scope, lower(std::move(domain))};
}

Parsed<Who> client_of(std::string_view text) {
    const auto ip = match::parse_ip(text);
    if (!ip) return tl::unexpected(fmt::format("\"{}\" is no address of a client", text));
    return Who{Scope::client_ip, ip->text()};
}

Parsed<Who> of_scope(Scope scope, std::string_view value) {
    if (scope == Scope::everything) {
        if (value.empty()) return Who{scope, "all"};
        return tl::unexpected(std::string("\"everything\" stands alone"));
    }
    if (scope == Scope::user_ip)
        return tl::unexpected(
            std::string("a limit of scope user-ip goes by the plans of its user, "
                        "his domain and his account: name one of them"));
    if (value.empty())
        return tl::unexpected(fmt::format("which {}? Its name is missing", name_of(scope)));
    if (scope == Scope::domain || scope == Scope::rcpt_domain) return domain_of(scope, value);
    if (scope == Scope::client_ip) return client_of(value);
    return Who{scope, lower(std::string(value))};
}

Parsed<Who> guessed(std::string_view word) {
    if (word.find('@') != word.npos) return of_scope(Scope::user, word);
    if (match::parse_ip(word)) return client_of(word);
    if (word.find('.') != word.npos) return domain_of(Scope::domain, word);
    return tl::unexpected(fmt::format(
        "\"{0}\" may be a user, an account or else: say which, as in \"account {0}\"", word));
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

void add_once(std::vector<std::string>& texts, std::string text) {
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
}

std::string owner_of(const Policy& policy, const std::string& domain) {
    return lower(account_of(policy, "", domain));
}

// The login's account, and that of mail which only bears the login's address as its sender.
Parsed<std::vector<std::string>> accounts_of_user(const Policy& policy, const std::string& user) {
    if (is_stand_in(user)) return std::vector{owner_of(policy, user)};
    const std::string domain = mail::normal_domain(domain_in(user));
    const bool is_mapped = policy.accounts && policy.accounts->first_value_of(user);
    if (domain.empty() && !is_mapped)
        return tl::unexpected(fmt::format(
            "the login {} shows no domain, so each message's sender decides whose account it is: "
            "give the login an account in the accounts map",
            user));
    std::vector<std::string> accounts{lower(account_of(policy, user, domain))};
    if (!domain.empty()) add_once(accounts, owner_of(policy, domain));
    return accounts;
}

std::vector<std::string> accounts_of_domain(const Policy& policy, Scope scope,
                                            const std::string& domain) {
    std::vector<std::string> accounts{owner_of(policy, domain)};
    if (policy.accounts && (scope == Scope::user || scope == Scope::user_ip))
        for (const std::string& account : policy.accounts->first_values_within(domain))
            add_once(accounts, lower(account));
    return accounts;
}

// The scopes whose plans a limit goes by, the closest first.
std::vector<std::string> plan_scopes(Scope scope) {
    const Counted anybody =
        scope == Scope::rcpt_domain ? counted_to({}) : counted_by(scope, {}, {}, {});
    std::vector<std::string> names;
    for (const auto& [name, value] : anybody.plans) names.push_back(name);
    return names;
}

// As an operator would say it; nothing where the plan is as good as any.
std::string why_without_effect(const Limit& limit, const Who& who, std::int64_t max) {
    const std::vector<std::string> known = plan_scopes(limit.scope);
    if (std::ranges::find(known, name_of(who.scope)) == known.end())
        return fmt::format(
            "limit {} is of scope {}: a maximum of its own may be set for {}, not {}", limit.name,
            name_of(limit.scope), fmt::join(known, ", "), name_of(who.scope));
    if (std::holds_alternative<limits::Pacing>(limit.rate) && max != limits::unlimited)
        return fmt::format("limit {} sets a pace, which can only be lifted: unlimited", limit.name);
    return "";
}

struct Key {
    std::string limit;
    std::string scope;
    std::string value;  // may hold colons
};

std::optional<Key> parts_of(std::string_view key) {
    const auto first = key.find(':');
    const auto second = first == key.npos ? key.npos : key.find(':', first + 1);
    if (second == key.npos) return std::nullopt;
    return Key{std::string(key.substr(0, first)),
               std::string(key.substr(first + 1, second - first - 1)),
               std::string(key.substr(second + 1))};
}

// What counted_by() said when the key was made, as far as the key tells.
Counted counted_under(Scope scope, const std::string& value, const std::string& account) {
    const auto of_user = [&](const std::string& user) {
        const std::string domain(is_stand_in(user) ? std::string_view(user) : domain_in(user));
        Counted counted{value, account, {{"user", user}}};
        if (!domain.empty()) counted.plans.emplace_back("domain", domain);
        counted.plans.emplace_back("account", account);
        return counted;
    };
    if (scope == Scope::user) return of_user(value);
    if (scope == Scope::user_ip) return of_user(value.substr(0, value.rfind(' ')));
    Counted counted{value, account, {{name_of(scope), value}}};
    if (scope == Scope::domain) counted.plans.emplace_back("account", account);
    return counted;
}

std::optional<Whom> whom_of(Scope scope) {
    if (scope == Scope::user) return Whom::user;
    if (scope == Scope::domain) return Whom::domain;
    return scope == Scope::account ? std::optional(Whom::account) : std::nullopt;
}

Scope scope_of(Whom whom) {
    if (whom == Whom::user) return Scope::user;
    return whom == Whom::domain ? Scope::domain : Scope::account;
}

}  // namespace

tl::expected<Who, std::string> parse_who(std::string_view words) {
    words = trimmed(words);
    const auto blank = std::min(words.find(' '), words.size());
    const auto scope = scope_named(words.substr(0, blank));
    if (scope) return of_scope(*scope, trimmed(words.substr(blank)));
    if (words.empty()) return tl::unexpected(std::string("it is not said for whom"));
    if (blank == words.size()) return guessed(words);
    return tl::unexpected(
        fmt::format("\"{}\" is none of user, domain, account, client-ip, "
                    "rcpt-domain and everything",
                    words.substr(0, blank)));
}

std::string in_words(const Who& who) {
    if (who.scope == Scope::everything) return name_of(who.scope);
    return fmt::format("{} {}", name_of(who.scope), who.value);
}

std::optional<Who> who_of_plan(std::string_view name) {
    auto parts = parts_of(name);
    const auto scope = parts ? scope_named(parts->scope) : std::nullopt;
    if (!scope) return std::nullopt;
    return Who{*scope, std::move(parts->value)};
}

tl::expected<std::vector<std::string>, std::string> accounts_of(const Policy& policy, Scope scope,
                                                                const Who& who) {
    if (who.scope == Scope::user) return accounts_of_user(policy, who.value);
    if (who.scope == Scope::domain) return accounts_of_domain(policy, scope, who.value);
    return std::vector{who.value};  // a root of its own
}

tl::expected<std::vector<limits::Plan>, std::string> plans_for(const Policy& policy,
                                                               const Limit& limit, const Who& who,
                                                               std::int64_t max) {
    std::string why = why_without_effect(limit, who, max);
    if (!why.empty()) return tl::unexpected(std::move(why));
    const auto accounts = accounts_of(policy, limit.scope, who);
    if (!accounts) return tl::unexpected(accounts.error());
    std::vector<limits::Plan> plans;
    for (const std::string& account : *accounts) {
        const Counted counted{who.value, account, {{name_of(who.scope), who.value}}};
        plans.push_back({account, plan_names(limit.name, counted).front(), max});
    }
    return plans;
}

tl::expected<limits::Suspect, std::string> suspect_of(const Policy& policy, const Who& who) {
    const auto whom = whom_of(who.scope);
    if (!whom)
        return tl::unexpected(fmt::format("a user, a domain or an account can be suspended, not {}",
                                          name_of(who.scope)));
    const auto accounts = accounts_of(policy, who.scope, who);
    if (!accounts) return tl::unexpected(accounts.error());
    return limits::Suspect{accounts->front(), *whom, who.value};
}

std::string in_words(const limits::Suspect& suspect) {
    return in_words(Who{scope_of(suspect.whom), suspect.who});
}

std::optional<AskedCharge> charge_of_key(const Policy& policy, const std::string& key,
                                         const std::string& account, limits::Time now) {
    const auto parts = parts_of(key);
    if (!parts) return std::nullopt;
    const auto limit = std::ranges::find(policy.limits, parts->limit, &Limit::name);
    const bool counts = limit != policy.limits.end() && limit->unit != Unit::connections &&
                        parts->scope == name_of(limit->scope);
    if (!counts) return std::nullopt;

    limits::Charge charge;
    charge.limit = limit->name;
    charge.key = key;
    charge.account = account;
    charge.rate = rate_at(limit->rate, *policy.zone, now);
    charge.when_unavailable = limit->when_unavailable;
    // Anyone who is in no count yet: what counts different ones is told apart by its members.
    if (limit->unit == Unit::unique_recipients) charge.members = {""};
    charge.plans = plan_names(limit->name, counted_under(limit->scope, parts->value, account));
    return AskedCharge{&*limit, std::move(charge)};
}

}  // namespace spillway::policy
