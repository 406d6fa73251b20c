// spillwayctl trace: who sent what somebody complains about.
#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "crypto/abuse_token.h"
#include "crypto/message_digest.h"
#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "daemon/abuse_keys.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "mail/complaint.h"

namespace spillway::ctl {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

namespace {

constexpr std::size_t largest_mailbox = std::size_t{1024} * 1024 * 1024;

// What one token says, the best first.
enum class Told { genuine, too_old, unknown_key, forged, incomplete, nothing };

std::string_view name_of(Told told) {
    switch (told) {
        case Told::genuine:
            return "genuine";
        case Told::too_old:
            return "too-old";
        case Told::unknown_key:
            return "unknown-key";
        case Told::forged:
            return "forged";
        case Told::incomplete:
            return "incomplete";
        case Told::nothing:
            break;
    }
    return "nothing";
}

constexpr std::array exits{succeeded, too_old, unknown_key, forged, forged, refused};

struct Traced {
    Told told = Told::nothing;
    std::string field;
    crypto::Origin origin{};       // genuine; of a token that is too old only the time
    std::string key{};             // unknown
    bool message_is_here = false;  // the complaint shows the Message-ID it was made for
};

struct Keys {
    crypto::KeyRing ring;
    language::AbuseKeys setting;
    limits::Time now;
};

std::string time_text(limits::Time time, const char* form) {
    return fmt::format(fmt::runtime(form), std::chrono::floor<std::chrono::seconds>(time));
}

Traced traced(const mail::TokenInText& token, const mail::Complaint& complaint, const Keys& keys) {
    if (!token.complete) return {Told::incomplete, token.field};
    auto opened = crypto::opened(token.bytes, keys.ring);
    if (const auto* unknown = std::get_if<crypto::UnknownKey>(&opened))
        return {Told::unknown_key, token.field, {}, unknown->id};
    auto* const origin = std::get_if<crypto::Origin>(&opened);
    if (origin == nullptr) return {Told::forged, token.field};
    if (keys.now - origin->time > keys.setting.valid) {
        Traced old{Told::too_old, token.field};
        old.origin.time = origin->time;
        return old;
    }
    const bool is_here = !origin->message.empty() &&
                         std::ranges::any_of(complaint.message_ids, [&](const std::string& id) {
                             return crypto::message_digest(id) == origin->message;
                         });
    return {Told::genuine, token.field, std::move(*origin), "", is_here};
}

// Of one message; a token without any is one that says nothing.
std::vector<Traced> traced(std::string_view message, const Keys& keys) {
    const mail::Complaint complaint = mail::read_complaint(message, {});
    std::vector<Traced> all;
    for (const mail::TokenInText& token : complaint.tokens)
        all.push_back(traced(token, complaint, keys));
    if (all.empty()) all.push_back({});
    std::ranges::stable_sort(all, {}, &Traced::told);
    return all;
}

std::string sentence(const Traced& one, const Keys& keys) {
    switch (one.told) {
        case Told::genuine:
            return "genuine";
        case Told::too_old:
            return fmt::format("TOO OLD: sealed on {}, more than {} ago",
                               time_text(one.origin.time, "{:%Y-%m-%d}"),
                               span_text(keys.setting.valid / std::chrono::seconds(1)));
        case Told::unknown_key:
            return fmt::format("UNKNOWN KEY: no key {} is in {}", one.key, keys.setting.file);
        case Told::forged:
            return "FORGED: not sealed with our key, or changed since";
        case Told::incomplete:
            return "INCOMPLETE: the end of the token is not there";
        case Told::nothing:
            break;
    }
    return "none is here";
}

std::string message_text(const Traced& one) {
    if (one.origin.message.empty()) return "it had no Message-ID";
    return one.message_is_here ? "its Message-ID is in the complaint"
                               : "its Message-ID is NOT in the complaint: the token may have been "
                                 "copied from another message";
}

std::string or_none(const std::string& text) { return text.empty() ? "-" : shown(text); }

Rows rows_of(const Traced& one, const Keys& keys) {
    Rows rows;
    const auto add = [&](const char* name, std::string text) {
        rows.push_back({name, std::move(text)});
    };
    add("token", sentence(one, keys));
    if (!one.field.empty()) add("field", shown(one.field));
    if (one.told != Told::genuine) return rows;
    add("user", or_none(one.origin.user));
    add("account", or_none(one.origin.account));
    add("client", or_none(one.origin.client));
    add("queue id", or_none(one.origin.queue_id));
    add("sent", time_text(one.origin.time, "{:%Y-%m-%d %H:%M:%S} UTC"));
    add("message", message_text(one));
    return rows;
}

std::string text_of(const std::vector<Traced>& all, const Keys& keys) {
    constexpr std::size_t most_shown = 20;  // with the best one first
    std::string text;
    for (const Traced& one : all) {
        if (static_cast<std::size_t>(&one - all.data()) == most_shown)
            return text + fmt::format("\nand {} more\n", all.size() - most_shown);
        text += (text.empty() ? "" : "\n") + columns(rows_of(one, keys), "");
    }
    return text;
}

json json_of(const Traced& one) {
    json row{{"result", name_of(one.told)}, {"field", one.field}};
    if (one.told == Told::unknown_key) row["key"] = one.key;
    if (one.told > Told::too_old) return row;
    row["sent"] = time_text(one.origin.time, "{:%Y-%m-%dT%H:%M:%SZ}");
    if (one.told == Told::too_old) return row;
    row["user"] = one.origin.user;
    row["account"] = one.origin.account;
    row["client"] = one.origin.client;
    row["queue_id"] = one.origin.queue_id;
    row["message_id_seen"] = one.origin.message.empty() ? json(nullptr) : json(one.message_is_here);
    return row;
}

std::string whole(const std::string& name) {
    if (name == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    auto text = daemon::read_file(name, largest_mailbox);
    if (!text) throw Stopped(refused, fmt::format("{}: {}", name, text.error().why));
    return *std::move(text);
}

// The words are a token, which may hold blanks, or files.
std::vector<std::string> texts_of(const std::vector<std::string>& words) {
    if (words.empty()) return {whole("-")};
    if (words.front().starts_with(mail::token_mark))
        return {fmt::format("{}", fmt::join(words, " "))};
    std::vector<std::string> texts;
    for (const std::string& name : words) texts.push_back(whole(name));
    return texts;
}

}  // namespace

int trace(const Common& common, const TraceOptions& options) {
    const language::AbuseKeys setting = keys_setting(common, options.keys);
    auto ring = daemon::read_keys(setting.file);
    if (!ring) throw Stopped(bad_configuration, ring.error());
    const Keys keys{*std::move(ring), setting, daemon::now()};
    json messages = json::array();
    std::string text;
    Told worst = Told::genuine;
    for (const std::string& file : texts_of(options.words)) {
        for (const std::string_view message : mail::messages_of(file)) {
            json tokens = json::array();
            const auto all = traced(message, keys);
            worst = std::max(worst, all.front().told);
            for (const Traced& one : all)
                if (one.told != Told::nothing) tokens.push_back(json_of(one));
            text += (text.empty() ? "" : "\n") + text_of(all, keys);
            messages.push_back({{"tokens", tokens}, {"result", name_of(all.front().told)}});
        }
    }
    print(common.json ? json_text({{"messages", messages}}) : text);
    return exits[static_cast<std::size_t>(worst)];
}

}  // namespace spillway::ctl
