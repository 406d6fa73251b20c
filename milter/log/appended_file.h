// A log file that can be opened anew under the same name: the file target of spdlog.
//
// Thread-safe: spdlog's base_sink holds its mutex around write and reopen.
#pragma once

#include <mutex>
#include <string>

#include <spdlog/sinks/base_sink.h>

namespace spillway::log {

class AppendedFile : public spdlog::sinks::base_sink<std::mutex> {
  public:
    // Throws std::runtime_error when the file cannot be opened.
    explicit AppendedFile(std::string path);
    ~AppendedFile() override;

    // The old file stays in use when the new one cannot be opened (throws std::runtime_error).
    void reopen();

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

  private:
    std::string path_;
    int fd_;
};

}  // namespace spillway::log
