// Hyperscan's handles with owners, and its errors: std::bad_alloc for want of memory, otherwise
// std::runtime_error. Vectorscan has the same interface. Of match/ only.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <hs.h>

namespace spillway::match {

struct FreeDatabase {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

void must(hs_error_t result);

// Engine, version and processor: what a serialised database is good for.
std::string engine_and_host();

std::size_t bytes_of(const Database& database);  // 0 for none
std::string serialised(const Database& database);
// Null when the bytes are no database of this engine and host.
Database deserialised(const std::string& bytes);

// What Hyperscan writes to while it scans, one for each scan at a time. Thread-safe but for fit().
class Scratches {
  public:
    // Before the first take(): makes room for this database in all of them.
    void fit(const Database& database);

    Scratch take();
    void give_back(Scratch scratch);

  private:
    Scratch model_;
    std::mutex mutex_;
    std::vector<Scratch> idle_;
};

}  // namespace spillway::match
