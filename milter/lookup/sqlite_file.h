// Maps in SQLite files, read while other programs write them.
//
// The only user of libsqlite3. Thread-safe. A file is opened for reading only; one that is replaced
// by another of its name is opened anew. The time it takes is bounded but for that of the disk.
#pragma once

#include <chrono>
#include <memory>

#include "lookup/answer.h"
#include "lookup/idle.h"

namespace spillway::lookup {

class SqliteFile {
  public:
    static constexpr std::size_t most_connections = 8;

    explicit SqliteFile(match::SqliteTable table);
    ~SqliteFile();

    // Of pairs, the first column of each row for the key; NULL and "" are none, and so is what is
    // no value. Of sets, the entries for which there is a row.
    Answered ask(const match::Question& question, std::chrono::steady_clock::time_point deadline);

  private:
    class Connection;

    const match::SqliteTable table_;
    Idle<Connection> idle_;
};

}  // namespace spillway::lookup
