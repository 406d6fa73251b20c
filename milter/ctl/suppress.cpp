// spillwayctl suppress: who is not to be written to any more.
#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <sstream>

#include <date/date.h>
#include <fmt/format.h>

#include "convert/csv.h"
#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"
#include "daemon/files.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

// A request of the control socket is at most 64 kB; source and note are at most 400 bytes each.
constexpr std::size_t most_request_bytes = 48 * 1024;
constexpr std::size_t largest_list_bytes = std::size_t{1} << 30;

constexpr std::array<std::string_view, 8> column_names{"target", "scope", "owner", "reason",
                                                       "source", "note",  "since", "until"};

void name_owner(json& entry, const SuppressOptions& options) {
    if (!options.account.empty() && !options.domain.empty())
        throw Stopped(usage, "--account and --domain exclude each other");
    if (!options.account.empty()) entry["scope"] = "account";
    if (!options.domain.empty()) entry["scope"] = "domain";
    const std::string& owner = options.account.empty() ? options.domain : options.account;
    if (!owner.empty()) entry["owner"] = owner;
}

// RFC 3339 in UTC, with milliseconds where there are some; "" for null.
std::string time_written(const json& ms) {
    if (ms.is_null()) return "";
    const date::sys_time<std::chrono::milliseconds> time{
        std::chrono::milliseconds{ms.get<std::int64_t>()}};
    const auto seconds = date::floor<std::chrono::seconds>(time);
    return seconds == time ? date::format("%FT%TZ", seconds) : date::format("%FT%TZ", time);
}

// RFC 3339 in UTC, or a day alone.
std::int64_t time_read(const std::string& text, std::size_t line) {
    for (const char* form : {"%FT%TZ", "%F"}) {
        std::chrono::sys_time<std::chrono::milliseconds> time{};
        std::istringstream in(text);
        date::from_stream(in, form, time);
        if (in && in.peek() == std::istringstream::traits_type::eof())
            return time.time_since_epoch().count();
    }
    throw Stopped(refused, fmt::format("line {}: expected 2026-11-23T12:00:00Z, got \"{}\"", line,
                                       shown(text)));
}

// What the columns of a file hold: those its first line names, or only targets without such a line.
using Columns = std::vector<std::string>;
bool names_columns(const convert::CsvRow& row) {
    return std::ranges::find(row, column_names.front()) != row.end();
}
void check_columns(const Columns& columns) {
    for (const std::string& column : columns)
        if (std::ranges::find(column_names, column) == column_names.end())
            throw Stopped(refused, fmt::format("unknown column \"{}\" (known: {})", shown(column),
                                               fmt::join(column_names, ", ")));
}

json entry_of(const convert::CsvRow& row, const Columns& columns, std::size_t line) {
    if (row.size() > columns.size())
        throw Stopped(refused, fmt::format("line {}: {} fields, but {} columns", line, row.size(),
                                           columns.size()));
    json entry = json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].empty()) continue;
        if (columns[i] == "since" || columns[i] == "until")
            entry[columns[i] + "_ms"] = time_read(row[i], line);
        else
            entry[columns[i] == "reason" ? "cause" : columns[i]] = row[i];
    }
    if (!entry.contains("target"))
        throw Stopped(refused, fmt::format("line {}: the target is missing", line));
    return entry;
}

// Sends entries in requests that the daemon takes.
class Import {
  public:
    explicit Import(const Common& common) : common_(common) {}

    void add(json entry, std::size_t line) {
        const std::size_t bytes = entry.dump(-1, ' ', true, json::error_handler_t::replace).size();
        if (bytes_ + bytes > most_request_bytes) send();
        if (entries_.empty()) first_line_ = line;
        bytes_ += bytes + 1;
        entries_.push_back(std::move(entry));
    }
    void send() {
        if (entries_.empty()) return;
        const json reply = ask(
            common_, {{"verb", "suppress"}, {"entries", std::move(entries_)}, {"by", own_name()}});
        if (!reply.at("ok").get<bool>())
            throw Stopped(refused,
                          fmt::format("from line {} on: {}; {} were imported before", first_line_,
                                      reply.at("error").get<std::string>(), added_));
        added_ += reply.at("added").get<std::int64_t>();
        ended_ += reply.at("ended").get<std::int64_t>();
        entries_ = json::array();
        bytes_ = 0;
    }
    std::int64_t added() const { return added_; }
    std::int64_t ended() const { return ended_; }

  private:
    const Common& common_;
    json entries_ = json::array();
    std::size_t bytes_ = 0;
    std::size_t first_line_ = 0;
    std::int64_t added_ = 0;
    std::int64_t ended_ = 0;
};

std::string text_in(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    auto text = daemon::read_file(file, largest_list_bytes);
    if (!text) throw Stopped(refused, fmt::format("{}: {}", shown(file), text.error().why));
    return *std::move(text);
}

convert::CsvRow row_of(const json& entry) {
    convert::CsvRow row;
    for (const char* field : {"target", "scope", "owner", "cause", "source", "note"})
        row.push_back(entry.at(field).get<std::string>());
    row.push_back(time_written(entry.at("since_ms")));
    row.push_back(time_written(entry.at("until_ms")));
    return row;
}

void for_each_entry(const Common& common, const std::function<void(const json&)>& take) {
    std::string from;
    do {
        const json reply =
            ask_and_expect_success(common, {{"verb", "suppressions"}, {"from", from}});
        for (const json& entry : reply.at("entries")) take(entry);
        from = reply.at("next").get<std::string>();
    } while (!from.empty());
}

std::vector<std::string> shown_row(const json& entry) {
    const convert::CsvRow row = row_of(entry);
    std::string whom = row[1] == "global" ? "everybody" : row[1] + " " + row[2];
    return {shown(row[0]), shown(whom), row[3], row[6], row[7].empty() ? "for good" : row[7],
            shown(row[4])};
}

}  // namespace

int suppress_add(const Common& common, const SuppressOptions& options) {
    json entry{{"target", options.target},
               {"cause", options.reason},
               {"source", options.source.empty() ? own_name() : options.source},
               {"note", options.note}};
    name_owner(entry, options);
    if (!options.span.empty()) entry["for"] = options.span;
    const json reply = ask_and_expect_success(
        common,
        {{"verb", "suppress"}, {"entries", json::array({std::move(entry)})}, {"by", own_name()}});
    print(common.json ? json_text(reply) : shown(options.target) + " is suppressed\n");
    return succeeded;
}

int suppress_del(const Common& common, const SuppressOptions& options) {
    json request{{"verb", "unsuppress"}, {"target", options.target}, {"by", own_name()}};
    name_owner(request, options);
    const json reply = ask_and_expect_success(common, request);
    print(common.json
              ? json_text(reply)
              : shown(reply.at("target").get<std::string>()) + " may be written to again\n");
    return succeeded;
}

int suppress_list(const Common& common, const SuppressOptions& options) {
    std::vector<json> found;
    for_each_entry(common, [&](const json& entry) {
        const auto target = entry.at("target").get<std::string>();
        if (target.find(options.target) != std::string::npos) found.push_back(entry);
    });
    std::ranges::sort(found, {}, [](const json& entry) {
        return std::tuple(entry.at("target").get<std::string>(),
                          entry.at("scope").get<std::string>(),
                          entry.at("owner").get<std::string>());
    });
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (common.json) {
        print(json_text({{"ok", true}, {"entries", found}}));
        return succeeded;
    }
    std::vector<std::vector<std::string>> rows{
        {"recipient", "for mail of", "reason", "since", "until", "source"}};
    for (const json& entry : found) rows.push_back(shown_row(entry));
    print(rows.size() == 1 ? "nobody is suppressed\n" : columns(rows, ""));
    return succeeded;
}

int suppress_import(const Common& common, const SuppressOptions& options) {
    const std::string text = text_in(options.file);
    convert::CsvReader reader(text);
    Import import(common);
    Columns columns;
    while (true) {
        auto row = reader.next();
        if (!row) throw Stopped(refused, row.error());
        if (!*row) break;
        if (columns.empty()) {
            const bool named = names_columns(**row);
            columns = named ? **row : Columns{"target"};
            check_columns(columns);
            if (named) continue;
        }
        json entry = entry_of(**row, columns, reader.line());
        if (!entry.contains("scope")) name_owner(entry, options);
        if (!entry.contains("cause")) entry["cause"] = options.reason;
        import.add(std::move(entry), reader.line());
    }
    import.send();
    if (common.json)
        print(json_text({{"ok", true}, {"added", import.added()}, {"ended", import.ended()}}));
    else
        print(fmt::format("imported {}, left out {} that had ended\n", with_commas(import.added()),
                          with_commas(import.ended())));
    return succeeded;
}

int suppress_export(const Common& common, const SuppressOptions& options) {
    std::string text = convert::csv_line({column_names.begin(), column_names.end()});
    if (options.file.empty()) {
        for_each_entry(common, [&](const json& entry) {
            text += convert::csv_line(row_of(entry));
            if (text.size() < most_request_bytes) return;
            print(text);
            text.clear();
        });
        print(text);
        return succeeded;
    }
    std::ofstream out(options.file, std::ios::binary | std::ios::trunc);
    out << text;
    for_each_entry(common, [&out](const json& entry) { out << convert::csv_line(row_of(entry)); });
    out.close();
    if (!out) throw Stopped(refused, fmt::format("cannot write {}", shown(options.file)));
    return succeeded;
}

}  // namespace spillway::ctl
