// The file with the keys of abuse tokens, and the keys in force.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "crypto/key_ring.h"
#include "language/settings.h"

namespace spillway::daemon {

// Refuses a file that others than its owner may read or write: whoever has a key can make tokens
// that name anybody. Mistakes name the file and never quote it.
tl::expected<crypto::KeyRing, std::string> read_keys(const std::string& file);

// Adds a key at the end of the file, which is made with mode 0600 where it is missing, and returns
// its id. The file is replaced at once, so that no reader sees half of it; throws
// std::system_error, or std::runtime_error where the file that is there is refused.
std::string add_key(const std::string& file, const std::string& today);

// Takes a key out, whose tokens then tell nothing any more; false when it is not there. Throws
// std::runtime_error as well when it is the last one.
bool remove_key(const std::string& file, const std::string& id);

// Thread-safe. A message is sealed with the keys in force at its end.
class AbuseKeys {
  public:
    using Snapshot = std::shared_ptr<const crypto::KeyRing>;

    // Throws std::runtime_error for a file that read_keys() refuses.
    explicit AbuseKeys(const std::optional<language::AbuseKeys>& setting);

    Snapshot current() const;

    // Null when the setting names none.
    static tl::expected<Snapshot, std::string> read(
        const std::optional<language::AbuseKeys>& setting);
    // Null keeps those in force: messages begun under the policy before still need them.
    void replace(Snapshot next);

  private:
    mutable std::mutex mutex_;
    Snapshot keys_;
};

}  // namespace spillway::daemon
