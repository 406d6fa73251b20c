// Postfix's settings as postconf(1) prints them: main.cf (-n), the services of master.cf (-M) and
// the parameters that services override (-P). Pure.
//
// Reads what postconf writes, long lines folded or not; a line that is not of that form is left
// out. Values are as postconf(5) describes: $name, ${name}, ${name?text} and ${name:text}.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::ctl {

using Parameters = std::map<std::string, std::string, std::less<>>;

struct PostfixService {
    std::string name;  // "submission", "127.0.0.1:10026"
    std::string type;  // "inet", "unix", "pass"
    bool chroot = false;
    std::string command;  // "smtpd"
    Parameters overrides;

    std::string key() const { return name + "/" + type; }
    bool is_smtpd() const { return command == "smtpd" && type != "unix"; }
    // Listens for programs of this machine only, as a content filter's way back does.
    bool is_local_port() const;
};

// One milter of a list: its place and its own settings.
struct PostfixMilter {
    std::string place;  // "unix:spillway/milter.sock", "inet:localhost:8891"
    Parameters settings;
};

class PostfixSettings {
  public:
    PostfixSettings(std::string_view main, std::string_view services, std::string_view overrides);

    const std::vector<PostfixService>& services() const { return services_; }

    // Expanded; the default where nothing sets it, "" for a name that is not known here. With a
    // service its overrides come first.
    std::string value(std::string_view name, const PostfixService* service = nullptr) const;
    // A duration ("30s", "5m") in seconds, or a number; nullopt for what is neither.
    std::optional<long> seconds(std::string_view name, const PostfixService* service) const;
    std::optional<long> number(std::string_view name, const PostfixService* service) const;

    std::vector<PostfixMilter> milters(std::string_view list, const PostfixService* service) const;

  private:
    std::string raw(std::string_view name, const PostfixService* service) const;
    std::string expanded(std::string_view text, const PostfixService* service, int depth) const;

    Parameters main_;
    std::vector<PostfixService> services_;
};

std::optional<long> postfix_seconds(std::string_view text);

}  // namespace spillway::ctl
