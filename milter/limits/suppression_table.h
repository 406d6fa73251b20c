// The suppression list in this process, for daemons that count in memory.
//
// Thread-safe: a look-up is a few searches under a lock. Each change is told as a line of text
// before it is seen by anybody, so that the caller can write it to disk; replayed in any number and
// in order, the lines make the same list.
//
//   suppress <scope> <owner> <target> <entry as in suppression.h>
//   forget <scope> <owner> <target>
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "limits/suppression.h"

namespace spillway::limits {

class SuppressionTable {
  public:
    // Gets each line with its line end, under the lock. Never throws.
    using Journal = std::function<void(std::string_view line)>;

    SuppressionAnswer find(std::string_view recipient, std::string_view account,
                           std::string_view domain, Time now) const;

    // Replaces entries of the same name.
    void add(const std::vector<Suppression>& entries);
    bool remove(const SuppressionName& name);  // false when there was none

    // At most `most` entries behind a name, in order; from the first without one. Those that have
    // ended by `now` are left out, and forgotten.
    std::vector<Suppression> behind(const std::optional<SuppressionName>& name, std::size_t most,
                                    Time now);

    std::size_t size() const;

    tl::expected<void, std::string> replay(std::string_view line);
    // All live entries as lines, then each change.
    void tell_all(const Journal& journal, Time now);
    void journal_to(Journal journal);

  private:
    mutable std::mutex mutex_;  // guards all below
    std::map<SuppressionName, Suppression> entries_;
    Journal journal_;
};

}  // namespace spillway::limits
