#include "language/compile_limits.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "language/blocks.h"
#include "language/compile_reply.h"
#include "language/misfits.h"
#include "language/rates.h"

namespace spillway::language {
namespace {

using policy::Scope;
using policy::Unit;

constexpr std::string_view over_text =
    "Limit %{limit}: %{used} of %{max} used; next free at %{next}";
constexpr std::string_view connections_text =
    "Limit %{limit}: %{used} of %{max} connections open; close one and try again";

// One limit block. Its words are gathered first: how a rate is read depends on what is counted,
// whichever stands first.
class LimitCompiler {
  public:
    LimitCompiler(const BlockNode& block, Names& names, Diagnostics& diagnostics)
        : block_(block), names_(names), diagnostics_(diagnostics) {}

    policy::Limit compile();

  private:
    void gather();
    bool has(std::string_view word) const { return lines_.contains(word); }
    template <typename Read>
    void read(std::string_view word, const Read& read);
    void conditions();
    void rates();
    void rate(Arguments& args);
    void at_once(Arguments& args);
    void ladder(Arguments& args);
    void over(Arguments& args);
    void standard_over();
    void notice(Arguments& args);
    void notice_target(const Word& target);
    void require();
    void error(const Place& place, std::string what);
    // Of an unknown unit both are fine, so that its mistake is the only one told.
    Amounts amounts() const {
        return unit_known_ && limit_.unit != Unit::bytes ? Amounts::numbers : Amounts::sizes;
    }

    const BlockNode& block_;
    Names& names_;
    Diagnostics& diagnostics_;
    policy::Limit limit_;
    std::map<std::string, const Line*, std::less<>> lines_;
    bool unit_known_ = false;
    bool sound_ = true;  // no mistake so far: only then is it worth saying what does not fit
};

void LimitCompiler::error(const Place& place, std::string what) {
    diagnostics_.error(place, std::move(what));
    sound_ = false;
}

void LimitCompiler::gather() {
    for (const Line& line : block_.lines) {
        const std::string& verb = line.verb.text;
        if (std::ranges::find(limit_words, verb) == std::end(limit_words)) {
            const std::vector<std::string_view> known{std::begin(limit_words),
                                                      std::end(limit_words)};
            error(line.verb.place,
                  fmt::format("unknown word \"{}\" in a limit{}", verb, suggestion(verb, known)));
        } else if (!lines_.try_emplace(verb, &line).second) {
            error(line.verb.place, fmt::format("a second \"{}\" in one block", verb));
        }
    }
}

template <typename Read>
void LimitCompiler::read(std::string_view word, const Read& read) {
    const auto found = lines_.find(word);
    if (found != lines_.end()) sound_ &= read_line(*found->second, diagnostics_, read);
}

void LimitCompiler::conditions() {
    limit_.when = condition_of(block_.when, names_, diagnostics_);
    limit_.unless = condition_of(block_.unless, names_, diagnostics_);
    sound_ &= limit_.when.has_value() == block_.when.has_value() &&
              limit_.unless.has_value() == block_.unless.has_value();
}

void LimitCompiler::at_once(Arguments& args) {
    const Word& word = args.take("how many connections at once, such as 8");
    const auto most = parse_maximum(word.text, Amounts::numbers);
    if (!most || args.more()) {
        throw Mistake(word.place,
                      "connections are held, not counted over a time: say how many at once, such "
                      "as \"rate 8\"");
    }
    limit_.rate = policy::AtOnce{*most};
}

void LimitCompiler::rate(Arguments& args) {
    if (limit_.unit == Unit::connections) return at_once(args);
    Word joined = args.take("COUNT / PERIOD, such as 500 / 1h");
    bool bursts = false;
    while (args.more() && !(bursts = args.take_if("burst")))
        joined.text += args.take("a rate").text;
    if (!bursts) {
        limit_.rate = Arguments::value_of(joined, parse_rate(joined.text, amounts()));
        return;
    }
    const Word& burst = args.take("how many may come at once, such as 3");
    limit_.rate = Arguments::value_of(joined, parse_pacing(joined.text, burst.text, amounts()));
}

void LimitCompiler::ladder(Arguments& args) {
    policy::Ladder ladder;
    while (args.more() && !args.take_if("per")) {
        const Word& step = args.take("a maximum");
        if (!ladder.steps.empty() && ladder.steps.back() == limits::unlimited)
            throw Mistake(step.place, "\"unlimited\" is the last step: nothing comes after it");
        ladder.steps.push_back(Arguments::value_of(step, parse_maximum(step.text, amounts())));
    }
    if (ladder.steps.empty())
        throw Mistake(args.line().verb.place, "\"ladder\" needs a maximum for each day");
    args.take_one_of({"day"});
    args.take_one_of({"from"});
    ladder.from = args.take_as("the first day, such as 2026-11-23", parse_day);
    limit_.rate = std::move(ladder);
}

void LimitCompiler::rates() {
    if (has("rate") && has("ladder")) {
        return error(lines_.at("ladder")->verb.place,
                     "\"ladder\" stands instead of \"rate\": one of them is too many");
    }
    read("rate", [&](Arguments& args) { rate(args); });
    read("ladder", [&](Arguments& args) { ladder(args); });
}

void LimitCompiler::over(Arguments& args) {
    const auto action = args.take_one_of({"reject", "defer", "partial"});
    const bool held = limit_.unit == Unit::connections;
    const std::string_view text = held ? connections_text : over_text;
    if (action == 0)
        limit_.over = policy::RejectAction{take_reply(args, {"552", "5.7.1", text})};
    else if (action == 1 && held)
        limit_.over = policy::DeferAction{take_reply(args, {"451", "4.7.1", text})};
    else if (action == 1)
        limit_.over = policy::DeferAction{take_reply(args, {"452", "4.7.1", text})};
    else
        // RFC 5321 section 4.5.3.1.10: 452 asks the client to send the rest in another message.
        limit_.over = policy::PartialAction{take_reply(args, {"452", "4.5.3", text})};
}

// A connection too many is for now; what is used up is final, so that no queue fills up with it.
void LimitCompiler::standard_over() {
    const char* const action = limit_.unit == Unit::connections ? "defer" : "reject";
    const Line line{{"over", block_.name.place}, {{action, block_.name.place}}};
    Arguments args(line);
    over(args);
}

void LimitCompiler::notice_target(const Word& target) {
    policy::NoticeSetting& notice = limit_.notice;
    const std::string& text = target.text;
    const auto add = [&](std::vector<std::string>& to) {
        if (std::ranges::find(to, text) != to.end())
            throw Mistake(target.place, fmt::format("\"{}\" is told already", text));
        to.push_back(text);
    };
    if (text == "sender") {
        notice.to_sender = true;
    } else if (text == "postmaster") {
        notice.to_postmaster = true;
    } else if (text.starts_with("https://") || text.starts_with("http://")) {
        add(notice.webhooks);
    } else if (const auto at = text.find('@');
               at != std::string::npos && at > 0 && !mail::envelope_address(text).domain.empty()) {
        add(notice.addresses);
    } else {
        throw Mistake(target.place,
                      fmt::format("expected sender, postmaster, an address or an https:// address, "
                                  "got \"{}\"{}",
                                  text, suggestion(text, {"sender", "postmaster"})));
    }
}

void LimitCompiler::notice(Arguments& args) {
    std::vector<int>& levels = limit_.notice.levels;
    while (args.more() && !args.take_if("to")) {
        const Word& word = args.take("a percentage");
        const int level = Arguments::value_of(word, parse_percent(word.text));
        if (!levels.empty() && level <= levels.back()) {
            throw Mistake(word.place, fmt::format("percentages ascend, and {}% comes after {}%",
                                                  level, levels.back()));
        }
        levels.push_back(level);
    }
    if (levels.empty())
        throw Mistake(args.line().verb.place, "\"notice\" needs percentages, such as 80% 100%");
    do notice_target(args.take("\"to\" and whom to tell, such as postmaster"));
    while (args.more());
}

// What is counted and how is never guessed: operators confuse messages and recipients too easily.
void LimitCompiler::require() {
    for (const std::string_view needed : {"scope", "count", "rate"}) {
        if (has(needed) || (needed == "rate" && has("ladder"))) continue;
        error(block_.name.place,
              fmt::format("limit \"{}\" does not say its {}", limit_.name, needed));
    }
}

policy::Limit LimitCompiler::compile() {
    limit_.name = block_.name.text;
    gather();
    read("scope", [&](Arguments& args) {
        limit_.scope = static_cast<Scope>(args.take_one_of(
            {"account", "domain", "user", "client-ip", "user-ip", "rcpt-domain", "everything"}));
    });
    read("count", [&](Arguments& args) {
        limit_.unit = static_cast<Unit>(args.take_one_of(
            {"messages", "recipients", "unique-recipients", "bytes", "connections", "logins"}));
        unit_known_ = true;
    });
    rates();
    standard_over();
    read("over", [&](Arguments& args) { over(args); });
    read("notice", [&](Arguments& args) { notice(args); });
    read("when-unavailable", [&](Arguments& args) {
        limit_.when_unavailable =
            static_cast<limits::WhenUnavailable>(args.take_one_of({"allow", "defer", "local"}));
    });
    conditions();
    require();
    if (!sound_) return std::move(limit_);
    for (const Misfit& misfit : misfits_of(limit_)) {
        const auto line = lines_.find(misfit.word);
        diagnostics_.error(line == lines_.end() ? block_.name.place : line->second->verb.place,
                           misfit.what);
    }
    return std::move(limit_);
}

}  // namespace

void compile_limits(const Program& program, Names& names, policy::Policy& policy,
                    Diagnostics& diagnostics) {
    check_names(program.limits, diagnostics);
    for (const BlockNode& block : program.limits) {
        policy.limits.push_back(LimitCompiler(block, names, diagnostics).compile());
    }
}

}  // namespace spillway::language
