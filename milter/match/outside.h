// Maps that are kept outside of the policy and change while it is in force: where they are, what
// is asked of them, and what they answered. Values only: asking is not done here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "match/map.h"

namespace spillway::match {

// Sets in the Redis that counts: spillway-map:NAME, of pairs spillway-map:NAME:KEY.
struct RedisSets {
    std::string name;
};
// An SQLite file, asked with a statement that has one parameter.
struct SqliteTable {
    std::string file;
    std::string statement;
};
// A table of a server that speaks socketmap (Postfix: socketmap_table(5)).
struct SocketmapTable {
    std::string host;  // or the path of a unix socket, when the port is 0
    std::uint16_t port = 0;
    std::string table;
};

struct OutsideMap {
    std::string name;    // as the policy calls it
    bool pairs = false;  // values that belong to keys; else one set
    std::variant<RedisSets, SqliteTable, SocketmapTable> where;
    std::chrono::milliseconds timeout{500};   // of all that is asked at one time
    std::chrono::milliseconds cache{10'000};  // how long an answer is good
};

// "redis owned", "sqlite /etc/owned.db SELECT ...", "socketmap inet:localhost:8000 owned": what
// tells it from all others, and without secrets.
std::string text_of(const OutsideMap& map);

// The values of a key; or the entries of a set that hold an address ("ann@a.example") or a domain
// (an address without a local part). A key is as pair_key() has it and never empty.
struct Question {
    std::shared_ptr<const OutsideMap> map;
    std::string key;
    mail::Address address;
};
// What tells the question from others of the same map.
std::string text_of(const Question& question);

struct Unreachable {
    std::string why;  // for operators
};
using Found = std::variant<std::shared_ptr<const Values>, Unreachable>;

// Beyond these an answer is none: what belongs to one key must fit into memory many times.
inline constexpr std::size_t most_values = 100'000;

// What was asked for one message, with its answers. Kept for as long as the message: a rule that is
// read twice must not see two states of the world.
class Findings {
  public:
    void add(const Question& question, Found found);
    // Null when it was not asked.
    const Found* find(const Question& question) const;

  private:
    std::map<std::pair<const OutsideMap*, std::string>, Found> found_;
};

}  // namespace spillway::match
