#include "session/session.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "mail/address.h"
#include "mail/header.h"
#include "policy/facts.h"
#include "policy/reply.h"
#include "policy/suspend.h"
#include "session/abuse_id.h"

namespace spillway::session {
namespace {

// Adds the time of its life to a sum, and tells it of one stage.
class Stopwatch {
  public:
    Stopwatch(std::chrono::steady_clock::duration& sum, log::Metrics& metrics, policy::Stage stage)
        : sum_(sum), metrics_(metrics), stage_(stage) {}
    ~Stopwatch() {
        const auto took = std::chrono::steady_clock::now() - begun_;
        sum_ += took;
        metrics_.stage(stage_, took);
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

  private:
    std::chrono::steady_clock::duration& sum_;
    log::Metrics& metrics_;
    policy::Stage stage_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::chrono::microseconds microseconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time);
}

// Of a place that a connection holds: no two are alike, on whatever machine.
std::string random_name() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

// The field that names a notice of ours to ourselves.
constexpr std::string_view notice_field = "X-Spillway-Notice";

// Without the blank that by custom follows the colon.
std::string_view customary(std::string_view value) {
    if (value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

// A field as it goes over the wire: milters are given folded lines with bare LF.
std::string wire_field(std::string_view name, std::string_view value) {
    std::string field;
    field.reserve(name.size() + value.size() + 8);
    field.append(name).append(":");
    char previous = 0;
    for (const char c : value) {
        if (c == '\n' && previous != '\r') field += '\r';
        field += c;
        previous = c;
    }
    return field += "\r\n";
}

policy::Decision too_much_header() {
    policy::Decision decision;
    decision.verdict = policy::Reject{{552, "5.3.4", "Message header is too large"}};
    decision.decided_by = "header size";
    return decision;
}

}  // namespace

Session::Session(const Surroundings& surroundings)
    : around_(surroundings), spool_(surroundings.spool_dir, surroundings.spool_above) {
    around_.metrics.connection_opened();
}

Session::~Session() {
    around_.metrics.connection_closed();
    settle(false);
    for (const limits::Place& place : places_) around_.counters.release(place);
}

void Session::connected(const policy::Client& client) noexcept {
    abort();
    client_ = client;
}

std::optional<policy::Refusal> Session::mail(Sender sender) {
    abort();
    policy_ = around_.current_policy();
    message_.received = around_.now();
    message_.client = client_;
    message_.client.tls = sender.tls;
    message_.user = std::move(sender.user);
    message_.sender = mail::envelope_address(sender.argument);
    named(sender.queue_id);
    auto refusal = refused(policy::Stage::mail);
    if (refusal) return refusal;
    return ended_by(policy::Stage::mail, without_place());
}

// The places that this sender's connections may hold are counted from the first message on: who
// sends is not known before.
std::optional<policy::Refusal> Session::without_place() {
    for (policy::AskedPlace& asked : policy::places_of(*policy_, message_)) {
        const bool held =
            std::ranges::find(places_, asked.place.key, &limits::Place::key) != places_.end();
        if (held) continue;
        asked.place.holder = random_name();
        const auto answer = around_.counters.hold(asked.place, around_.now());
        auto refusal = policy::refusal_without_place(asked, answer, *policy_, message_);
        if (refusal) return refusal;
        places_.push_back(std::move(asked.place));
    }
    return std::nullopt;
}

std::optional<policy::Refusal> Session::recipient(std::string_view address,
                                                  std::string_view argument) {
    if (!policy_) return std::nullopt;
    message_.recipients.push_back({mail::envelope_address(address), std::string(argument)});
    if (policy_->asks_suppression) look_up(message_.recipients.back());
    auto refusal = refused(policy::Stage::recipient);
    if (!refusal)
        refusal =
            ended_by(policy::Stage::recipient,
                     acceptance_.refused(*policy_, message_, around_.counters, around_.now()));
    if (refusal) message_.recipients.pop_back();
    return refusal;
}

void Session::look_up(policy::Recipient& recipient) const {
    if (around_.suppressions == nullptr) return;
    const policy::Identity sender = policy::identify(*policy_, message_);
    recipient.suppression = around_.suppressions->find(recipient.address.text(), sender.account,
                                                       sender.domain, message_.received);
}

std::optional<policy::Refusal> Session::data() {
    if (!policy_) return std::nullopt;
    return refused(policy::Stage::data);
}

void Session::header(std::string_view name, std::string_view value) {
    if (!policy_ || headers_over_) return;
    header_bytes_ += name.size() + value.size() + sizeof(mail::Header);
    headers_over_ = header_bytes_ > header_limit_bytes;
    if (headers_over_) return;
    message_.headers.push_back({std::string(name), std::string(customary(value))});
    spool_.append(wire_field(name, value));
}

std::optional<policy::Refusal> Session::end_of_headers(bool may_refuse) {
    if (!policy_) return std::nullopt;
    spool_.append("\r\n");
    if (!may_refuse || headers_over_) return std::nullopt;
    return refused(policy::Stage::headers);
}

bool Session::body(std::string_view chunk) {
    if (!policy_ || headers_over_) return false;
    message_.body_seen = policy_->needs_body;
    message_.size_known = message_.body_seen || policy_->needs_size;
    if (message_.body_seen)
        spool_.append(chunk);
    else
        body_bytes_ += chunk.size();
    return message_.size_known;
}

std::optional<policy::Decision> Session::end_of_message(const std::function<bool()>& still_there) {
    if (!policy_) return std::nullopt;
    message_.bytes = spool_.bytes();
    message_.give_back = [this] { spool_.give_back(); };
    message_.size = spool_.size() + body_bytes_;
    auto decision = headers_over_ ? too_much_header() : decided(still_there);
    if (decision) {
        keep(*decision);
        carry_out(*decision);
        notify(*decision);
    } else {
        around_.log.trouble(message_.queue_id,
                            "the MTA has gone; nothing decided, nothing counted");
    }
    const bool edits_body = decision && decision->body;
    forget_all_but_bytes();
    if (!edits_body) spool_.clear();
    return decision;
}

std::optional<policy::Decision> Session::decided(const std::function<bool()>& still_there) {
    auto ours = let_through();
    return ours ? std::move(ours) : decided_by_policy(still_there);
}

std::optional<policy::Decision> Session::decided_by_policy(
    const std::function<bool()>& still_there) {
    const Stopwatch watch(spent_, around_.metrics, policy::Stage::message);
    if (policy_->needs_abuse_id) seal_sender();
    policy::Facts facts(*policy_, message_);
    facts.readings = std::move(readings_);
    read_attachments(facts);
    policy::look_up(facts, message_, around_.look_up);
    policy::MailingSizes sizes;
    if (const auto mailing = policy::mailing_of(facts))
        sizes = around_.counters.mailing_sizes(*mailing, around_.now());
    auto questions = policy::questions(facts, sizes);
    readings_ = facts.take_readings();
    limits::Outcome outcome;
    if (questions.call) {
        if (!still_there()) return std::nullopt;
        outcome = around_.counters.charge(*questions.call, around_.now());
        receipt_ = std::move(outcome.receipt);
    }
    auto decision = policy::decide(*policy_, message_, std::move(questions), outcome);
    // Some limits may have been charged where another could not be asked.
    if (!policy::may_leave(decision.verdict)) settle(false);
    return decision;
}

void Session::seal_sender() {
    const auto keys = around_.current_keys ? around_.current_keys() : nullptr;
    if (!keys) throw std::runtime_error("there is no key to seal the sender with");
    message_.abuse_id = sealed_sender(message_, policy::identify(*policy_, message_), *keys);
}

// In all archives before the MTA is told that the message may leave: what cannot be kept stays with
// the client, uncounted. What is kept in one archive then stays there, and is kept again with the
// client's next try.
void Session::keep(policy::Decision& decision) {
    if (!policy::may_leave(decision.verdict)) return;
    for (const std::string& name : decision.archives) {
        try {
            if (around_.archives == nullptr) throw std::runtime_error("there are no archives here");
            const policy::Identity identity = policy::identify(*policy_, message_);
            const vault::Link link =
                around_.archives->keep(policy_->archives.at(name), {message_, identity, decision});
            decision.archived.push_back(fmt::format("{} {} {}", name, link.number, link.hash));
            around_.metrics.archived(name, true);
        } catch (const std::exception& mistake) {
            around_.metrics.archived(name, false);
            around_.log.trouble(message_.queue_id,
                                fmt::format("archive {}: {}; deferred", name, mistake.what()));
            settle(false);
            decision.decided_by = "archive " + name;
            decision.verdict = policy::Defer{
                policy::own_reply(451, "4.3.0",
                                  "This message may not leave before it is archived, which is not "
                                  "possible now; try again later",
                                  decision.decided_by)};
            return;
        }
    }
}

void Session::read_attachments(policy::Facts& facts) const {
    if (!around_.read_document) return;
    const auto* const attachments = policy::attachments_to_read(facts);
    if (attachments == nullptr) return;
    const auto began = std::chrono::steady_clock::now();
    const AttachmentBudget budget{.text_bytes = policy_->reading.text_bytes,
                                  .deadline = began + time_for_attachments};
    facts.contents.know(texts_of(*attachments, around_.read_document, budget, message_.give_back));
    facts.readings.of(policy::SharedWork::attachments) += std::chrono::steady_clock::now() - began;
}

// However the message ended: a rule has done its work even where a client hangs up.
void Session::tell_readings() noexcept {
    if (policy_ && !readings_.rules.empty()) around_.metrics.rules().add(*policy_, readings_);
    readings_ = {};
}

// A notice of ours, known by a name that nobody else was told.
std::optional<policy::Decision> Session::let_through() const {
    if (!message_.client.local_submission || !around_.is_our_notice) return std::nullopt;
    const auto is_name = [](const mail::Header& header) {
        return mail::names_equal(header.name, notice_field);
    };
    const auto found = std::ranges::find_if(message_.headers, is_name);
    if (found == message_.headers.end() || !around_.is_our_notice(found->value))
        return std::nullopt;
    policy::Decision decision;
    decision.decided_by = "notice";
    for (auto nth = std::ranges::count_if(message_.headers, is_name); nth > 0; --nth)
        decision.edits.push_back(
            policy::RemoveHeader{std::string(notice_field), static_cast<int>(nth)});
    return decision;
}

void Session::notify(const policy::Decision& decision) const {
    if (!around_.tell) return;
    for (const policy::Notice& notice : policy::notices_of(*policy_, message_, decision))
        around_.tell(notice);
}

void Session::settle(bool left) noexcept {
    if (!policy_) spool_.clear();
    if (receipt_.token.empty()) return;
    around_.counters.settle(receipt_, left, around_.now());
    receipt_ = {};
}

void Session::named(std::string_view queue_id) {
    if (policy_ && !queue_id.empty()) message_.queue_id = queue_id;
}

void Session::abort() noexcept {
    settle(false);
    forget_message();
}

void Session::forget_message() noexcept {
    forget_all_but_bytes();
    spool_.clear();
}

void Session::forget_all_but_bytes() noexcept {
    tell_readings();
    policy_.reset();
    message_ = policy::Message{};
    body_bytes_ = 0;
    acceptance_ = {};
    header_bytes_ = 0;
    headers_over_ = false;
    spent_ = {};
}

std::optional<policy::Refusal> Session::refused(policy::Stage stage) {
    std::optional<policy::Refusal> refusal;
    {
        const Stopwatch watch(spent_, around_.metrics, stage);
        policy::look_up_at(stage, *policy_, message_, around_.look_up);
        policy::Facts facts(*policy_, message_);
        facts.readings = std::move(readings_);
        refusal = policy::refusal_at(stage, facts);
        readings_ = facts.take_readings();
    }
    return ended_by(stage, std::move(refusal));
}

// A refusal of the message ends it here: the MTA tells nothing more of it, not even an abort.
std::optional<policy::Refusal> Session::ended_by(policy::Stage stage,
                                                 std::optional<policy::Refusal> refusal) {
    if (!refusal) return std::nullopt;
    carry_out(stage, *refusal);
    if (stage != policy::Stage::recipient) abort();
    return refusal;
}

// Suspends whom it says and logs it.
void Session::carry_out(policy::Stage stage, const policy::Refusal& refusal) const {
    const policy::Identity identity = policy::identify(*policy_, message_);
    tell({.message = message_,
          .identity = identity,
          .stage = stage,
          .verdict = refusal.verdict,
          .decided_by = refusal.decided_by,
          .spent = microseconds(spent_),
          .suspended = policy::carry_out(refusal.suspend, around_.counters, around_.now())});
}

void Session::carry_out(const policy::Decision& decision) const {
    const policy::Identity identity = policy::identify(*policy_, message_);
    tell({.message = message_,
          .identity = identity,
          .verdict = decision.verdict,
          .decided_by = decision.decided_by,
          .decision = &decision,
          .spent = microseconds(spent_),
          .suspended = policy::carry_out(decision.suspend, around_.counters, around_.now())});
}

void Session::tell(const log::MessageRecord& record) const {
    around_.metrics.message(record);
    around_.log.message(record);
}

}  // namespace spillway::session
