#include "daemon/notices.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <tuple>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "daemon/clock.h"
#include "daemon/notice_mail.h"
#include "daemon/sendmail.h"
#include "daemon/webhook.h"
#include "log/inert.h"
#include "mail/address.h"
#include "policy/notice_text.h"

namespace spillway::daemon {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t most_told_unsent = 20;  // one by one; the others by their number

// Those that a program may be given. A login may be any text.
std::vector<std::string> usable(const std::vector<std::string>& addresses) {
    std::vector<std::string> kept;
    for (const std::string& address : addresses) {
        const bool again = std::ranges::find(kept, address) != kept.end();
        if (!again && mail::is_plain_address(address)) kept.push_back(address);
    }
    return kept;
}

// "notice ID by mail", the beginning of each line about it.
std::string name_of(const Delivery& delivery) {
    return fmt::format("notice {} {}", delivery.id,
                       delivery.webhook ? "to " + place_of(*delivery.webhook) : "by mail");
}

log::NoticeKind kind_of(const Delivery& delivery) {
    return delivery.webhook ? log::NoticeKind::webhook : log::NoticeKind::mail;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    return mail::is_plain_address(fmt::format("x@{}", name.data())) ? name.data() : "localhost";
}

Notices::Notices(Means means, Form form, log::Log& log, log::Metrics& metrics)
    : means_(std::move(means)),
      form_(std::move(form)),
      log_(log),
      metrics_(metrics),
      outbox_(means_.most_waiting, means_.pauses) {
    prepare_webhooks();
    thread_ = std::thread([this] { run(); });
}

Notices::~Notices() {
    stop();
    thread_.join();
}

// What is left of memory at the end of it is the mail's: the notice is lost, not the message.
void Notices::tell(const policy::Notice& notice) noexcept try {
    const std::string id = unguessable_name();
    log_.notice(notice, id);
    auto told = std::make_shared<policy::Notice>(notice);
    told->to = usable(notice.to);
    for (const std::string& address : notice.to) {
        if (!mail::is_plain_address(address))
            log_.warning(fmt::format("notice {} cannot be mailed to {}", id, log::inert(address)));
    }
    if (!told->to.empty()) add({.notice = told, .id = id, .webhook = {}});
    for (const std::string& url : notice.webhooks) add({.notice = told, .id = id, .webhook = url});
} catch (...) {  // NOLINT(bugprone-empty-catch)
}

bool Notices::take(std::string_view name) noexcept try {
    return names_.take(name, steady_clock::now());
} catch (...) {
    return false;
}

void Notices::add(Delivery delivery) {
    const log::NoticeKind kind = kind_of(delivery);
    const Time now = steady_clock::now();
    bool begins = false;
    {
        const std::lock_guard lock(mutex_);
        const bool added = !finished_ && outbox_.add(std::move(delivery), now);
        if (added) changed_.notify_one();
        begins = !added && !finished_ && !overflowing_;
        overflowing_ = !added;
        if (added) return;
    }
    metrics_.notice(kind, log::NoticeResult::dropped);
    if (begins)
        log_.warning(
            fmt::format("{} notices wait to be sent: others are only logged until there "
                        "is room",
                        means_.most_waiting));
}

void Notices::run() {
    while (auto delivery = next()) deliver(*std::move(delivery));
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
}

// While stopping, all that waits is due, until the grace is over.
std::optional<Delivery> Notices::next() {
    std::unique_lock lock(mutex_);
    for (;;) {
        const bool stopping = stop_at_.load() != Time::max();
        const Time now = steady_clock::now();
        const auto due = outbox_.next();
        if (stopping && (!due || now >= stop_at_.load())) return std::nullopt;
        if (due && (stopping || *due <= now)) return outbox_.take();
        if (due)
            changed_.wait_until(lock, *due);
        else
            changed_.wait(lock);
    }
}

void Notices::deliver(Delivery delivery) {
    Attempt attempt;
    try {
        attempt = delivery.webhook ? posted(delivery) : mailed(delivery);
    } catch (const std::exception& error) {
        attempt = tl::unexpected(Undelivered{.why = error.what()});
    }
    if (!attempt) return failed(std::move(delivery), attempt.error());
    metrics_.notice(kind_of(delivery), log::NoticeResult::sent);
    log_.info(fmt::format("{} sent", name_of(delivery)));
}

Attempt Notices::mailed(const Delivery& delivery) {
    const policy::NoticeForm form = form_();
    const NoticeMail mail{.text = policy::text_of(*delivery.notice, form),
                          .from = form.from.empty() ? "postmaster@" + means_.host : form.from,
                          .to = delivery.notice->to,
                          .message_id = fmt::format("{}@{}", delivery.id, means_.host),
                          .pass = names_.fresh(steady_clock::now()),
                          .date = now()};
    return run_program(sendmail_words(means_.sendmail, mail.to), written(mail),
                       time_of_try(means_.program_time));
}

Attempt Notices::posted(const Delivery& delivery) const {
    return post(*delivery.webhook, webhook_json(*delivery.notice, delivery.id),
                time_of_try(means_.webhook_time));
}

void Notices::failed(Delivery delivery, const Undelivered& failure) {
    const std::string what = fmt::format("{} failed: {}", name_of(delivery), failure.why);
    const log::NoticeKind kind = kind_of(delivery);
    const Time now = steady_clock::now();
    std::optional<Time> again;
    bool stopping = false;
    if (!failure.for_good) {
        const std::lock_guard lock(mutex_);
        stopping = stop_at_.load() != Time::max();
        if (stopping)
            unsent_.push_back(std::move(delivery));
        else
            again = outbox_.add_again(std::move(delivery), now);
    }
    if (stopping) return log_.warning(what);
    metrics_.notice(kind, again ? log::NoticeResult::retried : log::NoticeResult::failed);
    if (!again) return log_.error(what + "; given up");
    const auto pause = std::chrono::round<std::chrono::seconds>(*again - now);
    log_.warning(fmt::format("{}; once more in {}", what, pause));
}

TimeLeft Notices::time_of_try(std::chrono::milliseconds most) const {
    const Time end = steady_clock::now() + most;
    return [this, end] {
        return std::chrono::ceil<std::chrono::milliseconds>(std::min(end, stop_at_.load()) -
                                                            steady_clock::now());
    };
}

void Notices::stop() {
    std::unique_lock lock(mutex_);
    if (stop_at_.load() != Time::max()) return;
    const Time end = steady_clock::now() + grace;
    stop_at_ = end;
    changed_.notify_all();
    // A try notices the end within longest_wait; only a name server may hold it up longer, and the
    // process ends without it.
    changed_.wait_until(lock, end + 3 * longest_wait, [this] { return finished_; });
    finished_ = true;
    lock.unlock();
    tell_unsent();
}

void Notices::tell_unsent() {
    const std::lock_guard lock(mutex_);
    while (outbox_.size() > 0) unsent_.push_back(outbox_.take());
    for (std::size_t i = 0; i < unsent_.size(); ++i) {
        metrics_.notice(kind_of(unsent_[i]), log::NoticeResult::failed);
        if (i < most_told_unsent)
            log_.error(fmt::format("{} not sent: stopped", name_of(unsent_[i])));
    }
    if (unsent_.size() > most_told_unsent)
        log_.error(
            fmt::format("{} more notices not sent: stopped", unsent_.size() - most_told_unsent));
}

}  // namespace spillway::daemon
