#include "match/outside.h"

#include <fmt/format.h>

namespace spillway::match {
namespace {

struct InWords {
    std::string operator()(const RedisSets& sets) const { return "redis " + sets.name; }
    std::string operator()(const SqliteTable& table) const {
        return fmt::format("sqlite {} {}", table.file, table.statement);
    }
    std::string operator()(const SocketmapTable& table) const {
        if (table.port == 0) return fmt::format("socketmap unix:{} {}", table.host, table.table);
        return fmt::format("socketmap inet:{}:{} {}", table.host, table.port, table.table);
    }
};

}  // namespace

std::string text_of(const OutsideMap& map) {
    return std::visit(InWords{}, map.where) + (map.pairs ? " pairs" : " set");
}

std::string text_of(const Question& question) {
    if (question.map->pairs) return question.key;
    return entries_that_hold(question.address).front();
}

void Findings::add(const Question& question, Found found) {
    found_.insert_or_assign({question.map.get(), text_of(question)}, std::move(found));
}

const Found* Findings::find(const Question& question) const {
    const auto found = found_.find({question.map.get(), text_of(question)});
    return found == found_.end() ? nullptr : &found->second;
}

}  // namespace spillway::match
