#include "policy/notice_text.h"

#include <fmt/format.h>

#include "policy/window.h"

namespace spillway::policy {
namespace {

constexpr const char* near_subject = "%{who}: %{percent}% of sending limit %{limit} is used";
constexpr const char* full_subject = "%{who}: sending limit %{limit} is used up";

constexpr const char* near_beginning =
    "%{who} has used %{percent}% of a sending limit of this mail server.\n";
constexpr const char* full_beginning = "%{who} has used up a sending limit of this mail server.\n";

constexpr const char* limit_facts =
    "\n"
    "    Limit       %{limit}, counted for each %{scope}\n"
    "    Allowed     %{max} %{unit} per %{window}\n"
    "    Used        %{used} %{unit}\n"
    "    Noticed     %{time}\n";
constexpr const char* room_again = "    Room again  %{next}\n";

constexpr const char* near_meaning =
    "\n"
    "Mail is still accepted. When the limit is reached, what is sent beyond it is refused or\n"
    "put off until there is room again.\n";
constexpr const char* full_meaning =
    "\n"
    "What is sent beyond the limit is refused or put off until there is room again. Nothing\n"
    "that was accepted before is lost.\n";

constexpr const char* what_to_do =
    "\n"
    "If this is more than you meant to send, somebody else may be sending in your name: change\n"
    "the password, and look at forms and programs that send by themselves. If you need to send\n"
    "this much, ask the administrator of this mail server for a higher limit; an answer to this\n"
    "message goes there.\n";

bool is_full(const Notice& notice) { return notice.percent >= 100; }

std::string own_text(const Notice& notice) {
    const bool full = is_full(notice);
    return fmt::format("{}{}{}{}{}", full ? full_beginning : near_beginning, limit_facts,
                       notice.next_free ? room_again : "", full ? full_meaning : near_meaning,
                       what_to_do);
}

// Where a zone has gone from the system's tables since the policy was compiled, UTC is told.
const date::time_zone& zone_of(const Notice& notice) {
    try {
        return *date::locate_zone(notice.zone);
    } catch (const std::runtime_error&) {
        return *date::locate_zone("UTC");
    }
}

Variables values_of(const Notice& notice) {
    Variables values;
    const auto set = [&](Variable variable, std::string value) {
        values[static_cast<std::size_t>(variable)] = std::move(value);
    };
    const date::time_zone& zone = zone_of(notice);
    set(Variable::limit, notice.limit);
    set(Variable::used, fmt::to_string(notice.used));
    set(Variable::max, fmt::to_string(notice.max));
    set(Variable::next, notice.next_free ? local_time(*notice.next_free, zone) : "");
    set(Variable::user, notice.user);
    set(Variable::domain, notice.domain);
    set(Variable::account, notice.account);
    set(Variable::sender, notice.sender);
    set(Variable::queue_id, notice.queue_id);
    set(Variable::percent, fmt::to_string(notice.percent));
    set(Variable::unit, notice.unit);
    set(Variable::window, notice.window);
    set(Variable::scope, notice.scope);
    set(Variable::who, notice.who);
    set(Variable::time, local_time(notice.at, zone));
    return values;
}

// Our own texts have no mistakes; the test fills them all.
Template template_of(const std::string& text) {
    return Template::parse(text, variable_names.size()).value();
}

}  // namespace

NoticeText text_of(const Notice& notice, const NoticeForm& form) {
    const Variables values = values_of(notice);
    const Template subject =
        form.subject ? *form.subject : template_of(is_full(notice) ? full_subject : near_subject);
    const Template text = form.text ? *form.text : template_of(own_text(notice));
    return {.subject = subject.fill(values), .body = text.fill(values)};
}

}  // namespace spillway::policy
