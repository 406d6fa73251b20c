// The mailings of one account: which texts belong together and to whom they went. Not thread-safe
// by itself.
//
// A text belongs to the mailing that most of its features point to, if they are as many as
// match::features_needed says; else it begins a new one. Once it is recorded all its features point
// to its mailing, so that a text which changes little by little stays one. What was not sent again
// within the longest span that was asked about is forgotten.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "limits/audience.h"
#include "limits/feature_table.h"
#include "limits/limits.h"

namespace spillway::limits {

// One text sent, so far resolved that recording it again elsewhere does the same.
struct Posted {
    std::string account;
    std::uint32_t mailing = 0;
    std::vector<std::uint64_t> features;
    std::vector<std::uint64_t> recipients;  // digests, different ones
    std::vector<std::chrono::milliseconds> spans;
    friend bool operator==(const Posted&, const Posted&) = default;
};

class Mailings {
  public:
    // Of a text: the one it belongs to, or nullopt when it begins a new one.
    std::optional<std::uint32_t> mailing_of(const std::vector<std::uint64_t>& features) const;
    std::uint32_t next() const { return next_; }

    // For each span.
    std::vector<std::int64_t> sizes(const Posted& posted, Time now) const;

    // Out of memory some of it may be recorded: it is the same when it is recorded again.
    void record(const Posted& posted, Time now);

    void forget_expired(Time now);

    bool empty() const { return audiences_.empty(); }
    const std::unordered_map<std::uint32_t, Audience>& audiences() const { return audiences_; }
    const FeatureTable& features() const { return features_; }

    // As they were saved.
    void restore(std::uint32_t mailing, Audience audience);
    // False when there is no such mailing.
    bool restore(std::uint32_t mailing, std::chrono::milliseconds span, SpanEstimate::Slice slice);
    void restore(const std::vector<FeatureTable::Entry>& features);

  private:
    FeatureTable features_;
    std::unordered_map<std::uint32_t, Audience> audiences_;
    std::uint32_t next_ = 1;
};

}  // namespace spillway::limits
