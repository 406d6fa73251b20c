// What operators are told: events in words, and one line for each message.
//
// Thread-safe. Mail content and secrets never come here; what senders choose (addresses, logins) is
// made inert in record.cpp, so that no line can be forged or broken.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "language/settings.h"
#include "limits/counters.h"
#include "policy/decision.h"
#include "policy/evaluate.h"
#include "policy/message.h"
#include "policy/notice.h"

namespace spdlog {
class logger;
}

namespace spillway::log {

class AppendedFile;

// One handled message, or one refusal before its end (`stage` says when). A refused recipient is
// the last one of `message`.
struct MessageRecord {
    const policy::Message& message;
    const policy::Identity& identity;
    policy::Stage stage = policy::Stage::message;
    const policy::Verdict& verdict;
    std::string_view decided_by;
    const policy::Decision* decision =
        nullptr;                         // rules, limits and tags; only at the message's end
    std::chrono::microseconds spent{0};  // in the policy, counters included
    // Who was suspended because of it; orders that were strikes only are not among them.
    std::vector<limits::Suspension> suspended{};
};

// The record as key=value pairs, and as one JSON object. Field names are the same in both and are
// documented in spillwayd(8).
std::string plain_line(const MessageRecord& record);
std::string json_line(const MessageRecord& record);

// The same of a notice, whose name `id` stands in all later lines about it too.
std::string plain_line(const policy::Notice& notice, std::string_view id);
std::string json_line(const policy::Notice& notice, std::string_view id);

class Log {
  public:
    // Throws std::runtime_error when the file cannot be opened.
    explicit Log(const language::LogSetting& setting);
    ~Log();

    void message(const MessageRecord& record);
    void notice(const policy::Notice& notice, std::string_view id);
    void info(std::string_view text);
    void warning(std::string_view text);
    void error(std::string_view text);

    // What went wrong with one message; `queue_id` may be "".
    void trouble(std::string_view queue_id, std::string_view text);

    // Opens the log file anew after logrotate has moved it; nothing for the other targets. Where
    // that fails the old file is kept and told so.
    void reopen();

  private:
    void event(int level, std::string_view text);

    language::LogSetting setting_;
    std::shared_ptr<AppendedFile> file_;  // null for the other targets
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace spillway::log
