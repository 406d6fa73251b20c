#include "documents/compound_file.h"

#include <algorithm>

#include "documents/little_endian.h"
#include "mail/text.h"

namespace spillway::documents {

namespace {

constexpr std::uint32_t largest_sector = 0xFFFFFFFA;  // what is above has a meaning of its own
constexpr std::size_t entry_size = 128;
constexpr std::size_t listed_in_header = 109;

void append_numbers(std::vector<std::uint32_t>& numbers, std::string_view bytes) {
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) numbers.push_back(u32(bytes, at));
}

}  // namespace

// [MS-CFB] section 2.2: sector sizes are 512 or 4,096, small ones 64 bytes.
CompoundFile::CompoundFile(std::string_view bytes) : bytes_(bytes) {
    const std::uint16_t shift = u16(bytes, 0x1E);
    const std::uint16_t small_shift = u16(bytes, 0x20);
    if ((shift != 9 && shift != 12) || small_shift != 6 || bytes.size() < (1U << shift)) {
        damaged_ = true;
        return;
    }
    sector_size_ = 1U << shift;
    small_size_ = 1U << small_shift;
    small_below_ = u32(bytes, 0x38);
    take_tables();
    take_directory();
    damaged_ = damaged_ || !has_whole_chains();
}

const CompoundStream* CompoundFile::find(std::string_view name) const {
    const auto found = std::ranges::find(streams_, name, &CompoundStream::name);
    return found == streams_.end() ? nullptr : &*found;
}

std::string CompoundFile::contents(const CompoundStream& stream) const {
    return is_small(stream) ? chained_small(stream.first, stream.size)
                            : chained(stream.first, stream.size);
}

std::string_view CompoundFile::sector(std::uint32_t number) const {
    const std::uint64_t begin = (std::uint64_t{number} + 1) * sector_size_;
    if (number >= largest_sector || begin >= bytes_.size()) return {};
    return bytes_.substr(begin, sector_size_);
}

// Which sectors hold the table of sectors is listed in the header, and goes on in a chain.
void CompoundFile::take_tables() {
    Chain table_sectors;
    append_numbers(table_sectors,
                   bytes_.substr(std::min<std::size_t>(0x4C, bytes_.size()), 4 * listed_in_header));
    std::uint32_t more = u32(bytes_, 0x44);
    const std::size_t sectors = bytes_.size() / sector_size_;
    for (std::size_t i = 0; i < sectors && !sector(more).empty(); ++i) {
        const std::string_view list = sector(more);
        append_numbers(table_sectors,
                       list.substr(0, list.size() - std::min<std::size_t>(4, list.size())));
        more = u32(list, sector_size_ - 4);
    }
    for (const std::uint32_t number : table_sectors) {
        const bool listed = number < largest_sector;
        if (listed && sector(number).size() < sector_size_) damaged_ = true;
        if (next_.size() <= sectors) append_numbers(next_, sector(number));
    }
    append_numbers(next_small_, chained(u32(bytes_, 0x3C), bytes_.size()));
}

void CompoundFile::take_directory() {
    const std::string directory = chained(u32(bytes_, 0x30), bytes_.size());
    damaged_ = damaged_ || directory.size() < entry_size;
    for (std::size_t at = 0; at + entry_size <= directory.size(); at += entry_size)
        take_entry(std::string_view(directory).substr(at, entry_size));
}

void CompoundFile::take_entry(std::string_view entry) {
    constexpr char stream = 2;
    constexpr char root = 5;
    const char type = entry[0x42];
    const std::uint32_t first = u32(entry, 0x74);
    const std::uint64_t size = sector_size_ == 512 ? u32(entry, 0x78) : u64(entry, 0x78);
    if (type == root) small_sectors_ = chained(first, size);
    if (type != stream) return;
    const std::size_t name_bytes = std::min<std::size_t>(u16(entry, 0x40), 64);
    const std::string_view name = entry.substr(0, name_bytes < 2 ? 0 : name_bytes - 2);
    streams_.push_back({.name = mail::to_utf8(name, "utf-16le"), .first = first, .size = size});
}

// No sector is used twice, so all chains together have no more links than there are sectors.
bool CompoundFile::has_whole_chains() const {
    std::uint64_t left = next_.size() + next_small_.size();
    for (const CompoundStream& stream : streams_) {
        if (stream.size == 0) continue;
        const std::uint64_t links = whole_chain(stream, left);
        if (links == 0) return false;
        left -= links;
    }
    return true;
}

// The number of links of a chain that is as long as the stream and ends there; 0 for another.
std::uint64_t CompoundFile::whole_chain(const CompoundStream& stream,
                                        std::uint64_t most_links) const {
    constexpr std::uint32_t end_of_chain = 0xFFFFFFFE;
    const bool small = is_small(stream);
    const Chain& next = small ? next_small_ : next_;
    const std::uint64_t unit = small ? small_size_ : sector_size_;
    const std::uint64_t there = small ? small_sectors_.size() : bytes_.size() - sector_size_;
    const std::uint64_t links = (stream.size + unit - 1) / unit;
    if (links > most_links) return 0;
    std::uint32_t at = stream.first;
    for (std::uint64_t i = 0; i < links; ++i) {
        const std::uint64_t needed = std::min(unit, stream.size - i * unit);
        if (at >= next.size() || at * unit + needed > there) return 0;
        at = next[at];
    }
    return at == end_of_chain ? links : 0;
}

std::string CompoundFile::chained(std::uint32_t first, std::uint64_t size) const {
    std::string result;
    std::uint32_t at = first;
    for (std::size_t i = 0; i <= next_.size() && result.size() < size; ++i) {
        const std::string_view piece = sector(at);
        if (piece.empty()) break;
        result.append(piece.substr(0, size - result.size()));
        if (at >= next_.size()) break;
        at = next_[at];
    }
    return result;
}

std::string CompoundFile::chained_small(std::uint32_t first, std::uint64_t size) const {
    std::string result;
    std::uint32_t at = first;
    for (std::size_t i = 0; i <= next_small_.size() && result.size() < size; ++i) {
        const std::uint64_t begin = std::uint64_t{at} * small_size_;
        if (begin >= small_sectors_.size()) break;
        result.append(small_sectors_, begin,
                      std::min<std::uint64_t>(small_size_, size - result.size()));
        if (at >= next_small_.size()) break;
        at = next_small_[at];
    }
    return result;
}

}  // namespace spillway::documents
