#include "language/counters_setting.h"

#include <algorithm>
#include <array>
#include <bitset>

#include <fmt/format.h>

namespace spillway::language {
namespace {

using StoreKind = RedisStore::Kind;

struct Scheme {
    std::string_view prefix;
    StoreKind kind;
    bool tls;
};
constexpr std::array schemes{Scheme{"redis://", StoreKind::single, false},
                             Scheme{"rediss://", StoreKind::single, true},
                             Scheme{"redis+sentinel://", StoreKind::sentinel, false},
                             Scheme{"rediss+sentinel://", StoreKind::sentinel, true},
                             Scheme{"redis+cluster://", StoreKind::cluster, false},
                             Scheme{"rediss+cluster://", StoreKind::cluster, true}};
constexpr std::string_view unix_scheme = "redis+unix:";

constexpr std::string_view store_forms =
    "memory, redis://HOST[:PORT][/DATABASE], redis+sentinel://HOST,…/MASTER[/DATABASE], "
    "redis+cluster://HOST,… (rediss for TLS) or redis+unix:/PATH";

constexpr bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_name_character);
}

// What stands in brackets: an IPv6 address, with a zone perhaps (RFC 6874).
bool is_address(std::string_view text) {
    return text.find(':') != text.npos && std::ranges::all_of(text, [](char c) {
               return is_name_character(c) || c == ':' || c == '%';
           });
}

Parsed<HostPort> host_port(std::string_view text, std::uint16_t usual_port) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : text.find(':');
    const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    std::string_view rest = end == text.npos ? "" : text.substr(end + (bracketed ? 1 : 0));
    const bool known = bracketed ? end != text.npos && is_address(host) : is_name(host);
    if (!known || (!rest.empty() && rest.front() != ':'))
        return mistake("HOST or HOST:PORT (an IPv6 address in brackets)", text);
    if (rest.empty()) return HostPort{std::string{host}, usual_port};
    const auto port = parse_port(rest.substr(1));
    if (!port) return tl::unexpected(port.error());
    return HostPort{std::string{host}, *port};
}

Parsed<std::vector<HostPort>> host_ports(std::string_view text, StoreKind kind) {
    const std::uint16_t usual_port = kind == StoreKind::sentinel ? 26379 : 6379;
    std::vector<HostPort> hosts;
    for (std::string_view rest = text;;) {
        const std::size_t comma = rest.find(',');
        const auto host = host_port(rest.substr(0, comma), usual_port);
        if (!host) return tl::unexpected(host.error());
        hosts.push_back(*host);
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (kind == StoreKind::single && hosts.size() > 1)
        return tl::unexpected<std::string>(
            "several hosts need redis+sentinel:// or redis+cluster://");
    return hosts;
}

Parsed<int> parse_database(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number > 1'000'000) return mistake("a database number", text);
    return static_cast<int>(*number);
}

// What follows the hosts: "", "/DATABASE", "/MASTER" or "/MASTER/DATABASE".
Parsed<RedisStore> with_path(RedisStore store, std::string_view path) {
    if (store.kind == StoreKind::sentinel) {
        const std::size_t slash = path.find('/', 1);
        store.master = path.empty() ? "" : path.substr(1, slash - 1);
        if (!is_name(store.master))
            return tl::unexpected<std::string>(
                "the address needs the name the sentinels have for their master: …/NAME");
        path = slash == path.npos ? "" : path.substr(slash);
    }
    if (path.empty()) return store;
    const auto database = parse_database(path.substr(1));
    if (!database) return tl::unexpected(database.error());
    if (store.kind == StoreKind::cluster && *database != 0)
        return tl::unexpected<std::string>("a cluster has no database but 0");
    store.database = *database;
    return store;
}

Parsed<Store> redis_store(const Scheme& scheme, std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    auto hosts = host_ports(text.substr(0, slash), scheme.kind);
    if (!hosts) return tl::unexpected(hosts.error());
    RedisStore store;
    store.kind = scheme.kind;
    store.hosts = *std::move(hosts);
    if (scheme.tls) store.tls.emplace();
    auto whole = with_path(std::move(store), text.substr(slash));
    if (!whole) return tl::unexpected(whole.error());
    return *std::move(whole);
}

enum Option {
    timeout,
    database,
    user,
    password_file,
    sentinel_user,
    sentinel_password_file,
    ca_file,
    cert_file,
    key_file,
    tls_name,
    option_count
};

// What is wrong about this option for this store; "" when nothing is.
std::string_view misfit(Option option, const RedisStore& store) {
    if (option == database && store.kind == StoreKind::cluster)
        return "a cluster has no database but 0";
    if ((option == sentinel_user || option == sentinel_password_file) &&
        store.kind != StoreKind::sentinel)
        return "this store has no sentinels";
    if (option >= ca_file && !store.tls)
        return "this store is not asked over TLS, which needs an address with rediss";
    return "";
}

std::string path_of_file(Arguments& args) {
    const Word& path = args.take("a file name");
    if (!path.text.starts_with('/')) throw Mistake(path.place, "expected an absolute path");
    return path.text;
}

void read_value(Option option, Arguments& args, RedisStore& store) {
    switch (option) {
        case timeout:
            store.timeout = args.take_as("a duration such as 150ms", parse_duration);
            return;
        case database:
            store.database = args.take_as("a number", parse_database);
            return;
        case user:
            store.login.user = args.take("a user's name").text;
            return;
        case password_file:
            store.login.password_file = path_of_file(args);
            return;
        case sentinel_user:
            store.sentinel_login.user = args.take("a user's name").text;
            return;
        case sentinel_password_file:
            store.sentinel_login.password_file = path_of_file(args);
            return;
        case ca_file:
            store.tls->ca_file = path_of_file(args);
            return;
        case cert_file:
            store.tls->cert_file = path_of_file(args);
            return;
        case key_file:
            store.tls->key_file = path_of_file(args);
            return;
        case tls_name:
            store.tls->name = args.take("the name in the certificate").text;
            return;
        case option_count:
            return;
    }
}

// Options that mean nothing without another one.
void check_company(const Place& place, const RedisStore& store) {
    if (!store.login.user.empty() && store.login.password_file.empty())
        throw Mistake(place, "\"user\" needs \"password-file\"");
    if (!store.sentinel_login.user.empty() && store.sentinel_login.password_file.empty())
        throw Mistake(place, "\"sentinel-user\" needs \"sentinel-password-file\"");
    if (store.tls && !store.tls->key_file.empty() && store.tls->cert_file.empty())
        throw Mistake(place, "\"key-file\" needs \"cert-file\"");
}

void read_options(Arguments& args, RedisStore& store) {
    std::bitset<option_count> given;
    while (args.more()) {
        const Word& word = args.peek();
        const auto option = static_cast<Option>(args.take_one_of(
            {"timeout", "database", "user", "password-file", "sentinel-user",
             "sentinel-password-file", "ca-file", "cert-file", "key-file", "tls-name"}));
        if (const auto what = misfit(option, store); !what.empty())
            throw Mistake(word.place, fmt::format("\"{}\": {}", word.text, what));
        if (given.test(option))
            throw Mistake(word.place, fmt::format("a second \"{}\"", word.text));
        given.set(option);
        read_value(option, args, store);
    }
    check_company(args.line().verb.place, store);
}

}  // namespace

Parsed<Store> parse_store(std::string_view text) {
    if (text == "memory") return MemoryStore{};
    if (text.starts_with(unix_scheme)) {
        auto path = parse_socket_path(text.substr(unix_scheme.size()));
        if (!path) return tl::unexpected(path.error());
        RedisStore store;
        store.hosts.push_back(HostPort{*std::move(path), 0});
        return store;
    }
    // Looked for before anything is repeated to the reader.
    if (text.find('@') != text.npos) {
        return tl::unexpected<std::string>(
            "the address may hold no user or password: they would stand in logs and listings; "
            "use \"user\" and \"password-file\"");
    }
    const auto* scheme = std::ranges::find_if(
        schemes, [&](const Scheme& known) { return text.starts_with(known.prefix); });
    if (scheme == schemes.end()) return mistake(store_forms, text);
    return redis_store(*scheme, text.substr(scheme->prefix.size()));
}

Store read_store(Arguments& args) {
    Store store = args.take_as(store_forms, parse_store);
    if (auto* redis = std::get_if<RedisStore>(&store)) read_options(args, *redis);
    return store;
}

}  // namespace spillway::language
