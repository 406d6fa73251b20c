#include "store/settler.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "store/charge_call.h"
#include "store/keys.h"
#include "store/slots.h"

namespace spillway::store {

namespace {

constexpr std::size_t most_at_once = 500;
// Nobody waits for the settler, so it may be more patient than a message.
constexpr std::chrono::seconds patience{2};
constexpr std::chrono::seconds patience_at_end{1};

limits::Time wall_now() {
    return std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now());
}

// Positions in `keys` that may share a pipeline: all, or in a cluster those of one slot.
std::vector<std::vector<std::size_t>> by_node(const Redis& redis,
                                              const std::vector<std::string>& keys) {
    std::vector<std::vector<std::size_t>> groups;
    std::unordered_map<unsigned, std::size_t> group_of;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const unsigned slot = redis.is_cluster() ? slot_of(keys[i]) : 0;
        const auto [at, fresh] = group_of.try_emplace(slot, groups.size());
        if (fresh) groups.emplace_back();
        groups[at->second].push_back(i);
    }
    return groups;
}

}  // namespace

Settler::Settler(Redis& redis, std::string instance, const Pace& pace, Notice notice, Hooks hooks)
    : redis_(redis),
      instance_(std::move(instance)),
      pace_(pace),
      notice_(std::move(notice)),
      hooks_(std::move(hooks)),
      thread_([this] { run(); }) {}

Settler::~Settler() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Settler::settled(const std::string& key, const std::string& token, bool may_come_again) {
    const std::lock_guard lock(mutex_);
    if (const auto [first, last] = replays_.equal_range(token); first != last) {
        for (auto replay = first; replay != last; ++replay) {
            const auto task = std::ranges::lower_bound(tasks_, replay->second, {}, &Task::number);
            if (task == tasks_.end() || task->number != replay->second) continue;
            task->left = true;
            write(left_line(task->number));
        }
        return;
    }
    if (settled_.size() >= most_settled) settled_.pop_front();  // its receipt ends by itself
    settled_.push_back(
        {key, token, SteadyTime::clock::now() + pace_.answered_after, may_come_again});
}

void Settler::add(Task task) {
    std::string trouble;
    {
        const std::lock_guard lock(mutex_);
        if (tasks_.size() >= most_tasks) {
            if (!std::exchange(full_told_, true))
                trouble = fmt::format("redis: {} changes wait to be told, further ones are lost",
                                      most_tasks);
        } else {
            task.number = next_number_++;
            if (task.kind == Task::Kind::replay) drop_unanswered(task);
            write(task_line(task));
            note_replay(task);
            tasks_.push_back(std::move(task));
        }
    }
    wake_.notify_all();
    if (!trouble.empty() && notice_) notice_(trouble);
}

void Settler::drop_suspensions(const std::string& key, const std::string& field,
                               Deadline deadline) {
    std::unique_lock lock(mutex_);
    std::erase_if(tasks_, [&](const Task& task) {
        if (task.kind != Task::Kind::suspend || task.call.keys.front() != key ||
            task.call.words.front() != field)
            return false;
        write(done_line(task.number));
        return true;
    });
    // One of them may be in the batch that Redis is being told just now.
    const std::uint64_t batch = batch_;
    idle_.wait_until(lock, deadline, [&] { return !telling_ || batch_ != batch; });
}

void Settler::hold(const std::string& key, const std::string& holder) {
    const std::lock_guard lock(mutex_);
    if (places_.empty()) next_renewal_ = SteadyTime::clock::now() + pace_.renew_every;
    places_[key].insert(holder);
}

bool Settler::unhold(const std::string& key, const std::string& holder) {
    const std::lock_guard lock(mutex_);
    const auto holders = places_.find(key);
    if (holders == places_.end() || holders->second.erase(holder) == 0) return false;
    if (holders->second.empty()) places_.erase(holders);
    return true;
}

std::size_t Settler::held_here(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto holders = places_.find(key);
    return holders == places_.end() ? 0 : holders->second.size();
}

void Settler::begin() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(begun_, true)) return;
    }
    wake_.notify_all();
}

void Settler::journal_to(Journal journal) {
    const std::lock_guard lock(mutex_);
    journal_ = std::move(journal);
}

void Settler::write(const std::string& line) const {
    if (journal_) journal_(line + "\n");
}

tl::expected<void, std::string> Settler::replay(std::string_view line) {
    auto parsed = parse_task_line(line);
    if (!parsed) return tl::make_unexpected(parsed.error());
    const std::lock_guard lock(mutex_);
    next_number_ = std::max(next_number_, parsed->number + 1);
    const auto task = std::ranges::lower_bound(tasks_, parsed->number, {}, &Task::number);
    const bool known = task != tasks_.end() && task->number == parsed->number;
    if (parsed->what == TaskLine::What::done) {
        if (!known) return {};
        forget_replay(*task);
        tasks_.erase(task);
    } else if (parsed->what == TaskLine::What::left) {
        if (known) task->left = true;
    } else if (!known) {
        note_replay(parsed->task);
        tasks_.insert(task, std::move(parsed->task));
    }
    return {};
}

void Settler::pending_to(const Journal& journal) const {
    const std::lock_guard lock(mutex_);
    for (const Task& task : tasks_) {
        journal(task_line(task) + "\n");
        if (task.left) journal(left_line(task.number) + "\n");
    }
}

std::size_t Settler::waiting() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
}

bool Settler::idle_by(Deadline deadline) {
    std::unique_lock lock(mutex_);
    return idle_.wait_until(lock, deadline,
                            [this] { return tasks_.empty() && settled_.empty() && !busy_; });
}

// What wakes the thread before it looks by itself.
bool Settler::has_work(SteadyTime now) const {
    if (stop_) return true;
    if (now < wait_until_) return false;
    return !tasks_.empty() || (begun_ && now >= next_alive_);
}

Settler::SteadyTime Settler::next_look(SteadyTime now) const {
    if (now < wait_until_) return wait_until_;
    SteadyTime next = now + std::chrono::hours{1};
    if (!settled_.empty()) next = std::max(now, settled_.front().due) + pace_.settle_every;
    if (begun_) next = std::min(next, next_alive_);
    if (!places_.empty()) next = std::min(next, next_renewal_);
    // A receipt may be settled while we wait.
    return std::min(next, now + pace_.settle_every);
}

void Settler::run() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            const SteadyTime now = SteadyTime::clock::now();
            wake_.wait_until(lock, next_look(now),
                             [this] { return has_work(SteadyTime::clock::now()); });
            if (SteadyTime::clock::now() < wait_until_ && !stop_) continue;
            if (stop_) break;
            busy_ = true;
        }
        const bool taken =
            do_tasks() && do_settled(SteadyTime::clock::now()) && say_alive() && renew_places();
        {
            const std::lock_guard lock(mutex_);
            busy_ = false;
            if (!taken) wait_until_ = SteadyTime::clock::now() + pace_.retry_after;
        }
        idle_.notify_all();
    }
    do_settled(SteadyTime::max());
}

// Oldest first, as many as there are. False when Redis did not take one.
bool Settler::do_tasks() {
    for (;;) {
        std::vector<Task> tasks;
        {
            const std::lock_guard lock(mutex_);
            forget_old(wall_now());
            if (tasks_.empty()) return true;
            if (stop_) return false;
            const auto count = std::min(tasks_.size(), most_at_once);
            tasks.assign(tasks_.begin(), tasks_.begin() + static_cast<std::ptrdiff_t>(count));
            telling_ = true;
            ++batch_;
        }
        std::set<std::uint64_t> done;
        const bool taken = tell(tasks, done);
        finish(tasks, done);
        if (!taken) return false;
    }
}

bool Settler::tell(const std::vector<Task>& tasks, std::set<std::uint64_t>& done) {
    std::vector<std::string> keys;
    for (const Task& task : tasks) keys.push_back(task.call.route());
    for (const auto& group : by_node(redis_, keys)) {
        std::vector<Words> commands;
        for (const std::size_t i : group) commands.push_back(tasks[i].command(wall_now()));
        const auto replies =
            redis_.pipeline(keys[group.front()], commands, SteadyTime::clock::now() + patience);
        if (!replies) return false;
        for (std::size_t i = 0; i < group.size(); ++i) {
            if (!tell_one(tasks[group[i]], (*replies)[i])) return false;
            done.insert(tasks[group[i]].number);
        }
    }
    return true;
}

// What Redis refuses in words it would refuse again: that task is told of, and over.
bool Settler::tell_one(const Task& task, const Reply& reply) {
    if (!is_error(*reply)) return true;
    std::string refusal(text_of(*reply));
    if (refusal.starts_with("NOSCRIPT")) {
        const auto again = redis_.call(task.call.route(), task.command_by_text(wall_now()),
                                       SteadyTime::clock::now() + patience);
        if (!again) return false;
        if (!is_error(**again)) return true;
        refusal = text_of(**again);
    }
    if (notice_) notice_(fmt::format("redis does not take a change that waited: {}", refusal));
    return true;
}

void Settler::finish(const std::vector<Task>& tasks, const std::set<std::uint64_t>& done) {
    bool drained = false;
    {
        const std::lock_guard lock(mutex_);
        telling_ = false;
        for (const Task& told : tasks) {
            if (!done.contains(told.number)) continue;
            const auto task = std::ranges::lower_bound(tasks_, told.number, {}, &Task::number);
            if (task == tasks_.end() || task->number != told.number) continue;
            if (task->kind == Task::Kind::replay && task->left)
                settled_.push_back(
                    {task->call.route(), task->token, SteadyTime::clock::now(), true});
            forget_replay(*task);
            write(done_line(told.number));
            tasks_.erase(task);
        }
        full_told_ = full_told_ && tasks_.size() >= most_tasks / 2;
        drained = !done.empty() && replays_.empty();
    }
    idle_.notify_all();
    for (const Task& task : tasks)
        if (done.contains(task.number) && hooks_.told) hooks_.told(task);
    if (drained && hooks_.drained) hooks_.drained();
}

void Settler::note_replay(const Task& task) {
    if (task.kind != Task::Kind::replay) return;
    replays_.emplace(task.token, task.number);
    tries_.emplace(task.call.route(), task.number);
}

void Settler::forget_replay(const Task& task) {
    const auto forget = [&task](auto& numbers, const std::string& name) {
        const auto [first, last] = numbers.equal_range(name);
        const auto found = std::find_if(
            first, last, [&task](const auto& one) { return one.second == task.number; });
        if (found != last) numbers.erase(found);
    };
    forget(replays_, task.token);
    forget(tries_, task.call.route());
}

void Settler::drop_unanswered(const Task& replay) {
    std::vector<Task> dropped;
    const auto [first, last] = tries_.equal_range(replay.call.route());
    for (auto earlier = first; earlier != last; ++earlier) {
        const auto task = std::ranges::lower_bound(tasks_, earlier->second, {}, &Task::number);
        if (task != tasks_.end() && !task->left && replay.at - task->at >= pace_.unanswered_after)
            dropped.push_back(*task);
    }
    for (const Task& task : dropped) {
        forget_replay(task);
        write(done_line(task.number));
        tasks_.erase(std::ranges::lower_bound(tasks_, task.number, {}, &Task::number));
    }
}

// No client tries a message again later than that.
void Settler::forget_old(limits::Time now) {
    while (!tasks_.empty() && now - tasks_.front().at > limits::Counters::open_receipts_kept) {
        forget_replay(tasks_.front());
        write(done_line(tasks_.front().number));
        tasks_.pop_front();
    }
}

// The mark is told in lua/receipts.lua.
Words Settler::Settled::command() const {
    if (!may_come_again) return {"HDEL", key, token};
    return {"HSET", key, token, fmt::format("-{}", wall_now().time_since_epoch().count())};
}

bool Settler::do_settled(SteadyTime until) {
    const bool at_end = until == SteadyTime::max();
    const SteadyTime end = SteadyTime::clock::now() + (at_end ? patience_at_end : patience);
    for (;;) {
        std::vector<Settled> batch;
        {
            const std::lock_guard lock(mutex_);
            while (!settled_.empty() && settled_.front().due <= until &&
                   batch.size() < most_at_once) {
                batch.push_back(std::move(settled_.front()));
                settled_.pop_front();
            }
        }
        if (batch.empty()) return true;
        std::vector<std::string> keys;
        for (const Settled& one : batch) keys.push_back(one.key);
        for (const auto& group : by_node(redis_, keys)) {
            std::vector<Words> commands;
            for (const std::size_t i : group) commands.push_back(batch[i].command());
            if (redis_.pipeline(keys[group.front()], commands, end)) continue;
            // To remove a receipt twice does no harm, so the whole batch comes again.
            const std::lock_guard lock(mutex_);
            settled_.insert(settled_.begin(), std::make_move_iterator(batch.begin()),
                            std::make_move_iterator(batch.end()));
            return false;
        }
    }
}

bool Settler::say_alive() {
    {
        const std::lock_guard lock(mutex_);
        if (!begun_ || SteadyTime::clock::now() < next_alive_) return true;
        next_alive_ = SteadyTime::clock::now() + pace_.alive_every;
    }
    const ScriptCall call{
        &alive_script, {daemons_key}, {instance_, std::to_string(pace_.dead_after.count())}};
    const auto end = SteadyTime::clock::now() + patience;
    auto reply = redis_.call(daemons_key, call.by_sha1(), end);
    if (reply && is_error(**reply)) reply = redis_.call(daemons_key, call.by_text(), end);
    if (!reply) return false;
    if ((*reply)->type == REDIS_REPLY_INTEGER)
        machines_ = static_cast<int>(std::clamp<long long>((*reply)->integer, 1, 10'000));
    return true;
}

bool Settler::renew_places() {
    std::map<std::string, std::set<std::string>> places;
    {
        const std::lock_guard lock(mutex_);
        if (places_.empty() || SteadyTime::clock::now() < next_renewal_) return true;
        next_renewal_ = SteadyTime::clock::now() + pace_.renew_every;
        places = places_;
    }
    for (const auto& [key, holders] : places) {
        const ScriptCall call = renew_call(key, {holders.begin(), holders.end()}, pace_.lease);
        const auto end = SteadyTime::clock::now() + patience;
        auto reply = redis_.call(key, call.by_sha1(), end);
        if (reply && is_error(**reply)) reply = redis_.call(key, call.by_text(), end);
        if (!reply) return false;
    }
    return true;
}

}  // namespace spillway::store
