#include "language/compile_settings.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/counters_setting.h"
#include "policy/variants.h"

namespace spillway::language {
namespace {

void read_socket_options(Arguments& args, UnixSocket& socket) {
    while (args.more()) {
        if (args.take_if("mode")) {
            socket.mode = args.take_as("a file mode", parse_mode);
        } else if (args.take_if("group")) {
            socket.group = args.take("a group's name").text;
        } else {
            args.done();
        }
    }
}

void read_listen(Arguments& args, Settings& settings) {
    settings.listen = args.take_as("unix:/PATH, inet:HOST:PORT or fd:NUMBER", parse_listen);
    if (auto* socket = std::get_if<UnixSocket>(&settings.listen))
        read_socket_options(args, *socket);
}

UnixSocket unix_socket(Arguments& args, const char* what, unsigned mode) {
    const Word& word = args.take("unix:/PATH");
    const Listen parsed = Arguments::value_of(word, parse_listen(word.text));
    const auto* named = std::get_if<UnixSocket>(&parsed);
    if (!named) throw Mistake(word.place, fmt::format("the {} socket must be unix:/PATH", what));
    UnixSocket socket = *named;
    socket.mode = mode;
    read_socket_options(args, socket);
    return socket;
}

std::string absolute_path(Arguments& args) {
    const Word& path = args.take("an absolute path");
    if (!path.text.starts_with('/')) throw Mistake(path.place, "expected an absolute path");
    return path.text;
}

void read_metrics(Arguments& args, Settings& settings) {
    const Word& word = args.take("inet:HOST:PORT");
    const Listen parsed = Arguments::value_of(word, parse_listen(word.text));
    const auto* socket = std::get_if<InetSocket>(&parsed);
    if (!socket) throw Mistake(word.place, "metrics are scraped at inet:HOST:PORT");
    settings.metrics = *socket;
}

void read_sendmail(Arguments& args, Settings& settings) {
    settings.sendmail = {absolute_path(args)};
    while (args.more()) settings.sendmail.push_back(args.take("an argument").text);
}

void read_abuse_keys(Arguments& args, Settings& settings) {
    AbuseKeys keys;
    keys.file = absolute_path(args);
    if (args.take_if("valid")) keys.valid = args.take_as("how long, such as 90d", parse_duration);
    settings.abuse_keys = std::move(keys);
}

void read_log(Arguments& args, Settings& settings) {
    const auto target = args.take_one_of({"syslog", "stderr", "file"});
    settings.log.target = static_cast<LogTarget>(target);
    if (settings.log.target == LogTarget::file) {
        const Word& path = args.take("a file name");
        if (!path.text.starts_with('/')) throw Mistake(path.place, "expected an absolute path");
        settings.log.path = path.text;
    }
    settings.log.json = args.take_if("json");
}

const date::time_zone* read_zone(Arguments& args, Settings& settings) {
    const Word& name = args.take("a time zone such as Pacific/Auckland");
    try {
        const date::time_zone* zone = date::locate_zone(name.text);
        settings.timezone = name.text;
        return zone;
    } catch (const std::runtime_error&) {
        throw Mistake(name.place, fmt::format("unknown time zone \"{}\"", name.text));
    }
}

std::vector<policy::Fallback> read_fallbacks(Arguments& args) {
    if (!args.more())
        throw Mistake(args.line().verb.place,
                      fmt::format("\"{}\" needs at least one of its words", args.line().verb.text));
    std::vector<policy::Fallback> fallbacks;
    while (args.more()) {
        const Place place = args.peek().place;
        const auto fallback = static_cast<policy::Fallback>(
            args.take_one_of({"mail-from.domain", "script", "uid", "client-ip", "received"}));
        if (fallback == policy::Fallback::received && args.line().verb.text == "without-login")
            throw Mistake(place,
                          "anybody may write Received: \"received\" goes with "
                          "local-identity only");
        if (std::ranges::find(fallbacks, fallback) != fallbacks.end())
            throw Mistake(place, "this stands in the list already");
        fallbacks.push_back(fallback);
    }
    return fallbacks;
}

void read_setting(Arguments& args, Settings& settings, PolicySettings& policy) {
    const std::string& name = args.line().verb.text;
    if (name == "listen")
        read_listen(args, settings);
    else if (name == "control")
        settings.control = unix_socket(args, "control", 0600);
    else if (name == "gate")
        settings.gate = unix_socket(args, "gate", 0660);
    else if (name == "counters")
        settings.counters = read_store(args);
    else if (name == "state-dir")
        settings.state_dir = absolute_path(args);
    else if (name == "spool-dir")
        settings.spool_dir = absolute_path(args);
    else if (name == "spool-above")
        settings.spool_above = static_cast<std::uint64_t>(args.take_as("a size", parse_size));
    else if (name == "text-limit")
        policy.text_limit = args.take_as("a size", parse_size);
    else if (name == "timezone")
        policy.zone = read_zone(args, settings);
    else if (name == "user")
        settings.user = args.take("a user's name").text;
    else if (name == "log")
        read_log(args, settings);
    else if (name == "abuse-keys")
        read_abuse_keys(args, settings);
    else if (name == "metrics")
        read_metrics(args, settings);
    else if (name == "sendmail")
        read_sendmail(args, settings);
    else if (name.starts_with("notice-"))
        read_notice_words(args, policy.notice);
    else if (name == "accounts")
        policy.accounts = args.take("the name of a map of pairs");
    else if (name == "without-login")
        policy.without_login = read_fallbacks(args);
    else if (name == "local-identity")
        policy.local_identity = read_fallbacks(args);
    args.done();
}

}  // namespace

PolicySettings read_settings(const std::vector<Line>& lines, Settings& settings,
                             Diagnostics& diagnostics) {
    PolicySettings policy;
    std::map<std::string, Place> seen;
    for (const Line& line : lines) {
        const auto [first, is_new] = seen.try_emplace(line.verb.text, line.verb.place);
        if (!is_new) {
            diagnostics.error(line.verb.place,
                              fmt::format("a second \"{}\"; the first is at {}:{}", line.verb.text,
                                          first->second.file, first->second.line));
            continue;
        }
        try {
            Arguments args(line);
            read_setting(args, settings, policy);
        } catch (const Mistake& mistake) {
            diagnostics.error(mistake.place, mistake.what());
        }
    }
    if (!policy.zone) policy.zone = date::locate_zone("UTC");
    return policy;
}

}  // namespace spillway::language
