#include "ctl/postfix_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace spillway::ctl {

namespace {

constexpr int deepest_expansion = 20;  // a name may stand in its own value by mistake

// Those of Postfix 3.7 that are asked for here (postconf(5)): postconf -n leaves them out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> defaults{{
    {"milter_default_action", "tempfail"},
    {"milter_connect_timeout", "30s"},
    {"milter_command_timeout", "30s"},
    {"milter_content_timeout", "300s"},
    {"milter_protocol", "6"},
    {"message_size_limit", "10240000"},
    {"smtpd_recipient_limit", "1000"},
    {"queue_directory", "/var/spool/postfix"},
    {"enable_long_queue_ids", "no"},
    {"compatibility_level", "0"},
}};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_blank(text.front()) || text.front() == '\r')) text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// A line that begins with a blank goes on the one before it.
std::vector<std::string> logical_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
        if (is_blank(line.front()) && !lines.empty())
            lines.back().append(" ").append(trimmed(line));
        else
            lines.emplace_back(trimmed(line));
    }
    return lines;
}

// "name = value"; the name is "" when there is no sign.
std::pair<std::string, std::string> assignment(std::string_view text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos) return {};
    return {std::string(trimmed(text.substr(0, sign))),
            std::string(trimmed(text.substr(sign + 1)))};
}

// Words with blanks (and, in lists, commas) between them; what braces hold is one word without
// them.
std::vector<std::string> words_of(std::string_view text, std::string_view between) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(between, at)) < text.size()) {
        std::size_t end = at;
        int depth = 0;
        for (; end < text.size(); ++end) {
            if (text[end] == '{') ++depth;
            if (text[end] == '}') --depth;
            if (depth == 0 && between.find(text[end]) != between.npos) break;
        }
        std::string_view word = text.substr(at, end - at);
        if (word.starts_with('{') && word.ends_with('}'))
            word = trimmed(word.substr(1, word.size() - 2));
        words.emplace_back(word);
        at = end;
    }
    return words;
}

bool is_of_name(unsigned char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What stands behind a dollar sign, without its braces; taken off the text.
std::string_view take_reference(std::string_view& text) {
    const bool braced = text.starts_with('{') || text.starts_with('(');
    const std::size_t end =
        braced
            ? text.find(text.front() == '{' ? '}' : ')')
            : static_cast<std::size_t>(std::ranges::find_if_not(text, is_of_name) - text.begin());
    const std::size_t begin = braced ? 1 : 0;
    const std::size_t last = std::min(end, text.size());
    const std::string_view name = text.substr(begin, last - begin);
    text.remove_prefix(std::min(last + begin, text.size()));
    return name;
}

// master(5): name type private unpriv chroot wakeup maxproc command arguments. "-" of chroot is the
// default, "y" before compatibility level 1.
std::optional<PostfixService> service_of(std::string_view line, bool chroot_by_default) {
    const auto words = words_of(line, " \t");
    if (words.size() < 8) return std::nullopt;
    PostfixService service{.name = words[0],
                           .type = words[1],
                           .chroot = words[4] == "-" ? chroot_by_default : words[4] == "y",
                           .command = words[7],
                           .overrides = {}};
    for (std::size_t i = 8; i + 1 < words.size(); ++i) {
        if (words[i] != "-o") continue;
        auto [name, value] = assignment(words[i + 1]);
        if (!name.empty()) service.overrides[std::move(name)] = std::move(value);
        ++i;
    }
    return service;
}

}  // namespace

bool PostfixService::is_local_port() const {
    return name.starts_with("127.") || name.starts_with("localhost:") ||
           name.starts_with("[::1]:") || name.starts_with("::1:");
}

std::optional<long> postfix_seconds(std::string_view text) {
    long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    constexpr std::array<std::pair<std::string_view, long>, 6> units{
        {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}}};
    const auto known = std::ranges::find(units, unit, &std::pair<std::string_view, long>::first);
    if (known == units.end()) return std::nullopt;
    return count * known->second;
}

PostfixSettings::PostfixSettings(std::string_view main, std::string_view services,
                                 std::string_view overrides) {
    for (const std::string& line : logical_lines(main)) {
        auto [name, value] = assignment(line);
        if (!name.empty()) main_[std::move(name)] = std::move(value);
    }
    const bool chroot_by_default = number("compatibility_level", nullptr).value_or(0) < 1;
    for (const std::string& line : logical_lines(services))
        if (auto service = service_of(line, chroot_by_default))
            services_.push_back(*std::move(service));
    for (const std::string& line : logical_lines(overrides)) {
        auto [place, value] = assignment(line);
        const std::size_t slash = place.rfind('/');
        const auto service = std::ranges::find(services_, place.substr(0, slash),
                                               [](const PostfixService& s) { return s.key(); });
        if (slash != std::string::npos && service != services_.end())
            service->overrides[place.substr(slash + 1)] = std::move(value);
    }
}

std::string PostfixSettings::raw(std::string_view name, const PostfixService* service) const {
    if (service != nullptr)
        if (const auto found = service->overrides.find(name); found != service->overrides.end())
            return found->second;
    if (const auto found = main_.find(name); found != main_.end()) return found->second;
    const auto known =
        std::ranges::find(defaults, name, &std::pair<std::string_view, std::string_view>::first);
    return known == defaults.end() ? std::string() : std::string(known->second);
}

// postconf(5): "${name?text}" is text where the value is not empty, "${name:text}" where it is.
std::string PostfixSettings::expanded(std::string_view text, const PostfixService* service,
                                      int depth) const {
    std::string out;
    if (depth > deepest_expansion) return out;
    while (true) {
        const std::size_t sign = text.find('$');
        out += text.substr(0, sign);
        if (sign == std::string_view::npos) return out;
        text.remove_prefix(sign + 1);
        const std::string_view name = take_reference(text);
        const std::size_t choice = name.find_first_of("?:");
        const std::string value =
            expanded(raw(name.substr(0, choice), service), service, depth + 1);
        if (choice == std::string_view::npos)
            out += value;
        else if (value.empty() == (name[choice] == ':'))
            out += expanded(name.substr(choice + 1), service, depth + 1);
    }
}

std::string PostfixSettings::value(std::string_view name, const PostfixService* service) const {
    return expanded(raw(name, service), service, 0);
}

std::optional<long> PostfixSettings::seconds(std::string_view name,
                                             const PostfixService* service) const {
    return postfix_seconds(value(name, service));
}

std::optional<long> PostfixSettings::number(std::string_view name,
                                            const PostfixService* service) const {
    const std::string text = value(name, service);
    long result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    return error == std::errc{} ? std::optional(result) : std::nullopt;
}

std::vector<PostfixMilter> PostfixSettings::milters(std::string_view list,
                                                    const PostfixService* service) const {
    std::vector<PostfixMilter> milters;
    for (const std::string& word : words_of(value(list, service), " \t\r\n,")) {
        const auto parts = words_of(word, " \t\r\n,");
        if (parts.empty()) continue;
        PostfixMilter milter{parts.front(), {}};
        for (std::size_t i = 1; i < parts.size(); ++i) {
            auto [name, setting] = assignment(parts[i]);
            if (!name.empty()) milter.settings[std::move(name)] = std::move(setting);
        }
        milters.push_back(std::move(milter));
    }
    return milters;
}

}  // namespace spillway::ctl
