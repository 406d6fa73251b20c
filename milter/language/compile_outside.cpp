#include "language/compile_outside.h"

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/names.h"

namespace spillway::language {
namespace {

// Beyond these a map is of no use to mail that waits for it.
constexpr std::chrono::seconds longest_timeout{30};
constexpr std::chrono::hours longest_cache{24};

// "unix:/PATH" or "inet:HOST:PORT", as Postfix writes it.
match::SocketmapTable socketmap(Arguments& args) {
    const Word& word = args.take("unix:/PATH or inet:HOST:PORT");
    const Listen place = Arguments::value_of(word, parse_listen(word.text));
    match::SocketmapTable table;
    if (const auto* local = std::get_if<UnixSocket>(&place)) {
        table.host = local->path;
    } else if (const auto* inet = std::get_if<InetSocket>(&place); inet && !inet->host.empty()) {
        table.host = inet->host;
        table.port = inet->port;
    } else {
        throw Mistake(word.place,
                      fmt::format("expected unix:/PATH or inet:HOST:PORT, got \"{}\"", word.text));
    }
    const Word& name = args.take("the table's name at the server");
    if (name.text.find_first_of(" \t\n") != std::string::npos)
        throw Mistake(name.place, "the table's name may not have blanks: they end it");
    table.table = name.text;
    return table;
}

match::SqliteTable sqlite(Arguments& args, const std::string& folder) {
    const std::string file = below(folder, args.take("a file name").text);
    const Word& statement = args.take("a statement such as \"SELECT ... WHERE key = ?\"");
    if (statement.text.find('?') == std::string::npos)
        throw Mistake(statement.place, "the statement needs a \"?\" for what is looked up");
    return {file, statement.text};
}

std::chrono::milliseconds duration(Arguments& args, std::chrono::milliseconds longest,
                                   std::string_view longest_text) {
    const Word& word = args.take("a duration such as 10s");
    const auto value = Arguments::value_of(word, parse_duration(word.text));
    if (value <= longest) return value;
    throw Mistake(word.place, fmt::format("at most {}, not {}", longest_text, word.text));
}

void read_options(Arguments& args, match::OutsideMap& map) {
    while (args.more()) {
        if (args.take_if("cache")) {
            map.cache = duration(args, longest_cache, "1d");
        } else if (args.take_if("timeout")) {
            map.timeout = duration(args, longest_timeout, "30s");
        } else {
            args.done();
        }
    }
}

}  // namespace

std::shared_ptr<match::OutsideMap> outside_map(const MapNode& node, const std::string& folder) {
    const std::string& kind = node.kind.text;
    if (kind != "pairs" && kind != "domains" && kind != "addresses") {
        throw Mistake(node.kind.place,
                      fmt::format("a map of {} cannot be kept elsewhere: use pairs, domains or "
                                  "addresses",
                                  kind));
    }
    auto map = std::make_shared<match::OutsideMap>();
    map->name = node.name.text;
    map->pairs = kind == "pairs";
    Arguments args(*node.outside);
    const std::string& where = node.outside->verb.text;
    if (where == "redis") {
        map->where = match::RedisSets{args.take("the name of the sets in Redis").text};
    } else if (where == "sqlite") {
        map->where = sqlite(args, folder);
    } else if (where == "socketmap") {
        map->where = socketmap(args);
    }
    read_options(args, *map);
    return map;
}

void check_redis_maps(const Program& program, const Settings& settings, Diagnostics& diagnostics) {
    if (std::holds_alternative<RedisStore>(settings.counters)) return;
    for (const MapNode& node : program.maps) {
        if (!node.outside || node.outside->verb.text != "redis") continue;
        diagnostics.error(node.outside->verb.place,
                          "sets in Redis are kept where \"counters redis://...\" says, and this "
                          "policy counts in memory");
    }
}

}  // namespace spillway::language
