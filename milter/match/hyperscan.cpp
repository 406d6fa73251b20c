#include "match/hyperscan.h"

#include <cstdlib>
#include <new>
#include <stdexcept>

#include <fmt/format.h>

namespace spillway::match {

void must(hs_error_t result) {
    if (result == HS_NOMEM) throw std::bad_alloc();
    if (result != HS_SUCCESS) throw std::runtime_error(fmt::format("hyperscan: error {}", result));
}

std::string engine_and_host() {
    hs_platform_info_t host{};
    must(hs_populate_platform(&host));
    return fmt::format("{}\n{} {}\n", hs_version(), host.tune, host.cpu_features);
}

std::size_t bytes_of(const Database& database) {
    std::size_t bytes = 0;
    if (database) must(hs_database_size(database.get(), &bytes));
    return bytes;
}

std::string serialised(const Database& database) {
    char* bytes = nullptr;
    std::size_t size = 0;
    must(hs_serialize_database(database.get(), &bytes, &size));
    struct Free {
        void operator()(char* p) const { std::free(p); }
    };
    const std::unique_ptr<char, Free> guard(bytes);
    return {bytes, size};
}

Database deserialised(const std::string& bytes) {
    hs_database_t* database = nullptr;
    const hs_error_t result = hs_deserialize_database(bytes.data(), bytes.size(), &database);
    if (result == HS_NOMEM) throw std::bad_alloc();
    return result == HS_SUCCESS ? Database(database) : nullptr;
}

void Scratches::fit(const Database& database) {
    hs_scratch_t* scratch = model_.release();
    const hs_error_t result = hs_alloc_scratch(database.get(), &scratch);
    model_.reset(scratch);
    must(result);
}

Scratch Scratches::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Scratch scratch = std::move(idle_.back());
            idle_.pop_back();
            return scratch;
        }
    }
    hs_scratch_t* scratch = nullptr;
    must(hs_clone_scratch(model_.get(), &scratch));
    return Scratch(scratch);
}

void Scratches::give_back(Scratch scratch) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
}

}  // namespace spillway::match
