#include "lookup/sqlite_file.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace spillway::lookup {
namespace {

using Time = std::chrono::steady_clock::time_point;

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

bool is_past(const void* deadline) {
    return std::chrono::steady_clock::now() >= *static_cast<const Time*>(deadline);
}

// Called now and then while a statement runs; ends it when not 0.
int interrupt_when_past(void* deadline) { return is_past(deadline) ? 1 : 0; }

// Called while another program writes; 0 gives up.
int wait_for_writer(void* deadline, int /*tries*/) {
    if (is_past(deadline)) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return 1;
}

tl::unexpected<Failed> failed(sqlite3* database) {
    return tl::make_unexpected(Failed{sqlite3_errmsg(database)});
}

}  // namespace

// Its address is known to SQLite, so it stays where it is.
class SqliteFile::Connection {
  public:
    static tl::expected<std::unique_ptr<Connection>, Failed> open(const match::SqliteTable& table,
                                                                  Time deadline);

    // Whether the name still leads to the file that is open here.
    bool is_of(const std::string& path) const;
    Answered ask(const match::Question& question, Time deadline);

  private:
    tl::expected<void, Failed> bind(std::string_view text);
    Answered values_of(const std::string& key);
    Answered entries_among(const std::vector<std::string>& texts);

    FileIdentity identity_;
    Time deadline_;  // of the question under way
    Database database_;
    Statement statement_;
};

tl::expected<std::unique_ptr<SqliteFile::Connection>, Failed> SqliteFile::Connection::open(
    const match::SqliteTable& table, Time deadline) {
    auto connection = std::make_unique<Connection>();
    struct stat file {};
    if (::stat(table.file.c_str(), &file) != 0)
        return tl::make_unexpected(Failed{std::strerror(errno)});  // NOLINT(concurrency-mt-unsafe)
    connection->identity_ = {file.st_dev, file.st_ino};

    sqlite3* database = nullptr;
    const int opened = sqlite3_open_v2(table.file.c_str(), &database,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    connection->database_.reset(database);
    if (opened != SQLITE_OK) return failed(database);
    constexpr int instructions_between = 1'000;
    sqlite3_progress_handler(database, instructions_between, interrupt_when_past,
                             &connection->deadline_);
    sqlite3_busy_handler(database, wait_for_writer, &connection->deadline_);

    connection->deadline_ = deadline;  // preparing reads the schema, which a writer may hold up
    sqlite3_stmt* statement = nullptr;
    const int prepared =
        sqlite3_prepare_v2(database, table.statement.c_str(),
                           static_cast<int>(table.statement.size()), &statement, nullptr);
    connection->statement_.reset(statement);
    if (prepared != SQLITE_OK) return failed(database);
    if (statement == nullptr || sqlite3_bind_parameter_count(statement) != 1 ||
        sqlite3_column_count(statement) < 1)
        return tl::make_unexpected(Failed{"the statement must be one SELECT with one parameter"});
    return connection;
}

bool SqliteFile::Connection::is_of(const std::string& path) const {
    struct stat file {};
    return ::stat(path.c_str(), &file) == 0 && FileIdentity{file.st_dev, file.st_ino} == identity_;
}

tl::expected<void, Failed> SqliteFile::Connection::bind(std::string_view text) {
    sqlite3_reset(statement_.get());
    const int bound = sqlite3_bind_text(statement_.get(), 1, text.data(),
                                        static_cast<int>(text.size()), SQLITE_TRANSIENT);
    if (bound != SQLITE_OK) return failed(database_.get());
    return {};
}

Answered SqliteFile::Connection::values_of(const std::string& key) {
    if (const auto bound = bind(key); !bound) return tl::make_unexpected(bound.error());
    match::Values values;
    for (int step = sqlite3_step(statement_.get()); step != SQLITE_DONE;
         step = sqlite3_step(statement_.get())) {
        if (step != SQLITE_ROW) return failed(database_.get());
        const auto* text = sqlite3_column_text(statement_.get(), 0);
        if (text == nullptr) continue;
        const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), 0));
        (void)values.add({reinterpret_cast<const char*>(text), bytes});
        if (values.names.size() > match::most_values)
            return tl::make_unexpected(
                Failed{fmt::format("more than {} values", match::most_values), false});
    }
    return values;
}

Answered SqliteFile::Connection::entries_among(const std::vector<std::string>& texts) {
    match::Values values;
    for (const std::string& text : texts) {
        if (const auto bound = bind(text); !bound) return tl::make_unexpected(bound.error());
        const int step = sqlite3_step(statement_.get());
        if (step == SQLITE_ROW)
            (void)values.add(text);
        else if (step != SQLITE_DONE)
            return failed(database_.get());
    }
    return values;
}

Answered SqliteFile::Connection::ask(const match::Question& question, Time deadline) {
    deadline_ = deadline;
    Answered answer = question.map->pairs
                          ? values_of(question.key)
                          : entries_among(match::entries_that_hold(question.address));
    sqlite3_reset(statement_.get());  // or the file stays locked against its writers
    return answer;
}

SqliteFile::SqliteFile(match::SqliteTable table)
    : table_(std::move(table)), idle_(most_connections) {}

SqliteFile::~SqliteFile() = default;

Answered SqliteFile::ask(const match::Question& question, Time deadline) {
    const auto place = idle_.take(deadline);
    if (!place) return tl::make_unexpected(Failed{"too many ask at the same time", false});
    std::unique_ptr<Connection>& connection = place->connection();
    if (connection && !connection->is_of(table_.file)) connection.reset();
    if (!connection) {
        auto opened = Connection::open(table_, deadline);
        if (!opened) return tl::make_unexpected(std::move(opened.error()));
        connection = *std::move(opened);
    }
    Answered answer = connection->ask(question, deadline);
    if (!answer && answer.error().of_place) connection.reset();
    return answer;
}

}  // namespace spillway::lookup
