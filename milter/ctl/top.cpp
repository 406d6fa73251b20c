// spillwayctl top: who sends most under each limit, and who is near his maximum or over it.
#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

using Row = std::vector<std::string>;

constexpr std::size_t who_column = 1;
constexpr std::size_t least_of_who = 16;  // characters, however narrow the terminal is

std::string text_of(const json& reply, const char* name) {
    return shown(reply.at(name).get<std::string>());
}

std::string right(const std::string& text, std::size_t width) {
    return fmt::format("{:>{}}", text, width);
}

std::string state_text(const json& use) {
    const auto state = use.at("state").get<std::string>();
    if (state == "over") return "OVER";
    return state == "near" ? "near" : "";
}

// When the first of what is used leaves; of those who are over, when one more fits.
std::string frees_text(const json& use, const std::string& zone) {
    const bool is_over = use.at("state") == "over";
    return time_text(use.at(is_over ? "next_free" : "frees"), zone);
}

std::vector<Row> rows_of(const json& reply) {
    const auto zone = reply.at("zone").get<std::string>();
    std::vector<Row> rows{{"limit", "who", "used", "max", "%", "", "frees"}};
    for (const json& use : reply.at("top")) {
        const json& percent = use.at("percent");
        rows.push_back({text_of(use, "limit"), text_of(use, "who"),
                        with_commas(use.at("used").get<std::int64_t>()), max_text(use.at("max")),
                        percent.is_null() ? "" : fmt::format("{}", percent.get<std::int64_t>()),
                        state_text(use), frees_text(use, zone)});
    }
    return rows;
}

// Figures are read from the right.
void align(std::vector<Row>& rows) {
    for (const std::size_t column : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
        std::size_t width = 0;
        for (const Row& row : rows) width = std::max(width, row[column].size());
        for (Row& row : rows) row[column] = right(row[column], width);
    }
}

// Who is over must not be pushed off the screen by a long name; a file gets all of it.
void fit(std::vector<Row>& rows, std::size_t width) {
    std::size_t widest = 0;
    const std::string table = columns(rows, "");
    for (std::size_t begin = 0; begin < table.size();) {
        const std::size_t end = table.find('\n', begin);
        widest = std::max(widest, end - begin);
        begin = end + 1;
    }
    if (widest <= width) return;
    std::size_t longest = 0;
    for (const Row& row : rows) longest = std::max(longest, row[who_column].size());
    const std::size_t excess = widest - width;
    const std::size_t room = longest > excess + least_of_who ? longest - excess : least_of_who;
    for (Row& row : rows) row[who_column] = shortened(row[who_column], room);
}

std::string frame(const json& reply, const std::optional<Size>& size) {
    if (reply.at("top").empty()) return "nobody\n";
    std::vector<Row> rows = rows_of(reply);
    align(rows);
    if (size) fit(rows, size->columns);
    return columns(rows, "");
}

json request_of(const TopOptions& options) {
    json request{
        {"verb", "top"}, {"limit", options.limit}, {"most", options.most}, {"by", options.by}};
    if (options.near) request["near"] = *options.near;
    return request;
}

// A daemon that is being restarted is waited for: whoever watches wants to see it come back.
std::string frame_or_trouble(const Common& common, const TopOptions& options, const Size& size) {
    TopOptions fitting = options;
    if (size.lines > 3) fitting.most = std::min(options.most, size.lines - 3);
    try {
        const json reply = ask_and_expect_success(common, request_of(fitting));
        const auto zone = reply.at("zone").get<std::string>();
        return fmt::format("{} {}\n{}", time_text(reply.at("at"), zone), shown(zone),
                           frame(reply, size));
    } catch (const Stopped& stopped) {
        return fmt::format("{}\n", shown(stopped.what()));
    }
}

// One line for each frame, so that whatever reads them can tell them apart.
std::string json_line(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

// Ended by a signal.
[[noreturn]] void watch(const Common& common, const TopOptions& options) {
    for (;;) {
        if (common.json) {
            print(json_line(ask_and_expect_success(common, request_of(options))));
        } else {
            // Home, the frame, then all that is below: less flicker than an empty screen first.
            static constexpr std::string_view home = "\033[H", rest_of_line = "\033[K\n";
            std::string text(home);
            for (const char byte : frame_or_trouble(common, options, terminal().value_or(Size{})))
                byte == '\n' ? text += rest_of_line : text += byte;
            print(text + "\033[J");
        }
        std::fflush(stdout);
        std::this_thread::sleep_for(std::chrono::seconds(options.every));
    }
}

}  // namespace

int top(const Common& common, const TopOptions& options) {
    if (options.watch && !common.json && !terminal())
        throw Stopped(usage, "--watch draws on a terminal; with --json it writes to anything");
    // A mistake in the request, or no daemon at all, is told at once.
    const json reply = ask_and_expect_success(common, request_of(options));
    if (options.watch) watch(common, options);
    print(common.json ? json_text(reply) : frame(reply, terminal()));
    return succeeded;
}

}  // namespace spillway::ctl
