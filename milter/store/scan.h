// What operators ask of all keys of a Redis: which counts there are, which are the highest, and to
// forget one. Walks over all keys with SCAN and reads values a few hundred at a time, so that mail
// is served in between; in a cluster one master after the other. One use: make, ask, drop.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "limits/counters.h"
#include "store/redis.h"

namespace spillway::store {

class Scan {
  public:
    // All questions throw std::runtime_error when Redis gives no answer before the deadline.
    Scan(Redis& redis, Deadline deadline) : redis_(redis), deadline_(deadline) {}

    // Uses of the counts whose keys begin with the prefix: the first `most` by key, and the `most`
    // highest, highest first. Of a million counts no more than that are held at once.
    std::vector<limits::Use> first(const std::string& prefix, std::size_t most);
    std::vector<limits::Use> most_used(const std::string& prefix, std::size_t most);

    // Forgets the count of this key in every account; false when there was none.
    bool forget(const std::string& key);

    // The fields of one hash, or of all hashes of a pattern, each with its key's account.
    using Field = std::function<void(const std::string& account, std::string_view field,
                                     std::string_view value)>;
    void hash(const std::string& key, const Field& field);
    void hashes(const std::string& pattern, const Field& field);

  private:
    using Names = std::vector<std::string>;
    using Visit = std::function<void(const Redis::ServerCall& call, const Names& names)>;
    using Before = bool (*)(const limits::Use& a, const limits::Use& b);

    void walk(const std::string& pattern, const Visit& visit);
    std::vector<limits::Use> best(const std::string& prefix, std::size_t most, Before before);

    Redis& redis_;
    const Deadline deadline_;
};

}  // namespace spillway::store
