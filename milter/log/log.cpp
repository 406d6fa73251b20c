#include "log/log.h"

#include <syslog.h>

#include <chrono>
#include <exception>

#include <date/date.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <nlohmann/json.hpp>

#include "log/appended_file.h"
#include "log/inert.h"

namespace spillway::log {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* ident = "spillwayd";

spdlog::sink_ptr sink_for(const language::LogSetting& setting,
                          const std::shared_ptr<AppendedFile>& file) {
    switch (setting.target) {
        case language::LogTarget::file:
            return file;
        case language::LogTarget::standard_error:
            return std::make_shared<spdlog::sinks::stderr_sink_mt>();
        case language::LogTarget::syslog:
            break;
    }
    return std::make_shared<spdlog::sinks::syslog_sink_mt>(ident, LOG_PID, LOG_MAIL, false);
}

// Syslog adds time and name by itself; a JSON line has its own time.
std::string pattern_for(const language::LogSetting& setting) {
    if (setting.json || setting.target == language::LogTarget::syslog) return "%v";
    return fmt::format("%Y-%m-%dT%H:%M:%S.%e%z {}[%P]: %v", ident);
}

std::string time_now() {
    return date::format(
        "%FT%TZ", std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

// The word Postfix uses too, for people who search a log without priorities.
std::string with_level(int level, std::string_view text) {
    if (level == spdlog::level::warn) return fmt::format("warning: {}", text);
    if (level == spdlog::level::err) return fmt::format("error: {}", text);
    return std::string(text);
}

const char* word_for(int level) {
    if (level == spdlog::level::warn) return "warning";
    return level == spdlog::level::err ? "error" : "info";
}

}  // namespace

Log::Log(const language::LogSetting& setting) : setting_(setting) {
    if (setting.target == language::LogTarget::file)
        file_ = std::make_shared<AppendedFile>(setting.path);
    logger_ = std::make_shared<spdlog::logger>(ident, sink_for(setting, file_));
    logger_->set_pattern(pattern_for(setting));
    logger_->set_level(spdlog::level::info);
    logger_->flush_on(spdlog::level::info);
}

Log::~Log() = default;

void Log::message(const MessageRecord& record) {
    logger_->log(spdlog::level::info, setting_.json ? json_line(record) : plain_line(record));
}

void Log::notice(const policy::Notice& notice, std::string_view id) {
    logger_->log(spdlog::level::info,
                 setting_.json ? json_line(notice, id) : plain_line(notice, id));
}

void Log::info(std::string_view text) { event(spdlog::level::info, text); }
void Log::warning(std::string_view text) { event(spdlog::level::warn, text); }
void Log::error(std::string_view text) { event(spdlog::level::err, text); }

// Unlike a value in a record, an event is our own text and may be long: only line ends are taken
// out.
void Log::event(int level, std::string_view text) {
    const auto severity = static_cast<spdlog::level::level_enum>(level);
    if (setting_.json) {
        const Json json{{"time", time_now()}, {"level", word_for(level)}, {"event", text}};
        logger_->log(severity, line_of(json));
        return;
    }
    std::string line = with_level(level, text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    logger_->log(severity, line);
}

void Log::trouble(std::string_view queue_id, std::string_view text) {
    if (queue_id.empty()) queue_id = "NOQUEUE";
    if (setting_.json) {
        const Json json{
            {"time", time_now()}, {"queue-id", queue_id}, {"level", "error"}, {"event", text}};
        logger_->log(spdlog::level::err, line_of(json));
        return;
    }
    logger_->log(spdlog::level::err,
                 fmt::format("queue-id={} error={}", inert(queue_id), inert(text)));
}

void Log::reopen() {
    if (!file_) return;
    try {
        file_->reopen();
    } catch (const std::exception& mistake) {
        error(mistake.what());
    }
}

}  // namespace spillway::log
