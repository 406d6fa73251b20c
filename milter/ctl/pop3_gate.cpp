// spillwayctl pop3-gate: a post-login script of Dovecot that counts log-ins.
//
// Dovecot runs it between a right password and the mailbox, with standard input and output being
// the client. It either becomes the program that goes on, or answers the client itself and ends.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

// Of somebody who waits for his mail.
constexpr std::chrono::seconds patience{2};
// RFC 2449 section 4: a line of a POP3 server, its end included.
constexpr std::size_t longest_line = 512;

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// Standard error goes to Dovecot's log.
void tell(const std::string& text) { fmt::print(stderr, "spillway: {}\n", text); }

// The text of the refusal, "" when the log-in goes on: whoever cannot be asked refuses nobody.
std::string refusal(const GateOptions& options) {
    const std::string user = environment("USER");
    try {
        const json reply =
            ask_at(options.socket, {{"verb", "login"}, {"user", user}, {"ip", environment("IP")}},
                   patience);
        if (!reply.at("ok").get<bool>())
            throw Stopped(refused, reply.at("error").get<std::string>());
        if (reply.at("allowed").get<bool>()) return "";
        const std::string text = shown(reply.at("text").get<std::string>());
        tell(fmt::format("log-in of {} from {} refused: {}", shown(user), shown(environment("IP")),
                         text));
        return text.empty() ? "Too many log-ins" : text;
    } catch (const std::exception& error) {
        tell(fmt::format("log-in of {} is not counted: {}", shown(user), shown(error.what())));
        return "";
    }
}

// [LOGIN-DELAY] tells a client that the password was right and that it should come back later.
void answer(const std::string& text) {
    std::string line = "-ERR [LOGIN-DELAY] " + text;
    line.resize(std::min(line.size(), longest_line - 2));
    print(line + "\r\n");
    std::fflush(stdout);
}

[[noreturn]] void become(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    throw Stopped(refused, fmt::format("cannot run {}: {}", command.front(),
                                       std::generic_category().message(errno)));
}

}  // namespace

int pop3_gate(const GateOptions& options) {
    if (options.command.empty())
        throw Stopped(usage, "pop3-gate is given the program that goes on with the log-in");
    const std::string text = refusal(options);
    if (text.empty()) become(options.command);
    answer(text);
    return succeeded;
}

}  // namespace spillway::ctl
