// What is still to be told to Redis, after the message it belongs to has had its answer: all of it
// may be done again without harm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "limits/limits.h"
#include "store/connection.h"
#include "store/scripts.h"

namespace spillway::store {

struct Task {
    enum class Kind {
        cancel,   // what a token charged is taken back, or is not to be charged any more
        replay,   // what was counted here is charged there
        suspend,  // somebody is suspended
        release,  // a place is free
    };
    Kind kind = Kind::cancel;
    std::uint64_t number = 0;  // in the order of their making
    std::string token;         // of the call it is about; else ""
    limits::Time at{};         // when it happened
    ScriptCall call;           // of a release only the key, and the holder as its only word
    bool left = false;         // of a replay: its receipt is not needed any more

    // The command, with the age that a replay has at `now`.
    Words command(limits::Time now) const;
    // The same for a Redis that does not know the script.
    Words command_by_text(limits::Time now) const;

  private:
    ScriptCall aged(limits::Time now) const;
};

// One line of the journal without its line end:
//
//   task NUMBER KIND TOKEN AT SHA1 KEYS… WORDS… CHECKSUM    to be done
//   left NUMBER CHECKSUM                                    of a replay, see above
//   done NUMBER CHECKSUM
//
// Keys and words begin with their number. The checksum is 8 hex digits of FNV-1a over all before
// it.
std::string task_line(const Task& task);
std::string left_line(std::uint64_t number);
std::string done_line(std::uint64_t number);

struct TaskLine {
    enum class What { task, left, done };
    What what = What::done;
    std::uint64_t number = 0;
    Task task;
};
// The error says what is wrong: damage, or a script that this release does not have.
tl::expected<TaskLine, std::string> parse_task_line(std::string_view line);

}  // namespace spillway::store
