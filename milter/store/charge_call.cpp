#include "store/charge_call.h"

#include <algorithm>
#include <charconv>

#include "crypto/digest.h"
#include "limits/key_text.h"
#include "limits/sliding_count.h"
#include "match/fingerprint.h"
#include "store/keys.h"

namespace spillway::store {

namespace {

using limits::Charge;
using limits::Suspect;

// So long can a call be on its way that nobody will settle.
constexpr std::chrono::milliseconds unsettled_kept = std::chrono::seconds{10};

std::string digits(std::int64_t number) { return std::to_string(number); }
std::string max_word(std::int64_t max) { return max == limits::unlimited ? "-1" : digits(max); }

// Fields to be read of hashes, each field once, and the place of each among the values. Places are
// counted from 1, over all hashes, in the order of the words.
class LookUp {
  public:
    void add(const std::string& hash, const std::string& field) {
        auto& fields = fields_of(hash);
        if (std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
    }

    std::size_t place(const std::string& hash, const std::string& field) const {
        std::size_t before = 1;
        for (const auto& [name, fields] : hashes_) {
            const auto found = std::ranges::find(fields, field);
            if (name == hash && found != fields.end())
                return before + static_cast<std::size_t>(found - fields.begin());
            before += fields.size();
        }
        return 0;
    }

    void append_to(ScriptCall& call) const {
        call.words.push_back(std::to_string(hashes_.size()));
        for (const auto& [name, fields] : hashes_) {
            call.keys.push_back(name);
            call.words.push_back(std::to_string(fields.size()));
            call.words.insert(call.words.end(), fields.begin(), fields.end());
        }
    }

  private:
    std::vector<std::string>& fields_of(const std::string& hash) {
        for (auto& [name, fields] : hashes_)
            if (name == hash) return fields;
        return hashes_.emplace_back(hash, std::vector<std::string>{}).second;
    }

    std::vector<std::pair<std::string, std::vector<std::string>>> hashes_;
};

LookUp plans_of(const std::vector<Charge>& charges) {
    LookUp plans;
    for (const Charge& charge : charges)
        for (const std::string& plan : charge.plans)
            plans.add(plan_key(charge.account), limits::encoded_key(limits::bounded_key(plan)));
    return plans;
}

void append_plan_places(ScriptCall& call, const LookUp& plans, const std::string& account,
                        const std::vector<std::string>& names) {
    if (names.empty()) return;
    const std::string hash = plan_key(account);
    for (const std::string& plan : names)
        call.words.push_back(
            std::to_string(plans.place(hash, limits::encoded_key(limits::bounded_key(plan)))));
}

void append_list(ScriptCall& call, const std::vector<std::string>& list) {
    call.words.push_back(std::to_string(list.size()));
    call.words.insert(call.words.end(), list.begin(), list.end());
}

// No address of a recipient is kept.
std::vector<std::string> digests(const std::vector<std::string>& members) {
    std::vector<std::string> digests;
    digests.reserve(members.size());
    for (const std::string& member : members) digests.push_back(crypto::short_digest(member));
    return digests;
}

std::string w_of(const Charge& charge) {
    const bool members = !charge.members.empty();
    if (const auto* sliding = std::get_if<limits::Sliding>(&charge.rate))
        return members ? "d" + digits(sliding->span.count())
                       : digits(limits::slice_width(sliding->span));
    if (const auto* pacing = std::get_if<limits::Pacing>(&charge.rate))
        return "p" + digits(pacing->interval.count());
    return members ? "dc" : "c";
}

const char* kind_word(const Charge& charge) {
    const bool members = !charge.members.empty();
    if (std::holds_alternative<limits::Sliding>(charge.rate)) return members ? "d" : "s";
    if (std::holds_alternative<limits::Calendar>(charge.rate)) return members ? "e" : "c";
    return "p";
}

// Of Calendar it is told with the periods.
std::string single_max(const Charge& charge) {
    if (const auto* sliding = std::get_if<limits::Sliding>(&charge.rate))
        return max_word(sliding->count);
    if (const auto* pacing = std::get_if<limits::Pacing>(&charge.rate))
        return digits(pacing->burst);
    return "0";
}

// A pace crosses none.
void append_levels(ScriptCall& call, const Charge& charge) {
    if (charge.levels.empty() || std::holds_alternative<limits::Pacing>(charge.rate)) return;
    const auto* sliding = std::get_if<limits::Sliding>(&charge.rate);
    call.words.push_back(sliding ? digits(sliding->span.count()) : "0");
    for (const int level : charge.levels) call.words.push_back(std::to_string(level));
}

void append_periods(ScriptCall& call, const limits::Calendar& rate) {
    for (const limits::Time bound : rate.bounds)
        call.words.push_back(digits(bound.time_since_epoch().count()));
    for (const std::int64_t count : rate.counts) call.words.push_back(max_word(count));
}

void append_charge(ScriptCall& call, const Charge& charge, const LookUp& plans) {
    const bool paced = std::holds_alternative<limits::Pacing>(charge.rate);
    call.keys.push_back(counter_key(charge));
    call.words.emplace_back(kind_word(charge));
    call.words.push_back(w_of(charge));
    call.words.push_back(single_max(charge));
    call.words.push_back(digits(charge.cost));
    call.words.push_back(std::to_string(charge.plans.size()));
    call.words.push_back(std::to_string(paced ? 0 : charge.levels.size()));
    append_plan_places(call, plans, charge.account, charge.plans);
    append_levels(call, charge);
    if (const auto* calendar = std::get_if<limits::Calendar>(&charge.rate))
        append_periods(call, *calendar);
    if (charge.members.empty() || paced) return;
    call.keys.push_back(members_key(call.keys.back()));
    append_list(call, digests(charge.members));
}

void append_charges(ScriptCall& call, const std::vector<Charge>& charges) {
    const LookUp plans = plans_of(charges);
    plans.append_to(call);
    call.words.push_back(std::to_string(charges.size()));
    for (const Charge& charge : charges) append_charge(call, charge, plans);
}

// The low 48 bits: features are the smallest of many hashes, so their high bits are mostly 0.
std::string feature_bytes(std::uint64_t feature) {
    std::string bytes;
    for (int shift = 40; shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<unsigned char>(feature >> shift));
    return bytes;
}

void append_mailing(ScriptCall& call, const limits::Mailing& mailing) {
    call.words.push_back(hash_tag(mailing.account));
    call.words.push_back(std::to_string(match::features_needed(mailing.features.size())));
    call.words.push_back(std::to_string(mailing.features.size()));
    for (const std::uint64_t feature : mailing.features)
        call.words.push_back(feature_bytes(feature));
    append_list(call, digests(mailing.recipients));
    call.words.push_back(std::to_string(mailing.spans.size()));
    for (const auto span : mailing.spans) call.words.push_back(digits(span.count()));
}

// The integers of a reply; nullopt when it is anything else.
std::optional<std::vector<std::int64_t>> numbers(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_ARRAY) return std::nullopt;
    std::vector<std::int64_t> numbers;
    numbers.reserve(reply.elements);
    for (std::size_t i = 0; i < reply.elements; ++i) {
        if (reply.element[i]->type != REDIS_REPLY_INTEGER) return std::nullopt;
        numbers.push_back(reply.element[i]->integer);
    }
    return numbers;
}

limits::Time time_of(std::int64_t ms) { return limits::Time{std::chrono::milliseconds{ms}}; }
std::int64_t max_of(std::int64_t number) { return number < 0 ? limits::unlimited : number; }

std::string plan_of(const std::vector<std::string>& plans, std::int64_t place) {
    const auto index = static_cast<std::size_t>(place - 1);
    return place > 0 && index < plans.size() ? plans[index] : std::string();
}

std::vector<int> levels_of(const Charge& charge, std::int64_t bits) {
    std::vector<int> levels;
    for (std::size_t i = 0; i < charge.levels.size() && i < 63; ++i)
        if (bits >> i & 1) levels.push_back(charge.levels[i]);
    return levels;
}

// What a count without more to say answers.
limits::Answer plain_answer(const Charge& charge, std::int64_t used) {
    limits::Granted granted{used, limits::unlimited, {}, {}};
    if (const auto* sliding = std::get_if<limits::Sliding>(&charge.rate))
        granted.max = sliding->count;
    if (const auto* pacing = std::get_if<limits::Pacing>(&charge.rate)) granted.max = pacing->burst;
    return granted;
}

// `more` are when it fits, the maximum, the plan and the crossed levels.
limits::Answer answer_of(const Charge& charge, std::int64_t used, const std::int64_t* more) {
    const std::int64_t next = more[0], max = max_of(more[1]);
    std::string plan = plan_of(charge.plans, more[2]);
    std::vector<int> crossed = levels_of(charge, more[3]);
    if (next == 0) return limits::Granted{used, max, std::move(plan), std::move(crossed)};
    std::optional<limits::Time> free;
    if (next > 0) free = time_of(next);
    return limits::Exceeded{used, free, max, std::move(plan), std::move(crossed)};
}

LookUp suspects_of(const std::vector<Suspect>& senders) {
    LookUp suspects;
    for (const Suspect& sender : senders)
        suspects.add(suspended_key(sender.account), suspect_field(sender));
    return suspects;
}

std::optional<Charged> suspended(const redisReply& reply, const limits::Call& call) {
    if (reply.elements != 3 || reply.element[1]->type != REDIS_REPLY_INTEGER) return std::nullopt;
    const LookUp suspects = suspects_of(call.senders);
    for (const Suspect& sender : call.senders) {
        const auto place = suspects.place(suspended_key(sender.account), suspect_field(sender));
        if (static_cast<long long>(place) != reply.element[1]->integer) continue;
        auto found = suspension_of(sender, text_of(*reply.element[2]));
        if (!found) return std::nullopt;
        return Charged{limits::Answers(call.charges.size(), limits::NotAsked{}), std::move(found)};
    }
    return std::nullopt;
}

}  // namespace

Asked asked(const limits::Call& call) {
    Asked asked{.call = {}, .merged = limits::merged(call.charges), .owner = owner_of(call)};
    asked.call.charges = std::move(asked.merged.charges);
    if (call.mailing) asked.call.mailing = limits::bounded(*call.mailing);
    for (const Suspect& sender : call.senders)
        asked.call.senders.push_back(limits::bounded(sender));
    asked.call.message = call.message;
    return asked;
}

ScriptCall charge_call(const limits::Call& call, const std::string& owner, const Terms& terms) {
    const bool settled = !call.message.empty() || terms.age;
    ScriptCall words{&charge_script, {}, {}};
    words.words.reserve(16 + 8 * call.charges.size());
    words.keys.push_back(receipt_key(owner, call.message.empty() ? terms.token : call.message));
    words.words.push_back(terms.token);
    words.words.push_back(digits((settled ? terms.receipts_kept : unsettled_kept).count()));
    words.words.push_back(digits(terms.unanswered_after.count()));
    words.words.push_back(terms.age ? digits(terms.age->count()) : std::string());
    suspects_of(call.senders).append_to(words);
    append_charges(words, call.charges);
    words.words.emplace_back(call.mailing ? "1" : "0");
    if (call.mailing) append_mailing(words, *call.mailing);
    return words;
}

std::optional<Charged> charged(const redisReply& reply, const limits::Call& call) {
    constexpr std::size_t more_each = 5;
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements == 0) return std::nullopt;
    const redisReply& kind = *reply.element[0];
    if (kind.type == REDIS_REPLY_INTEGER && kind.integer == 1) return suspended(reply, call);
    const auto found = numbers(reply);
    const std::size_t plain = 1 + call.charges.size();
    if (!found || found->front() != 0 || found->size() < plain ||
        (found->size() - plain) % more_each != 0)
        return std::nullopt;

    Charged charged;
    charged.answers.reserve(call.charges.size());
    for (std::size_t i = 0; i < call.charges.size(); ++i)
        charged.answers.push_back(plain_answer(call.charges[i], (*found)[i + 1]));
    for (std::size_t at = plain; at < found->size(); at += more_each) {
        const auto i = static_cast<std::size_t>((*found)[at] - 1);
        if (i >= call.charges.size()) return std::nullopt;
        charged.answers[i] = answer_of(call.charges[i], (*found)[i + 1], found->data() + at + 1);
    }
    return charged;
}

ScriptCall cancel_call(const std::string& receipt, const std::string& token,
                       std::chrono::milliseconds kept) {
    return {&cancel_script, {receipt}, {token, digits(kept.count())}};
}

ScriptCall peek_call(const std::vector<Charge>& charges) {
    ScriptCall call{&peek_script, {}, {}};
    append_charges(call, charges);
    return call;
}

std::optional<std::vector<limits::Standing>> standings(const redisReply& reply,
                                                       const std::vector<Charge>& charges) {
    constexpr std::size_t numbers_each = 5;
    const auto found = numbers(reply);
    if (!found || found->size() != numbers_each * charges.size()) return std::nullopt;
    std::vector<limits::Standing> standings;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        const std::int64_t* number = found->data() + numbers_each * i;
        limits::Standing standing{.used = number[0],
                                  .max = max_of(number[1]),
                                  .plan = plan_of(charges[i].plans, number[2]),
                                  .next_free = {},
                                  .frees = {}};
        if (number[3] >= 0) standing.next_free = time_of(number[3]);
        if (number[4] > 0) standing.frees = time_of(number[4]);
        standings.push_back(std::move(standing));
    }
    return standings;
}

ScriptCall sizes_call(const limits::Mailing& mailing) {
    ScriptCall call{&sizes_script, {texts_key(mailing.account)}, {}};
    append_mailing(call, mailing);
    return call;
}

std::optional<std::vector<std::int64_t>> sizes(const redisReply& reply, std::size_t spans) {
    auto found = numbers(reply);
    if (found && found->size() != spans) found.reset();
    return found;
}

ScriptCall hold_call(const limits::Place& place, std::chrono::milliseconds lease) {
    const std::string account = limits::bounded(place.account);
    LookUp plans;
    for (const std::string& plan : place.plans)
        plans.add(plan_key(account), limits::encoded_key(limits::bounded_key(plan)));
    ScriptCall call{&places_script, {places_key(place)}, {"hold", place.holder}};
    call.words.push_back(digits(lease.count()));
    plans.append_to(call);
    call.words.push_back(max_word(limits::countable_max(place.most)));
    call.words.push_back(std::to_string(place.plans.size()));
    append_plan_places(call, plans, account, place.plans);
    return call;
}

ScriptCall renew_call(const std::string& key, const std::vector<std::string>& holders,
                      std::chrono::milliseconds lease) {
    ScriptCall call{&places_script, {key}, {"renew", digits(lease.count())}};
    append_list(call, holders);
    return call;
}

std::optional<limits::Answer> held(const redisReply& reply, const limits::Place& place) {
    const auto found = numbers(reply);
    if (!found || found->size() != 4) return std::nullopt;
    const std::int64_t used = (*found)[1], max = max_of((*found)[2]);
    std::string plan = plan_of(place.plans, (*found)[3]);
    if ((*found)[0] == 1) return limits::Granted{used, max, std::move(plan), {}};
    return limits::Exceeded{used, std::nullopt, max, std::move(plan), {}};
}

ScriptCall suspend_call(const limits::Suspension& suspension) {
    return {&suspend_script,
            {suspended_key(suspension.suspect.account)},
            {suspect_field(suspension.suspect), digits(suspension.until.time_since_epoch().count()),
             suspension.reason}};
}

std::optional<limits::Suspension> suspension_of(const Suspect& suspect, std::string_view value) {
    std::int64_t until = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), until);
    if (error != std::errc{} || end == value.data() + value.size() || *end != ' ')
        return std::nullopt;
    const auto reason = value.substr(static_cast<std::size_t>(end - value.data()) + 1);
    return limits::Suspension{suspect, time_of(until), std::string(reason)};
}

}  // namespace spillway::store
