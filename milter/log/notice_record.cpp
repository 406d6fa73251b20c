#include <string>

#include <date/date.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log/inert.h"
#include "log/log.h"

namespace spillway::log {
namespace {

using Json = nlohmann::ordered_json;

void add(Json& fields, const char* name, std::string_view value) {
    if (!value.empty()) fields[name] = shortened(value);
}
void add(Json& fields, const char* name, std::int64_t value) { fields[name] = value; }

Json fields_of(const policy::Notice& notice, std::string_view id) {
    Json fields;
    add(fields, "queue-id", notice.queue_id.empty() ? "NOQUEUE" : notice.queue_id);
    add(fields, "notice", id);
    add(fields, "percent", notice.percent);
    add(fields, "limit", notice.limit);
    add(fields, "scope", notice.scope);
    add(fields, "who", notice.who);
    add(fields, "used", notice.used);
    add(fields, "max", notice.max);
    add(fields, "unit", notice.unit);
    add(fields, "window", notice.window);
    if (notice.next_free)
        add(fields, "next",
            date::format("%FT%TZ", std::chrono::floor<std::chrono::seconds>(*notice.next_free)));
    add(fields, "user", notice.user);
    add(fields, "account", notice.account);
    add(fields, "domain", notice.domain);
    add(fields, "sender", notice.sender);
    return fields;
}

}  // namespace

std::string plain_line(const policy::Notice& notice, std::string_view id) {
    const Json fields = fields_of(notice, id);
    std::string line;
    for (const auto& [name, value] : fields.items())
        line += fmt::format("{}{}={}", line.empty() ? "" : " ", name,
                            value.is_string() ? inert(value.get<std::string>()) : value.dump());
    return line;
}

std::string json_line(const policy::Notice& notice, std::string_view id) {
    Json json{{"time", date::format("%FT%TZ", notice.at)}};
    json.update(fields_of(notice, id));
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace spillway::log
