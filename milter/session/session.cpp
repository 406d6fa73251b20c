#include "session/session.h"

#include <utility>

#include "mail/address.h"

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

Session::~Session() { around_.metrics.connection_closed(); }

void Session::connected(const policy::Client& client) noexcept {
    abort();
    client_ = client;
}

std::optional<policy::Refusal> Session::mail(Sender sender) {
    abort();
    policy_ = around_.current_policy();
    message_.received = around_.now();
    message_.client = client_;
    message_.user = std::move(sender.user);
    message_.sender = mail::envelope_address(sender.argument);
    named(sender.queue_id);
    return refused(policy::Stage::mail);
}

std::optional<policy::Refusal> Session::recipient(std::string_view address,
                                                  std::string_view argument) {
    if (!policy_) return std::nullopt;
    message_.recipients.push_back({mail::envelope_address(address), std::string(argument)});
    auto refusal = refused(policy::Stage::recipient);
    if (refusal) message_.recipients.pop_back();
    return refusal;
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
    if (message_.body_seen) spool_.append(chunk);
    return message_.body_seen;
}

std::optional<policy::Decision> Session::end_of_message(const std::function<bool()>& still_there) {
    if (!policy_) return std::nullopt;
    message_.bytes = spool_.bytes();
    message_.size = spool_.size();
    auto decision = headers_over_ ? too_much_header() : decided(still_there);
    if (decision)
        tell_decision(*decision);
    else
        around_.log.trouble(message_.queue_id,
                            "the MTA has gone; nothing decided, nothing counted");
    abort();
    return decision;
}

std::optional<policy::Decision> Session::decided(const std::function<bool()>& still_there) {
    const Stopwatch watch(spent_, around_.metrics, policy::Stage::message);
    auto questions = policy::questions(*policy_, message_);
    limits::Answers answers;
    if (!questions.charges.empty()) {
        if (!still_there()) return std::nullopt;
        answers = around_.counters.charge(questions.charges, around_.now());
    }
    return policy::decide(*policy_, message_, std::move(questions), answers);
}

void Session::named(std::string_view queue_id) {
    if (policy_ && !queue_id.empty()) message_.queue_id = queue_id;
}

void Session::abort() noexcept {
    policy_.reset();
    message_ = policy::Message{};
    header_bytes_ = 0;
    headers_over_ = false;
    spent_ = {};
    spool_.clear();
}

// A refusal of the message ends it here: the MTA tells nothing more of it, not even an abort.
std::optional<policy::Refusal> Session::refused(policy::Stage stage) {
    std::optional<policy::Refusal> refusal;
    {
        const Stopwatch watch(spent_, around_.metrics, stage);
        refusal = policy::refusal_at(stage, *policy_, message_);
    }
    if (!refusal) return std::nullopt;
    tell_refusal(stage, *refusal);
    if (stage != policy::Stage::recipient) abort();
    return refusal;
}

void Session::tell_refusal(policy::Stage stage, const policy::Refusal& refusal) const {
    const policy::Identity identity = policy::identify(*policy_, message_);
    tell({.message = message_,
          .identity = identity,
          .stage = stage,
          .verdict = refusal.verdict,
          .decided_by = refusal.decided_by,
          .spent = microseconds(spent_)});
}

void Session::tell_decision(const policy::Decision& decision) const {
    const policy::Identity identity = policy::identify(*policy_, message_);
    tell({.message = message_,
          .identity = identity,
          .verdict = decision.verdict,
          .decided_by = decision.decided_by,
          .decision = &decision,
          .spent = microseconds(spent_)});
}

void Session::tell(const log::MessageRecord& record) const {
    around_.metrics.message(record);
    around_.log.message(record);
}

}  // namespace spillway::session
