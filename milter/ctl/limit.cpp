// spillwayctl limit: the maxima that are sold to single customers.
#include <span>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

std::string joined(std::span<const std::string> words) {
    return fmt::format("{}", fmt::join(words, " "));
}

json request_about(std::string_view verb, const std::string& limit,
                   std::span<const std::string> who) {
    return {{"verb", verb}, {"limit", limit}, {"who", joined(who)}, {"by", own_name()}};
}

std::string text_of(const json& reply, const char* name) {
    return shown(reply.at(name).get<std::string>());
}

// "5 / 1h (policy)": what was in force, or is again.
std::string from_policy(const json& reply) {
    return fmt::format("{} (policy)", text_of(reply, "rate"));
}

// "500 recipients in 1h"
std::string now(const json& reply) {
    const json& max = reply.at("max");
    if (!max.is_number()) return max_text(max);
    return fmt::format("{} {}{}", max_text(max), text_of(reply, "unit"),
                       in_window(reply.at("window")));
}

std::string before(const json& reply) {
    const json& max = reply.at("before");
    return max.is_null() ? from_policy(reply) : max_text(max);
}

// A domain whose logins belong to several accounts has its plan in each.
std::string in_accounts(const json& reply) {
    const auto accounts = reply.at("accounts").get<Words>();
    if (accounts.size() < 2) return "";
    return fmt::format("\nin the accounts {}", shown(fmt::format("{}", fmt::join(accounts, ", "))));
}

std::vector<std::string> row_of(const json& plan) {
    std::string note = "no limit of this name now";
    if (!plan.at("rate").is_null())
        note = plan.at("met").get<bool>() ? "instead of " + text_of(plan, "rate")
                                          : "never met: limit or account have changed";
    // Where the account is another than whom it is set for, there may be one in each of several.
    const bool is_own = text_of(plan, "who").ends_with(text_of(plan, "account"));
    if (!is_own && plan.at("account") != "all") note += ", account " + text_of(plan, "account");
    return {text_of(plan, "limit"), text_of(plan, "who"), max_text(plan.at("max")), note};
}

}  // namespace

int set_limit(const Common& common, const Words& words) {
    if (words.size() < 3)
        throw Stopped(usage,
                      "limit set takes a limit, whom it is about and his maximum, as in "
                      "limit set hourly domain a.example 500");
    const auto who = std::span(words).subspan(1, words.size() - 2);
    json request = request_about("limit-set", words.front(), who);
    request["max"] = words.back();
    const json reply = ask_and_expect_success(common, request);
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    print(fmt::format("limit {} of {}: {}, was {}{}\n", text_of(reply, "limit"),
                      text_of(reply, "who"), now(reply), before(reply), in_accounts(reply)));
    return succeeded;
}

int unset_limit(const Common& common, const Words& words) {
    if (words.size() < 2) throw Stopped(usage, "limit unset takes a limit and whom it is about");
    const json reply = ask_and_expect_success(
        common, request_about("limit-unset", words.front(), std::span(words).subspan(1)));
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    print(fmt::format("limit {} of {}: {} again, was {}{}\n", text_of(reply, "limit"),
                      text_of(reply, "who"), from_policy(reply), before(reply),
                      in_accounts(reply)));
    return succeeded;
}

int show_limits(const Common& common, const Words& words) {
    const json reply = ask_and_expect_success(common, {{"verb", "limits"}, {"of", joined(words)}});
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    std::vector<std::vector<std::string>> rows;
    for (const json& plan : reply.at("plans")) rows.push_back(row_of(plan));
    print(rows.empty() ? "nobody has a maximum of his own here\n" : columns(rows, ""));
    return succeeded;
}

}  // namespace spillway::ctl
