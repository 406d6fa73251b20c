#include "language/compile_rules.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/compile_condition.h"
#include "language/compile_reply.h"

namespace spillway::language {
namespace {

constexpr std::string_view refused_text =
    "Message refused by policy; ask postmaster if you think this is wrong";
constexpr std::string_view deferred_text = "Message deferred by policy; try again later";
constexpr std::string_view over_text =
    "Limit %{limit}: %{used} of %{max} used; next free at %{next}";

std::optional<policy::Condition> condition_of(const std::optional<ConditionNode>& node,
                                              Names& names, Diagnostics& diagnostics) {
    if (!node) return std::nullopt;
    try {
        return compile_condition(*node, names);
    } catch (const Mistake& mistake) {
        diagnostics.error(mistake.place, mistake.what());
        return std::nullopt;
    }
}

[[noreturn]] void unknown_word(const Line& line, std::string_view block,
                               const std::vector<std::string_view>& known) {
    throw Mistake(line.verb.place, fmt::format("unknown word \"{}\" in a {}{}", line.verb.text,
                                               block, suggestion(line.verb.text, known)));
}

// Reads the lines of one block, reporting the mistakes of each.
template <typename Read>
void each_line(const BlockNode& block, Diagnostics& diagnostics, const Read& read) {
    for (const Line& line : block.lines) {
        try {
            Arguments args(line);
            read(args);
            args.done();
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
        }
    }
}

void refuse_twice(std::set<std::string>& seen, const Word& verb) {
    if (!seen.insert(verb.text).second) {
        throw Mistake(verb.place, fmt::format("a second \"{}\" in one block", verb.text));
    }
}

std::optional<policy::Action> action_of(Arguments& args) {
    const std::string& verb = args.line().verb.text;
    if (verb == "reject") return policy::RejectAction{take_reply(args, 5, "550", refused_text)};
    if (verb == "defer") return policy::DeferAction{take_reply(args, 4, "451", deferred_text)};
    if (verb == "discard") return policy::DiscardAction{};
    if (verb == "accept") return policy::AcceptAction{};
    if (verb == "tag") return policy::TagAction{args.take("a tag").text};
    if (verb == "remove-header") return policy::RemoveHeaderAction{take_header_name(args)};
    if (verb == "add-header") {
        std::string name = take_header_name(args);
        return policy::AddHeaderAction{std::move(name), take_template(args.take("a value"))};
    }
    if (verb == "quarantine") {
        const Word reason = args.more() ? args.take("a reason") : Word{"held for review", {}, true};
        return policy::QuarantineAction{take_template(reason)};
    }
    return std::nullopt;
}

// One rule block; `finished` is what it has by the end.
class RuleCompiler {
  public:
    RuleCompiler(const BlockNode& block, Names& names, Diagnostics& diagnostics)
        : block_(block), names_(names), diagnostics_(diagnostics) {}

    policy::Rule compile();

  private:
    void line(Arguments& args);

    const BlockNode& block_;
    Names& names_;
    Diagnostics& diagnostics_;
    policy::Rule rule_;
    std::set<std::string> seen_;
    bool terminal_ = false;
    bool action_tried_ = false;  // its mistake is told, so "no action" is not told as well
};

void RuleCompiler::line(Arguments& args) {
    const Word& verb = args.line().verb;
    if (verb.text == "mode") {
        refuse_twice(seen_, verb);
        rule_.mode = static_cast<policy::Mode>(args.take_one_of({"enforce", "audit", "off"}));
        return;
    }
    if (verb.text == "on-error") {
        refuse_twice(seen_, verb);
        rule_.on_error = static_cast<policy::OnError>(
            args.take_one_of({"match", "no-match", "defer", "quarantine"}));
        return;
    }
    action_tried_ = true;
    auto action = action_of(args);
    if (!action) {
        unknown_word(args.line(), "rule", {std::begin(rule_words), std::end(rule_words)});
    }
    if (terminal_) {
        throw Mistake(verb.place, fmt::format("\"{}\" is never reached: the action before it ends "
                                              "the rule",
                                              verb.text));
    }
    terminal_ = policy::is_terminal(*action);
    rule_.actions.push_back(std::move(*action));
}

policy::Rule RuleCompiler::compile() {
    rule_.name = block_.name.text;
    rule_.when = condition_of(block_.when, names_, diagnostics_);
    rule_.unless = condition_of(block_.unless, names_, diagnostics_);
    each_line(block_, diagnostics_, [&](Arguments& args) { line(args); });
    if (rule_.actions.empty() && !action_tried_) {
        diagnostics_.error(block_.name.place, fmt::format("rule \"{}\" has no action", rule_.name));
    }
    return std::move(rule_);
}

class LimitCompiler {
  public:
    LimitCompiler(const BlockNode& block, Names& names, Diagnostics& diagnostics)
        : block_(block), names_(names), diagnostics_(diagnostics) {}

    policy::Limit compile();

  private:
    void line(Arguments& args);
    void rate(Arguments& args);
    void over(Arguments& args);

    const BlockNode& block_;
    Names& names_;
    Diagnostics& diagnostics_;
    policy::Limit limit_;
    std::set<std::string> seen_;
};

void LimitCompiler::rate(Arguments& args) {
    Word joined = args.take("COUNT / PERIOD, such as 500 / 1h");
    while (args.more()) joined.text += args.take("a rate").text;
    limit_.rate = Arguments::value_of(joined, parse_rate(joined.text));
}

void LimitCompiler::over(Arguments& args) {
    if (args.take_one_of({"reject", "defer"}) == 0) {
        limit_.over = policy::RejectAction{take_reply(args, 5, "552", over_text)};
    } else {
        limit_.over = policy::DeferAction{take_reply(args, 4, "452", over_text)};
    }
}

void LimitCompiler::line(Arguments& args) {
    const Word& verb = args.line().verb;
    refuse_twice(seen_, verb);
    if (verb.text == "scope") {
        limit_.scope = static_cast<policy::Scope>(args.take_one_of({"account", "domain", "user"}));
    } else if (verb.text == "count") {
        limit_.unit = static_cast<policy::Unit>(args.take_one_of({"messages", "recipients"}));
    } else if (verb.text == "rate") {
        rate(args);
    } else if (verb.text == "over") {
        over(args);
    } else if (verb.text == "when-unavailable") {
        limit_.when_unavailable =
            static_cast<limits::WhenUnavailable>(args.take_one_of({"allow", "defer", "local"}));
    } else {
        unknown_word(args.line(), "limit", {std::begin(limit_words), std::end(limit_words)});
    }
}

policy::Limit LimitCompiler::compile() {
    limit_.name = block_.name.text;
    const Line over{{"over", block_.name.place}, {{"reject", block_.name.place}}};
    Arguments standard(over);
    this->over(standard);
    limit_.when = condition_of(block_.when, names_, diagnostics_);
    limit_.unless = condition_of(block_.unless, names_, diagnostics_);
    each_line(block_, diagnostics_, [&](Arguments& args) { line(args); });
    // What is counted and how is never guessed: operators confuse messages and recipients too
    // easily.
    for (const std::string_view needed : {"scope", "count", "rate"}) {
        if (seen_.contains(std::string{needed})) continue;
        diagnostics_.error(block_.name.place,
                           fmt::format("limit \"{}\" does not say its {}", limit_.name, needed));
    }
    return std::move(limit_);
}

// Names appear in keys, logs and replies, so they are plain.
void check_name(const BlockNode& block, std::map<std::string, Place>& seen) {
    const Word& name = block.name;
    const bool plain = !name.text.empty() && name.text.size() <= 64 &&
                       std::ranges::all_of(name.text, [](unsigned char c) {
                           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
                       });
    if (!plain) {
        throw Mistake(name.place,
                      fmt::format("a {}'s name is up to 64 letters, digits, \"-\", \"_\" and \".\"",
                                  block.kind.text));
    }
    const auto [first, is_new] = seen.try_emplace(name.text, name.place);
    if (is_new) return;
    throw Mistake(name.place,
                  fmt::format("a second {} \"{}\"; the first is at {}:{}", block.kind.text,
                              name.text, first->second.file, first->second.line));
}

void check_names(const std::vector<BlockNode>& blocks, Diagnostics& diagnostics) {
    std::map<std::string, Place> seen;
    for (const BlockNode& block : blocks) {
        try {
            check_name(block, seen);
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
        }
    }
}

bool ends_all_reading(const policy::Rule& rule) {
    return rule.mode == policy::Mode::enforce && !rule.when && !rule.unless &&
           !rule.actions.empty() && policy::is_terminal(rule.actions.back());
}

}  // namespace

void gather_tags(const Program& program, Names& names) {
    for (const BlockNode& rule : program.rules) {
        for (const Line& line : rule.lines) {
            if (line.verb.text == "tag" && !line.arguments.empty()) {
                names.tags.insert(line.arguments.front().text);
            }
        }
    }
}

void compile_rules(const Program& program, Names& names, policy::Policy& policy,
                   Diagnostics& diagnostics) {
    check_names(program.rules, diagnostics);
    const policy::Rule* end = nullptr;
    policy.rules.reserve(program.rules.size());
    for (const BlockNode& block : program.rules) {
        policy.rules.push_back(RuleCompiler(block, names, diagnostics).compile());
        if (end) {
            diagnostics.warning(block.name.place,
                                fmt::format("rule \"{}\" is never reached: rule \"{}\" ends every "
                                            "message",
                                            block.name.text, end->name));
        } else if (!block.when && !block.unless && ends_all_reading(policy.rules.back())) {
            end = &policy.rules.back();
        }
    }
}

void compile_limits(const Program& program, Names& names, policy::Policy& policy,
                    Diagnostics& diagnostics) {
    check_names(program.limits, diagnostics);
    for (const BlockNode& block : program.limits) {
        policy.limits.push_back(LimitCompiler(block, names, diagnostics).compile());
    }
}

}  // namespace spillway::language
