#include "language/compile_rules.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "language/blocks.h"
#include "language/compile_copies.h"
#include "language/compile_reply.h"
#include "language/switches.h"
#include "policy/variants.h"

namespace spillway::language {
namespace {

constexpr std::string_view refused_text =
    "Message refused by policy; ask postmaster if you think this is wrong";
constexpr std::string_view deferred_text = "Message deferred by policy; try again later";

constexpr std::string_view abuse_field = "X-Spillway-Abuse-ID";

policy::Template token_alone() {
    return policy::Template::parse("%{abuse-id}", policy::header_variables).value();
}

// user|domain|account for SPAN [after COUNT in SPAN]
policy::SuspendAction suspend_action(Arguments& args) {
    policy::SuspendAction suspend;
    suspend.whom = static_cast<limits::Whom>(args.take_one_of({"user", "domain", "account"}));
    args.take_one_of({"for"});
    suspend.span = args.take_as("how long, such as 2h", parse_duration);
    if (!args.take_if("after")) return suspend;
    const Word& count = args.take("how often, such as 3");
    limits::Sliding after{Arguments::value_of(count, parse_number(count.text)), {}};
    if (after.count < 1)
        throw Mistake(count.place, "to suspend at the first match, leave \"after\" out");
    args.take_one_of({"in"});
    const Word& span = args.take("within which time, such as 1h");
    after.span = Arguments::value_of(span, parse_duration(span.text));
    if (after.span.count() < limits::slices)
        throw Mistake(span.place, fmt::format("expected at least 60ms, got \"{}\"", span.text));
    suspend.after = after;
    return suspend;
}

std::optional<policy::Action> header_action(Arguments& args) {
    const std::string& verb = args.line().verb.text;
    if (verb == "abuse-id") {
        std::string name = args.more() ? take_header_name(args) : std::string(abuse_field);
        return policy::AddHeaderAction{std::move(name), token_alone()};
    }
    if (verb == "remove-header") {
        policy::RemoveHeaderAction action{{take_header_name(args)}};
        while (args.more()) action.names.push_back(take_header_name(args));
        return action;
    }
    if (verb != "add-header" && verb != "replace-header") return std::nullopt;
    std::string name = take_header_name(args);
    const Word& text = args.take("a value");
    policy::Template value = take_field_template(text);
    if (verb == "replace-header" && value.uses(policy::Variable::abuse_id))
        throw Mistake(text.place, "a sealed token is in an added field: write add-header");
    if (verb == "add-header") return policy::AddHeaderAction{std::move(name), std::move(value)};
    return policy::ReplaceHeaderAction{std::move(name), std::move(value)};
}

std::optional<policy::Action> action_of(Arguments& args, Names& names, const RuleTerms& terms) {
    const std::string& verb = args.line().verb.text;
    if (verb == "reject")
        return policy::RejectAction{take_reply(args, {"550", "5.7.1", refused_text})};
    if (verb == "defer")
        return policy::DeferAction{take_reply(args, {"451", "4.7.1", deferred_text})};
    if (verb == "discard") return policy::DiscardAction{};
    if (verb == "accept") return policy::AcceptAction{};
    if (verb == "tag") return policy::TagAction{args.take("a tag").text};
    if (auto edit = header_action(args)) return edit;
    if (verb == "suspend") return suspend_action(args);
    if (verb == "footer")
        return policy::FooterAction{names.footer(args.take("the name of a footer")).form};
    if (auto copy = copy_action(args, terms.archives)) return copy;
    if (verb == "quarantine") {
        const Word reason = args.more() ? args.take("a reason") : Word{"held for review", {}, true};
        return policy::QuarantineAction{take_template(reason)};
    }
    return std::nullopt;
}

// Whether a message without a login surely fails the condition.
bool demands_login(const policy::Condition& condition) {
    return std::visit(
        Overloaded{
            [](const policy::And& all) { return std::ranges::any_of(all.parts, demands_login); },
            [](const policy::Or& any) { return std::ranges::all_of(any.parts, demands_login); },
            [](const policy::Authenticated&) { return true; },
            [](const policy::Compare& compare) {
                return compare.field == policy::Field::user && !compare.negated &&
                       !std::holds_alternative<policy::Matches>(compare.test) &&
                       !std::holds_alternative<policy::Seeks>(compare.test);
            },
            [](const auto&) { return false; },
        },
        condition.is);
}

// Nobody but us may write the fields that tokens stand in, whoever the rule is for: an account with
// a say in them could have any field of anybody's mail removed.
bool writes_token(const policy::Action& action) {
    const auto* added = std::get_if<policy::AddHeaderAction>(&action);
    return added != nullptr && added->value.uses(policy::Variable::abuse_id);
}

class RuleCompiler {
  public:
    RuleCompiler(const BlockNode& block, const RuleTerms& terms, Names& names,
                 Diagnostics& diagnostics)
        : block_(block), terms_(terms), names_(names), diagnostics_(diagnostics) {}

    policy::Rule compile();

  private:
    void line(Arguments& args);
    void warn_of_claimed_senders() const;

    const BlockNode& block_;
    const RuleTerms& terms_;
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
        rule_.mode = take_mode(args);
        return;
    }
    if (verb.text == "on-error") {
        refuse_twice(seen_, verb);
        rule_.on_error = static_cast<policy::OnError>(
            args.take_one_of({"match", "no-match", "defer", "quarantine"}));
        return;
    }
    action_tried_ = true;
    auto action = action_of(args, names_, terms_);
    if (!action) {
        unknown_word(args.line(), "rule", {std::begin(rule_words), std::end(rule_words)});
    }
    if (terminal_) {
        throw Mistake(verb.place, fmt::format("\"{}\" is never reached: the action before it ends "
                                              "the rule",
                                              verb.text));
    }
    if (terms_.check_action) terms_.check_action(verb);
    if (!names_.folder.empty() && writes_token(*action)) {
        throw Mistake(verb.place,
                      "who sends is sealed by the administrator's rules: abuse-id and %{abuse-id} "
                      "are not for those of accounts");
    }
    if (auto* tag = std::get_if<policy::TagAction>(&*action)) tag->tag.insert(0, names_.folder);
    terminal_ = policy::is_terminal(*action);
    rule_.actions.push_back(std::move(*action));
}

policy::Rule RuleCompiler::compile() {
    rule_.name = names_.folder + block_.name.text;
    rule_.place = fmt::format("{}:{}", block_.name.place.file, block_.name.place.line);
    rule_.when = condition_of(block_.when, names_, diagnostics_);
    rule_.unless = condition_of(block_.unless, names_, diagnostics_);
    for (const Line& one : block_.lines)
        read_line(one, diagnostics_, [&](Arguments& args) { line(args); });
    rule_.mode = terms_.mode_of(block_.name.text).value_or(rule_.mode);
    if (rule_.actions.empty() && !action_tried_) {
        diagnostics_.error(block_.name.place, fmt::format("rule \"{}\" has no action", rule_.name));
    }
    warn_of_claimed_senders();
    return std::move(rule_);
}

void RuleCompiler::warn_of_claimed_senders() const {
    if (rule_.mode != policy::Mode::enforce || (rule_.when && demands_login(*rule_.when))) return;
    for (const Line& line : block_.lines) {
        if (line.verb.text != "suspend" || line.arguments.empty()) continue;
        const bool user = line.arguments.front().text == "user";
        diagnostics_.warning(
            line.verb.place,
            user ? "mail without a login has no user to suspend: add \"auth and\" to the rule's "
                   "\"when\", or suspend the domain"
                 : "without a login anybody may claim a domain and have it suspended: add \"auth "
                   "and\" to the rule's \"when\"");
    }
}

bool ends_all_reading(const policy::Rule& rule) {
    return rule.mode == policy::Mode::enforce && !rule.when && !rule.unless &&
           !rule.actions.empty() && policy::is_terminal(rule.actions.back());
}

const Word* word_of_abuse_id(const BlockNode& rule) {
    for (const Line& line : rule.lines) {
        if (line.verb.text == "abuse-id") return &line.verb;
        for (const Word& word : line.arguments)
            if (line.verb.text == "add-header" &&
                word.text.find("%{abuse-id}") != std::string::npos)
                return &word;
    }
    return nullptr;
}

}  // namespace

void ask_for_abuse_keys(const Program& program, Diagnostics& diagnostics) {
    for (const BlockNode& rule : program.rules)
        if (const Word* word = word_of_abuse_id(rule))
            diagnostics.error(word->place,
                              "the setting \"abuse-keys\" must say which keys seal the token");
}

void gather_tags(const Program& program, Names& names) {
    for (const BlockNode& rule : program.rules) {
        for (const Line& line : rule.lines) {
            if (line.verb.text == "tag" && !line.arguments.empty()) {
                names.tags.insert(names.folder + line.arguments.front().text);
            }
        }
    }
}

std::vector<policy::Rule> compile_rules(const Program& program, const RuleTerms& terms,
                                        Names& names, Diagnostics& diagnostics) {
    check_names(program.rules, diagnostics);
    const policy::Rule* end = nullptr;
    std::vector<policy::Rule> rules;
    rules.reserve(program.rules.size());
    for (const BlockNode& block : program.rules) {
        rules.push_back(RuleCompiler(block, terms, names, diagnostics).compile());
        if (end) {
            diagnostics.warning(block.name.place,
                                fmt::format("rule \"{}\" is never reached: rule \"{}\" ends every "
                                            "message",
                                            block.name.text, end->name));
        } else if (!block.when && !block.unless && ends_all_reading(rules.back())) {
            end = &rules.back();
        }
    }
    return rules;
}

}  // namespace spillway::language
