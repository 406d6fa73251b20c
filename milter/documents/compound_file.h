// Microsoft's compound file ([MS-CFB]): a file system in a file, which old Office documents and
// encrypted new ones are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::documents {

struct CompoundStream {
    std::string name;  // UTF-8; without the storages that it is in
    std::uint32_t first = 0;
    std::uint64_t size = 0;
};

class CompoundFile {
  public:
    // The bytes must outlive this.
    explicit CompoundFile(std::string_view bytes);

    // Something is missing of it, or belongs to two streams at once.
    bool is_damaged() const { return damaged_; }
    const std::vector<CompoundStream>& streams() const { return streams_; }

    // Null when there is none of this name; the first one where there are several.
    const CompoundStream* find(std::string_view name) const;

    // As far as it is there: a chain that is broken or a circle ends early.
    std::string contents(const CompoundStream& stream) const;

  private:
    using Chain = std::vector<std::uint32_t>;

    std::string_view sector(std::uint32_t number) const;
    void take_tables();
    void take_directory();
    void take_entry(std::string_view entry);
    bool is_small(const CompoundStream& stream) const { return stream.size < small_below_; }
    bool has_whole_chains() const;
    std::uint64_t whole_chain(const CompoundStream& stream, std::uint64_t most_links) const;
    std::string chained(std::uint32_t first, std::uint64_t size) const;
    std::string chained_small(std::uint32_t first, std::uint64_t size) const;

    const std::string_view bytes_;
    std::uint32_t sector_size_ = 0;
    std::uint32_t small_size_ = 0;
    std::uint32_t small_below_ = 0;  // streams smaller than this lie in the small sectors
    Chain next_, next_small_;
    std::string small_sectors_;
    std::vector<CompoundStream> streams_;
    bool damaged_ = false;
};

}  // namespace spillway::documents
