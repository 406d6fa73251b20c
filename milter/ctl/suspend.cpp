// spillwayctl suspend, unsuspend, suspended: who is not to send for a while.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

// Where WHO ends. A user may be called "for": what follows the word that says what he is belongs to
// him.
Words::const_iterator end_of_who(const Words& words) {
    static constexpr std::array<std::string_view, 3> scopes{"user", "domain", "account"};
    if (words.empty()) return words.end();
    const bool is_scope = std::ranges::find(scopes, words.front()) != scopes.end();
    const auto begin = std::min<std::size_t>(is_scope ? 2 : 1, words.size());
    return std::find(words.begin() + static_cast<std::ptrdiff_t>(begin), words.end(), "for");
}

std::string joined(Words::const_iterator begin, Words::const_iterator end) {
    return fmt::format("{}", fmt::join(begin, end, " "));
}

std::string text_of(const json& reply, const char* name) {
    return shown(reply.at(name).get<std::string>());
}

}  // namespace

int suspend(const Common& common, const Words& words) {
    const auto who_ends = end_of_who(words);
    if (words.end() - who_ends < 2)
        throw Stopped(usage,
                      "suspend takes whom, for how long and why, as in "
                      "suspend user ann@a.example for 2h \"stolen password\"");
    const json reply =
        ask_and_expect_success(common, {{"verb", "suspend"},
                                        {"who", joined(words.begin(), who_ends)},
                                        {"for", *(who_ends + 1)},
                                        {"reason", joined(who_ends + 2, words.end())},
                                        {"by", own_name()}});
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    const auto zone = reply.at("zone").get<std::string>();
    print(fmt::format("{} is suspended until {} {}: {}\n", text_of(reply, "who"),
                      time_text(reply.at("until"), zone), shown(zone), text_of(reply, "reason")));
    return succeeded;
}

int unsuspend(const Common& common, const Words& who) {
    const json reply = ask_and_expect_success(
        common,
        {{"verb", "unsuspend"}, {"who", joined(who.begin(), who.end())}, {"by", own_name()}});
    print(common.json ? json_text(reply)
                      : fmt::format("{} may send again\n", text_of(reply, "who")));
    return succeeded;
}

int suspended(const Common& common) {
    const json reply = ask_and_expect_success(common, {{"verb", "suspended"}});
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    const auto zone = reply.at("zone").get<std::string>();
    std::vector<Words> rows{{"who", "until (" + shown(zone) + ")", "why"}};
    for (const json& one : reply.at("suspended"))
        rows.push_back(
            {text_of(one, "who"), time_text(one.at("until"), zone), text_of(one, "reason")});
    print(rows.size() == 1 ? "nobody is suspended\n" : columns(rows, ""));
    return succeeded;
}

}  // namespace spillway::ctl
