// spillwayctl doctor: asks Postfix, Redis and the file system what diagnosis.h judges.
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/diagnosis.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "daemon/files.h"
#include "store/redis.h"
#include "system/program.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

constexpr std::array<const char*, 2> postconf_places{"/usr/sbin/postconf",
                                                     "/usr/local/sbin/postconf"};
constexpr std::size_t largest_settings_bytes = 16 * 1024 * 1024;
constexpr std::chrono::seconds patience{5};

std::string postconf_program() {
    for (const char* place : postconf_places)
        if (::access(place, X_OK) == 0) return place;
    throw Stopped(unreachable,
                  "there is no postconf here: give its output with --postconf-n and --postconf-M");
}

std::string all_of(int descriptor) {
    std::string text;
    std::array<char, 16 * 1024> block;
    while (true) {
        const ssize_t count = ::read(descriptor, block.data(), block.size());
        if (count > 0)
            text.append(block.data(), static_cast<std::size_t>(count));
        else if (count == 0 || errno != EINTR)
            return text;
    }
}

// Its warnings go where ours go.
std::string postconf(const DoctorOptions& options, const char* what) {
    std::vector<std::string> words{postconf_program()};
    if (!options.postfix_folder.empty()) words.insert(words.end(), {"-c", options.postfix_folder});
    words.emplace_back(what);
    system::Pipe pipe;
    ::fcntl(pipe.out.get(), F_SETFL, 0);
    const system::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const pid_t child = system::start_program(words, system::own_environment(),
                                              {nothing.get(), pipe.in.get(), STDERR_FILENO});
    pipe.in.close();
    std::string text = all_of(pipe.out.get());
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Stopped(unreachable, fmt::format("{} {} failed", words.front(), what));
    return text;
}

std::string settings_text(const std::string& file) {
    auto text = daemon::read_file(file, largest_settings_bytes);
    if (!text) throw Stopped(refused, fmt::format("{}: {}", shown(file), text.error().why));
    return *std::move(text);
}

PostfixSettings postfix_settings(const DoctorOptions& options) {
    if (options.main_file.empty() != options.master_file.empty())
        throw Stopped(usage, "--postconf-n and --postconf-M go together");
    if (options.main_file.empty())
        return {postconf(options, "-n"), postconf(options, "-M"), postconf(options, "-P")};
    return {settings_text(options.main_file), settings_text(options.master_file),
            options.overrides_file.empty() ? "" : settings_text(options.overrides_file)};
}

std::string group_name(gid_t gid) {
    const group* const found = ::getgrgid(gid);
    return found != nullptr ? found->gr_name : fmt::format("gid {}", gid);
}

std::vector<std::string> groups_of(const char* user) {
    const passwd* const account = ::getpwnam(user);
    if (account == nullptr) return {};
    std::array<gid_t, 256> groups;
    int count = groups.size();
    if (::getgrouplist(user, account->pw_gid, groups.data(), &count) < 0) count = groups.size();
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
        names.push_back(group_name(groups[static_cast<std::size_t>(i)]));
    return names;
}

std::optional<SocketFacts> socket_facts(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISSOCK(facts.st_mode)) return std::nullopt;
    const passwd* const owner = ::getpwuid(facts.st_uid);
    return SocketFacts{
        .mode = facts.st_mode & 0777U,
        .owner = owner != nullptr ? owner->pw_name : fmt::format("uid {}", facts.st_uid),
        .group = group_name(facts.st_gid),
        .groups_of_postfix = groups_of("postfix")};
}

std::vector<RedisFacts> redis_facts(const language::RedisStore& place) {
    std::vector<RedisFacts> all;
    try {
        store::Redis redis(place, nullptr, 1);
        const auto walked = redis.each_master(
            store::Deadline::clock::now() + patience,
            [&](const store::Redis::ServerCall& call) -> tl::expected<void, store::Failure> {
                const auto replies = call({{"INFO", "memory"}, {"INFO", "persistence"}});
                if (!replies) return tl::make_unexpected(replies.error());
                std::string info;
                for (const store::Reply& reply : *replies) info += store::text_of(*reply);
                all.push_back({redis.place(), std::move(info), ""});
                return {};
            });
        if (!walked) all.push_back({redis.place(), "", walked.error().why});
    } catch (const std::runtime_error& error) {
        all.push_back({"counters", "", error.what()});
    }
    return all;
}

// Without a policy the MTA is looked at alone.
void add_policy(const Common& common, Examined& examined) {
    const language::Generation generation = loaded(common.config);
    if (!generation.policy) throw Stopped(bad_configuration, common.config + " has mistakes");
    examined.listen = generation.settings.listen;
    examined.needs = needs_of(*generation.policy);
    if (const auto* local = std::get_if<language::UnixSocket>(&generation.settings.listen)) {
        examined.socket_examined = true;
        examined.socket = socket_facts(local->path);
    }
    if (const auto* redis = std::get_if<language::RedisStore>(&generation.settings.counters))
        examined.redis = redis_facts(*redis);
}

const char* word_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::string text_of(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& one : findings)
        text += fmt::format("{}: {}: {}\n    mend: {}\n    see {} ({})\n", word_of(one.severity),
                            shown(one.where), shown(one.what), shown(one.mend), one.see, one.name);
    return findings.empty() ? "nothing is wrong\n" : text;
}

json json_of(const std::vector<Finding>& findings) {
    json rows = json::array();
    for (const Finding& one : findings)
        rows.push_back({{"severity", word_of(one.severity)},
                        {"finding", one.name},
                        {"where", one.where},
                        {"what", one.what},
                        {"mend", one.mend},
                        {"see", one.see}});
    return {{"findings", std::move(rows)}};
}

}  // namespace

int doctor(const Common& common, const DoctorOptions& options) {
    const PostfixSettings postfix = postfix_settings(options);
    Examined examined{.postfix = postfix, .listen = std::nullopt};
    if (!options.without_policy) add_policy(common, examined);
    const std::vector<Finding> findings = diagnose(examined);
    print(common.json ? json_text(json_of(findings)) : text_of(findings));
    const bool bad = std::ranges::count(findings, Severity::error, &Finding::severity) > 0;
    return bad ? refused : succeeded;
}

}  // namespace spillway::ctl
