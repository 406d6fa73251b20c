#include "store/task.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "limits/hash.h"
#include "limits/text_line.h"
#include "store/charge_call.h"

namespace spillway::store {

namespace {

constexpr std::array<std::pair<Task::Kind, std::string_view>, 4> kind_words{
    {{Task::Kind::cancel, "cancel"},
     {Task::Kind::replay, "replay"},
     {Task::Kind::suspend, "suspend"},
     {Task::Kind::release, "release"}}};

std::string_view word_of(Task::Kind kind) {
    for (const auto& [each, word] : kind_words)
        if (each == kind) return word;
    return "";
}

std::string checksum(std::string_view text) {
    const std::uint64_t hash = limits::fnv1a(text.begin(), text.end());
    return fmt::format("{:08x}", static_cast<std::uint32_t>(hash ^ hash >> 32));
}

std::string sealed(const std::string& line) { return fmt::format("{} {}", line, checksum(line)); }

// The line without its checksum; nullopt when that is wrong.
std::optional<std::string_view> unsealed(std::string_view line) {
    const std::size_t at = line.rfind(' ');
    if (at == line.npos || line.substr(at + 1) != checksum(line.substr(0, at))) return std::nullopt;
    return line.substr(0, at);
}

tl::expected<Task, std::string> read_task(limits::LineReader& reader, std::uint64_t number) {
    Task task;
    task.number = number;
    const std::string_view kind = reader.word();
    bool known = false;
    for (const auto& [each, word] : kind_words) {
        if (word != kind) continue;
        task.kind = each;
        known = true;
    }
    task.token = reader.text();
    task.at = reader.time();
    const std::string sha1(reader.word());
    task.call.script = script_of(sha1);
    task.call.keys = reader.texts();
    task.call.words = reader.texts();
    if (!known || !reader.done() || task.call.keys.empty())
        return tl::make_unexpected("not a task");
    if (task.call.script == nullptr && task.kind != Task::Kind::release)
        return tl::make_unexpected("of a release with other scripts");
    if (task.kind == Task::Kind::replay && task.call.words.size() <= age_word)
        return tl::make_unexpected("not a task");
    return task;
}

}  // namespace

// Never in the future: a clock that went back makes it happen now.
ScriptCall Task::aged(limits::Time now) const {
    ScriptCall aged = call;
    if (kind == Kind::replay)
        aged.words[age_word] = std::to_string(std::max<std::int64_t>(0, (now - at).count()));
    return aged;
}

Words Task::command(limits::Time now) const {
    if (kind == Kind::release) return {"ZREM", call.keys.front(), call.words.front()};
    return aged(now).by_sha1();
}

Words Task::command_by_text(limits::Time now) const { return aged(now).by_text(); }

std::string task_line(const Task& task) {
    std::string line;
    limits::LineWriter(line)
        .word("task")
        .number(static_cast<std::int64_t>(task.number))
        .word(word_of(task.kind))
        .text(task.token)
        .time(task.at)
        .word(task.call.script ? task.call.script->sha1 : "-")
        .texts(task.call.keys)
        .texts(task.call.words);
    return sealed(line);
}

std::string left_line(std::uint64_t number) { return sealed(fmt::format("left {}", number)); }
std::string done_line(std::uint64_t number) { return sealed(fmt::format("done {}", number)); }

tl::expected<TaskLine, std::string> parse_task_line(std::string_view line) {
    const auto told = unsealed(line);
    if (!told) return tl::make_unexpected("the checksum is wrong");
    limits::LineReader reader(*told);
    const std::string_view what = reader.word();
    TaskLine parsed;
    parsed.number = static_cast<std::uint64_t>(reader.number(0, limits::most_countable));
    if (what == "task") {
        auto task = read_task(reader, parsed.number);
        if (!task) return tl::make_unexpected(task.error());
        parsed.what = TaskLine::What::task;
        parsed.task = *std::move(task);
        return parsed;
    }
    if ((what != "left" && what != "done") || !reader.done())
        return tl::make_unexpected("not a line of the journal");
    parsed.what = what == "left" ? TaskLine::What::left : TaskLine::What::done;
    return parsed;
}

}  // namespace spillway::store
