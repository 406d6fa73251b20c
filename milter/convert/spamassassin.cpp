#include "convert/spamassassin.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "convert/meta.h"
#include "convert/spamassassin_rules.h"
#include "convert/spamassassin_single.h"
#include "convert/spamassassin_tests.h"

namespace spillway::convert {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_reason = 200;

bool is_name(std::string_view name) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return name.size() <= longest_name && name.find_first_not_of(letters) == name.npos;
}

class Conversion {
  public:
    explicit Conversion(ForeignRules foreign) : foreign_(std::move(foreign)) {}

    Converted run() {
        out_.remarks = std::move(foreign_.remarks);
        out_.found = foreign_.rules.size();
        for (const auto& entry : foreign_.rules) {
            if (entry.second.kind != "meta") carry_single(entry.second);
        }
        carry_metas();
        for (const std::string& name : carried_) add_hold(foreign_.rules.at(name));
        out_.carried = carried_.size();
        carry_tests();
        add_head();
        return std::move(out_);
    }

  private:
    void tell(const ForeignRule& rule, std::string why, bool left_out) {
        out_.remarks.push_back({rule.file, rule.line, rule.name, std::move(why), left_out});
    }

    bool is_on(const ForeignRule& rule) {
        if (!is_name(rule.name)) {
            tell(rule, "the name has other characters than letters, digits and _, or too many",
                 true);
            return false;
        }
        if (rule.score != 0.0) return true;
        tell(rule, "is switched off there by a score of 0", true);
        return false;
    }

    void add(const ForeignRule& rule, std::string condition) {
        out_.rules.push_back(
            {rule.name, rule.about, std::move(condition), "", {"tag " + rule.name}});
        carried_.insert(rule.name);
    }

    void carry_single(const ForeignRule& rule) {
        if (!is_on(rule)) return;
        auto single = single_condition(rule);
        if (!single) return tell(rule, single.error(), true);
        if (!single->difference.empty()) tell(rule, single->difference, false);
        add(rule, std::move(single->condition));
    }

    // A tag counts for rules behind the one that sets it, so what a rule asks for comes before it.
    // Each round carries those of which all is carried; what is left at the end asks for something
    // that is not, or in a circle.
    void carry_metas() {
        std::map<std::string, Meta> waiting = metas();
        for (bool more = true; more;) {
            more = false;
            for (auto at = waiting.begin(); at != waiting.end();) {
                if (missing_in(at->second)) {
                    ++at;
                    continue;
                }
                add(foreign_.rules.at(at->first), std::move(at->second.condition));
                at = waiting.erase(at);
                more = true;
            }
        }
        for (const auto& entry : waiting) {
            tell(foreign_.rules.at(entry.first), why_missing(*missing_in(entry.second), waiting),
                 true);
        }
    }

    std::map<std::string, Meta> metas() {
        const auto counts = [this](const std::string& name) {
            const auto found = foreign_.rules.find(name);
            return found != foreign_.rules.end() && found->second.counts_matches;
        };
        std::map<std::string, Meta> metas;
        for (const auto& entry : foreign_.rules) {
            const ForeignRule& rule = entry.second;
            if (rule.kind != "meta" || !is_on(rule)) continue;
            auto meta = meta_condition(rule.definition, counts);
            if (meta) {
                metas.emplace(rule.name, *std::move(meta));
            } else {
                tell(rule, meta.error(), true);
            }
        }
        return metas;
    }

    std::optional<std::string> missing_in(const Meta& meta) const {
        const auto missing = std::ranges::find_if(
            meta.asks, [this](const std::string& name) { return !carried_.contains(name); });
        return missing == meta.asks.end() ? std::nullopt : std::optional(*missing);
    }

    std::string why_missing(const std::string& name,
                            const std::map<std::string, Meta>& waiting) const {
        if (!foreign_.rules.contains(name)) {
            return fmt::format("asks for {}, which is in none of these files", name);
        }
        return fmt::format("asks for {}, which is not carried{}", name,
                           waiting.contains(name) ? " either" : "");
    }

    void add_hold(const ForeignRule& rule) {
        if (!rule.score || *rule.score < foreign_.required_score) return;
        const std::string name = "hold-" + rule.name;
        if (name.size() > longest_name) {
            return tell(rule, "the name is too long for a rule that holds", false);
        }
        const std::string reason =
            rule.about.empty() ? rule.name : fmt::format("{}: {}", rule.name, rule.about);
        out_.rules.push_back({name,
                              fmt::format("score {}", *rule.score),
                              "tag " + rule.name,
                              "",
                              {"quarantine " + quoted(reason, longest_reason)}});
    }

    void carry_tests() {
        out_.tests_found = foreign_.tests.size();
        std::map<std::string, int> count;
        for (const ForeignTest& test : foreign_.tests) {
            const auto rule = foreign_.rules.find(test.rule);
            tl::expected<TestBlock, std::string> block =
                carried_.contains(test.rule)
                    ? test_block(rule->second, test, ++count[test.rule])
                    : tl::unexpected(fmt::format("tests {}, which is not carried", test.rule));
            if (block) {
                out_.tests.push_back(*std::move(block));
            } else {
                out_.remarks.push_back({test.file, test.line, "test", block.error(), true});
            }
        }
    }

    void add_head() {
        out_.head = {
            fmt::format("Imported from SpamAssassin: {} of {} rules.", out_.carried, out_.found),
            "", "Each rule sets a tag of its own name, for rules and limits of yours to ask for.",
            fmt::format("A score is not added to others: only a rule that by itself reaches {} "
                        "holds the message.",
                        foreign_.required_score)};
    }

    ForeignRules foreign_;
    Converted out_;
    std::set<std::string> carried_;
};

}  // namespace

Converted from_spamassassin(const std::vector<Source>& sources) {
    Converted converted = Conversion(read_spamassassin(sources)).run();
    sort_remarks(converted, sources);
    return converted;
}

}  // namespace spillway::convert
