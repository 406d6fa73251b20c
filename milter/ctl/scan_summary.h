// What rules said of many messages, and how it is written down.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "policy/policy.h"
#include "policy/rehearse.h"

namespace spillway::ctl {

// Of one message.
struct Judged {
    std::string name;  // of the message
    policy::Rehearsal rehearsal;
};

struct Unread {
    std::string name;
    std::string why;
};

// Not thread-safe. Its memory does not grow with the messages, but for a thousand names of those
// that could not be read.
class ScanSummary {
  public:
    // The policy must outlive this.
    explicit ScanSummary(const policy::Policy& policy);

    void add(const Judged& judged);
    void add(Unread unread);

    struct Run {
        std::size_t found = 0;  // messages there are
        std::size_t jobs = 0;
        std::chrono::duration<double> spent{};
        bool interrupted = false;
    };

    // For people, and for programs: names are documented in spillwayctl(8) and only ever added to.
    std::string text(const Run& run) const;
    nlohmann::json json(const Run& run) const;

    std::uint64_t unread() const { return unread_; }

  private:
    struct RuleTally {
        const policy::Rule* rule = nullptr;
        std::uint64_t asked = 0;
        std::uint64_t hits = 0;
        std::uint64_t doubts = 0;
        std::chrono::nanoseconds cost{};  // of the operator's rules: others are not measured
        std::vector<std::string> hit;     // the first messages that were
        std::vector<std::string> doubted;
    };

    std::string rules_text() const;
    std::string examples_text() const;

    const std::size_t operators_;  // so many come first
    std::uint64_t judged_ = 0;
    std::uint64_t unread_ = 0;
    std::array<std::uint64_t, 5> verdicts_{};          // in the order of policy::Verdict
    std::vector<RuleTally> rules_;                     // the operator's, then those of folders
    std::map<std::string_view, std::size_t> numbers_;  // by name
    std::vector<Unread> first_unread_;
};

// One message in a line: its verdict, who decided, its name, and the rules that matched.
std::string line_of(const Judged& judged);
std::string json_line_of(const Judged& judged);

}  // namespace spillway::ctl
