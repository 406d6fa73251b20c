#include "ctl/diagnosis.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace spillway::ctl {

namespace {

constexpr const char* see_postfix = "spillwayd(8), POSTFIX";
constexpr const char* see_doctor = "spillwayctl(8), WHAT THE DOCTOR FINDS";
constexpr const char* see_server = "spillway-redis(7), THE SERVER";

// A decision waits for Redis and for attachments to be read (20 s together), and a client waits ten
// minutes for the end of a message (RFC 5321 section 4.5.3.2.6).
constexpr long shortest_command_s = 5;
constexpr long shortest_content_s = 30;
constexpr long longest_content_s = 600;
constexpr long least_protocol = 6;

// The filters that sign are known by their names, or by the port that opendkim's manual uses.
constexpr std::array<std::string_view, 4> signers{"dkim", "openarc", "dk-filter", ":8891"};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool signs(const PostfixMilter& milter) {
    return std::ranges::any_of(signers,
                               [&](std::string_view one) { return contains(milter.place, one); });
}

// Where Postfix looks for a unix socket: relative paths are the queue directory's, and so are all
// paths of a program in the chroot (MILTER_README).
std::string real_path(const std::string& path, bool chroot, const PostfixSettings& postfix) {
    if (path.starts_with('/') && !chroot) return path;
    return postfix.value("queue_directory") + (path.starts_with('/') ? "" : "/") + path;
}

class Diagnosis {
  public:
    explicit Diagnosis(const Examined& examined)
        : examined_(examined), postfix_(examined.postfix) {}

    std::vector<Finding> run() &&;

  private:
    using List = std::vector<PostfixMilter>;

    void error(const char* name, std::string where, std::string what, std::string mend,
               const char* see) {
        findings_.push_back(
            {Severity::error, name, std::move(where), std::move(what), std::move(mend), see});
    }
    void warning(const char* name, std::string where, std::string what, std::string mend,
                 const char* see) {
        findings_.push_back(
            {Severity::warning, name, std::move(where), std::move(what), std::move(mend), see});
    }

    bool is_ours(const PostfixMilter& milter, bool chroot) const;
    bool is_ours_outside(const PostfixMilter& milter, bool chroot) const;
    bool asks_us(const PostfixService& service) const;
    bool filters_content() const;
    void services();
    void service(const PostfixService& one);
    void local_mail();
    void list(const std::string& name, const PostfixService* owner, bool chroot);
    void place_in_list(const std::string& where, const List& milters, std::size_t ours);
    void settings_of(const std::string& where, const PostfixMilter& milter,
                     const PostfixService* owner);
    void patience_of(const std::string& where, const PostfixMilter& milter,
                     const PostfixService* owner);
    void way_back(const PostfixService& one);
    void limits();
    void exceptions();
    void socket();
    void redis(const RedisFacts& facts);

    std::string setting(const PostfixMilter& milter, std::string_view name,
                        const PostfixService* owner) const {
        const auto own = milter.settings.find(name);
        return own != milter.settings.end() ? own->second
                                            : postfix_.value(fmt::format("milter_{}", name), owner);
    }

    const Examined& examined_;
    const PostfixSettings& postfix_;
    std::vector<Finding> findings_;
};

// "inet:host:port" is ours by its port: a host has many names.
bool Diagnosis::is_ours(const PostfixMilter& milter, bool chroot) const {
    const std::string& place = milter.place;
    if (!examined_.listen || std::holds_alternative<language::InheritedSocket>(*examined_.listen))
        return contains(place, "spillway");
    if (const auto* local = std::get_if<language::UnixSocket>(&*examined_.listen))
        return place.starts_with("unix:") &&
               real_path(place.substr(5), chroot, postfix_) == local->path;
    const auto& inet = std::get<language::InetSocket>(*examined_.listen);
    return place.starts_with("inet") && place.ends_with(fmt::format(":{}", inet.port));
}

// The path as it is outside of the chroot, which a program inside does not see.
bool Diagnosis::is_ours_outside(const PostfixMilter& milter, bool chroot) const {
    return chroot && is_ours(milter, false);
}

bool Diagnosis::asks_us(const PostfixService& service) const {
    return std::ranges::any_of(
        postfix_.milters("smtpd_milters", &service),
        [&](const PostfixMilter& one) { return is_ours(one, service.chroot); });
}

bool Diagnosis::filters_content() const {
    const auto filters = [this](const PostfixService& one) {
        return one.is_smtpd() && !(postfix_.value("content_filter", &one).empty() &&
                                   postfix_.value("smtpd_proxy_filter", &one).empty());
    };
    return !postfix_.value("content_filter").empty() ||
           std::ranges::any_of(postfix_.services(), filters);
}

void Diagnosis::services() {
    for (const PostfixService& one : postfix_.services())
        if (one.is_smtpd()) service(one);
}

void Diagnosis::service(const PostfixService& one) {
    const std::string where = "smtpd_milters of " + one.key();
    const bool without = contains(postfix_.value("receive_override_options", &one), "no_milters");
    if (one.is_local_port()) return way_back(one);
    const auto milters = postfix_.milters("smtpd_milters", &one);
    const auto outside = std::ranges::find_if(
        milters, [&](const PostfixMilter& m) { return is_ours_outside(m, one.chroot); });
    if (outside != milters.end() && !asks_us(one))
        return error("chroot", where,
                     fmt::format("{} is a path outside of the chroot {} runs in: nobody is there",
                                 outside->place, one.key()),
                     "have Spillway listen below the queue directory and name the socket by its "
                     "path from there, such as unix:spillway/milter.sock",
                     see_postfix);
    if (without || !asks_us(one))
        return error("not-asked", where,
                     without ? "receive_override_options=no_milters: what comes here is not seen"
                             : "Spillway is not in the list: what comes here is not seen",
                     "add Spillway's socket, or take the -o that leaves it out from master.cf",
                     see_postfix);
    list("smtpd_milters", &one, one.chroot);
}

// Mail of sendmail(1) is given to milters by cleanup(8).
void Diagnosis::local_mail() {
    const auto cleanup = std::ranges::find(postfix_.services(), "cleanup", &PostfixService::name);
    const bool chroot = cleanup != postfix_.services().end() && cleanup->chroot;
    const auto milters = postfix_.milters("non_smtpd_milters", nullptr);
    const bool asked = std::ranges::any_of(
        milters, [&](const PostfixMilter& one) { return is_ours(one, chroot); });
    if (asked) return list("non_smtpd_milters", nullptr, chroot);
    error("local-mail", "non_smtpd_milters", "mail of sendmail(1), so of PHP and cron, is not seen",
          "non_smtpd_milters = $smtpd_milters", see_postfix);
}

void Diagnosis::list(const std::string& name, const PostfixService* owner, bool chroot) {
    const std::string where = owner != nullptr ? fmt::format("{} of {}", name, owner->key()) : name;
    const auto milters = postfix_.milters(name, owner);
    const auto ours = std::ranges::find_if(
        milters, [&](const PostfixMilter& one) { return is_ours(one, chroot); });
    place_in_list(where, milters, static_cast<std::size_t>(ours - milters.begin()));
    settings_of(where, *ours, owner);
    patience_of(where, *ours, owner);
}

// Postfix asks milters in their order, and each sees the edits of those before it.
void Diagnosis::place_in_list(const std::string& where, const List& milters, std::size_t ours) {
    const auto end = milters.begin() + static_cast<std::ptrdiff_t>(ours);
    const auto signer = std::find_if(milters.begin(), end, signs);
    if (signer == end) return;
    const std::string mend = "name Spillway before the signer";
    if (examined_.needs.edits)
        error("signature-broken", where,
              fmt::format("{} signs before rules of the policy edit the header", signer->place),
              mend, see_postfix);
    else
        warning("signer-first", where,
                fmt::format("{} signs before Spillway decides: a rule that edits would break it",
                            signer->place),
                mend, see_postfix);
}

void Diagnosis::settings_of(const std::string& where, const PostfixMilter& milter,
                            const PostfixService* owner) {
    const std::string action = setting(milter, "default_action", owner);
    const std::string mend = "default_action=tempfail: mail waits at the client meanwhile";
    if (action == "accept")
        error("default-action", where, "while Spillway is away all mail passes unseen", mend,
              see_postfix);
    else if (action != "tempfail")
        warning("default-action", where,
                fmt::format("while Spillway is away mail is answered by \"{}\"", action), mend,
                see_postfix);
    if (milter.place.starts_with("inet"))
        warning(
            "tcp-socket", where,
            fmt::format("{} is TCP: a delayed acknowledgement costs 40 ms a message", milter.place),
            "have both use a unix socket where they are on one machine", see_postfix);
    const auto protocol = postfix_seconds(setting(milter, "protocol", owner));
    if (!protocol || *protocol < least_protocol)
        error("protocol", where,
              "milter_protocol is below 6: the macros that tell of client and login are missing",
              "milter_protocol = 6, its default", see_postfix);
}

void Diagnosis::patience_of(const std::string& where, const PostfixMilter& milter,
                            const PostfixService* owner) {
    const auto command = postfix_seconds(setting(milter, "command_timeout", owner));
    const auto content = postfix_seconds(setting(milter, "content_timeout", owner));
    if (!command || *command < shortest_command_s)
        warning("command-timeout", where,
                "command_timeout is shorter than a slow Redis may take: mail is deferred for it",
                "command_timeout=20s", see_postfix);
    if (!content || *content < shortest_content_s)
        warning("content-timeout", where,
                "content_timeout is shorter than attachments may take to be read",
                "content_timeout=120s", see_postfix);
    else if (*content > longest_content_s)
        warning("content-timeout", where,
                "content_timeout is longer than the ten minutes that clients wait",
                "content_timeout=120s", see_postfix);
}

// A port of this machine's own is where a content filter hands mail back that was seen before.
void Diagnosis::way_back(const PostfixService& one) {
    const bool without = contains(postfix_.value("receive_override_options", &one), "no_milters");
    if (without || !asks_us(one) || !filters_content()) return;
    error("seen-twice", "smtpd_milters of " + one.key(),
          "what a content filter hands back is seen, and counted, a second time",
          "-o receive_override_options=no_milters for this service", see_postfix);
}

// What Postfix refuses first is never seen by a rule.
void Diagnosis::limits() {
    const auto size = postfix_.number("message_size_limit", nullptr);
    const auto recipients = postfix_.number("smtpd_recipient_limit", nullptr);
    const PolicyNeeds& needs = examined_.needs;
    if (needs.most_recipients && recipients && *needs.most_recipients >= *recipients)
        warning("recipient-limit", "smtpd_recipient_limit",
                fmt::format("a rule asks for {} recipients, but Postfix takes {} a message",
                            *needs.most_recipients, *recipients),
                "raise smtpd_recipient_limit or lower the rule's number", see_doctor);
    if (needs.largest_size && size && *size > 0 && *needs.largest_size >= *size)
        warning("size-limit", "message_size_limit",
                fmt::format("a rule asks for {} bytes, but Postfix takes {} a message",
                            *needs.largest_size, *size),
                "raise message_size_limit or lower the rule's number", see_doctor);
}

void Diagnosis::exceptions() {
    if (const std::string maps = postfix_.value("smtpd_milter_maps"); !maps.empty())
        warning("milter-maps", "smtpd_milter_maps",
                fmt::format("{} may leave Spillway out for some clients", maps),
                "see that no address of a customer stands in it", see_doctor);
    if (postfix_.value("enable_long_queue_ids") != "yes")
        warning("queue-ids", "enable_long_queue_ids",
                "queue ids are used again: two messages of the log may have one id",
                "enable_long_queue_ids = yes", see_postfix);
}

void Diagnosis::socket() {
    const auto* local =
        examined_.listen ? std::get_if<language::UnixSocket>(&*examined_.listen) : nullptr;
    if (local == nullptr || !examined_.socket_examined) return;
    const auto& facts = examined_.socket;
    if (!facts)
        return error("no-socket", local->path, "there is no such socket: nobody listens",
                     "start spillwayd", "spillwayd(8), TROUBLE");
    const bool by_group =
        (facts->mode & 0020) != 0 && std::ranges::count(facts->groups_of_postfix, facts->group) > 0;
    const bool by_owner = (facts->mode & 0200) != 0 && facts->owner == "postfix";
    if (by_group || by_owner || (facts->mode & 0002) != 0) return;
    error("socket-permissions", local->path,
          fmt::format("the user postfix may not connect: mode {:04o}, owner {}, group {}",
                      facts->mode, facts->owner, facts->group),
          fmt::format("listen unix:{} mode 0660 group postfix", local->path),
          "spillway.conf(5), SETTINGS");
}

void Diagnosis::redis(const RedisFacts& facts) {
    if (!facts.trouble.empty())
        return error("redis-silent", facts.where, facts.trouble,
                     "see that it runs and that the settings name it", "spillway.conf(5), REDIS");
    if (!contains(facts.info, "maxmemory_policy:noeviction"))
        error("redis-eviction", facts.where,
              "maxmemory-policy is not noeviction: counts vanish when memory is full",
              "maxmemory-policy noeviction", see_server);
    if (!contains(facts.info, "aof_enabled:1"))
        warning("redis-persistence", facts.where,
                "appendonly is off: a restart forgets what was counted since the last snapshot",
                "appendonly yes", see_server);
}

std::vector<Finding> Diagnosis::run() && {
    services();
    local_mail();
    limits();
    exceptions();
    socket();
    for (const RedisFacts& facts : examined_.redis) redis(facts);
    std::ranges::stable_sort(findings_, {}, &Finding::severity);
    return std::move(findings_);
}

void add(const policy::Condition& condition, PolicyNeeds& needs) {
    const auto all = [&needs](const auto& group) {
        for (const policy::Condition& part : group.parts) add(part, needs);
    };
    const auto raise = [](std::optional<std::int64_t>& number, std::int64_t to) {
        number = std::max(number.value_or(to), to);
    };
    if (const auto* both = std::get_if<policy::And>(&condition.is)) all(*both);
    if (const auto* either = std::get_if<policy::Or>(&condition.is)) all(*either);
    if (const auto* no = std::get_if<policy::Not>(&condition.is)) add(*no->part, needs);
    const auto* number = std::get_if<policy::CompareNumber>(&condition.is);
    if (number == nullptr || number->order == policy::Order::less ||
        number->order == policy::Order::less_or_equal)
        return;
    if (number->quantity == policy::Quantity::recipients)
        raise(needs.most_recipients, number->value);
    if (number->quantity == policy::Quantity::size) raise(needs.largest_size, number->value);
}

void add(const policy::Rule& rule, PolicyNeeds& needs) {
    if (rule.mode == policy::Mode::off) return;
    if (rule.when) add(*rule.when, needs);
    if (rule.unless) add(*rule.unless, needs);
    needs.edits |= rule.mode == policy::Mode::enforce &&
                   std::ranges::any_of(rule.actions, [](const policy::Action& action) {
                       return std::holds_alternative<policy::AddHeaderAction>(action) ||
                              std::holds_alternative<policy::ReplaceHeaderAction>(action) ||
                              std::holds_alternative<policy::RemoveHeaderAction>(action) ||
                              std::holds_alternative<policy::FooterAction>(action);
                   });
}

}  // namespace

PolicyNeeds needs_of(const policy::Policy& policy) {
    PolicyNeeds needs;
    for (const policy::Rule& rule : policy.rules) add(rule, needs);
    for (const auto& [name, folder] : policy.folders)
        for (const policy::Rule& rule : folder.rules) add(rule, needs);
    return needs;
}

std::vector<Finding> diagnose(const Examined& examined) { return Diagnosis(examined).run(); }

}  // namespace spillway::ctl
