// The daemon's settings as values, with their defaults.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spillway::language {

struct UnixSocket {
    std::string path;
    unsigned mode = 0660;
    std::string group;  // "" keeps the daemon's
    friend bool operator==(const UnixSocket&, const UnixSocket&) = default;
};
struct InetSocket {
    std::string host;  // "127.0.0.1", "[::1]" without brackets, or "" for any
    std::uint16_t port = 0;
    friend bool operator==(const InetSocket&, const InetSocket&) = default;
};
struct InheritedSocket {
    int fd = 3;  // systemd socket activation
    friend bool operator==(const InheritedSocket&, const InheritedSocket&) = default;
};
using Listen = std::variant<UnixSocket, InetSocket, InheritedSocket>;

struct MemoryStore {
    friend bool operator==(const MemoryStore&, const MemoryStore&) = default;
};
// Where a server listens: a host's name or address and a port, or, with port 0, a unix socket's
// path.
struct HostPort {
    std::string host;  // "[::1]" without brackets
    std::uint16_t port = 6379;
    friend auto operator<=>(const HostPort&, const HostPort&) = default;
};
// Who one is to a Redis or a Sentinel. The password itself stays in its file.
struct RedisLogin {
    std::string user;           // "" is the default user
    std::string password_file;  // "" logs in as nobody
    friend bool operator==(const RedisLogin&, const RedisLogin&) = default;
};
struct RedisTls {
    std::string ca_file;    // "" is the system's authorities
    std::string cert_file;  // "" shows no certificate
    std::string key_file;   // "" is cert_file
    std::string name;       // what certificates must be for; "" is the host
    friend bool operator==(const RedisTls&, const RedisTls&) = default;
};
struct RedisStore {
    enum class Kind { single, sentinel, cluster };
    Kind kind = Kind::single;
    std::vector<HostPort> hosts;  // the server, the sentinels, or some nodes of the cluster
    std::string master;           // what the sentinels call the set of servers
    int database = 0;
    std::chrono::milliseconds timeout{150};  // of one call, connecting included
    RedisLogin login;
    RedisLogin sentinel_login;
    std::optional<RedisTls> tls;  // none: not encrypted
    friend bool operator==(const RedisStore&, const RedisStore&) = default;
};
using Store = std::variant<MemoryStore, RedisStore>;

// Whose tokens tell the sender of a message.
struct AbuseKeys {
    std::string file;
    std::chrono::milliseconds valid = std::chrono::hours(24 * 400);  // older tokens tell nothing
    friend bool operator==(const AbuseKeys&, const AbuseKeys&) = default;
};

enum class LogTarget { syslog, standard_error, file };
struct LogSetting {
    LogTarget target = LogTarget::syslog;
    std::string path;  // for file
    bool json = false;
    friend bool operator==(const LogSetting&, const LogSetting&) = default;
};

struct Settings {
    Listen listen = UnixSocket{"/run/spillway/milter.sock", 0660, ""};
    UnixSocket control{"/run/spillway/control.sock", 0600, ""};
    std::optional<UnixSocket> gate;  // where log-ins are counted; none by default
    Store counters = MemoryStore{};
    std::string state_dir = "/var/lib/spillway";
    std::string spool_dir;                    // "" is state_dir
    std::uint64_t spool_above = 1024 * 1024;  // bytes of a message kept in memory
    std::string timezone = "UTC";
    std::string user;  // "" keeps the user it was started as
    LogSetting log;
    std::vector<std::string> sendmail{"/usr/sbin/sendmail"};  // for notices; its path, arguments
    std::optional<InetSocket> metrics;                        // where they may be scraped
    std::optional<AbuseKeys> abuse_keys;                      // none: nothing is sealed
};

}  // namespace spillway::language
