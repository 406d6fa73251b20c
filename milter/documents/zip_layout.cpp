#include "documents/zip_layout.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "documents/little_endian.h"

namespace spillway::documents {

namespace {

using namespace std::string_view_literals;

constexpr auto local_mark = "PK\x03\x04"sv;
constexpr auto central_mark = "PK\x01\x02"sv;
constexpr auto end_mark = "PK\x05\x06"sv;
constexpr auto end64_mark = "PK\x06\x06"sv;
constexpr auto locator_mark = "PK\x06\x07"sv;
constexpr std::size_t local_size = 30;
constexpr std::size_t central_size = 46;
constexpr std::size_t end_size = 22;
constexpr std::size_t locator_size = 20;
constexpr std::uint32_t in_extra = 0xFFFFFFFF;  // the number stands in the zip64 field

struct Directory {
    std::uint64_t begin, size;
    std::uint64_t shift;  // what stands before the zip, which its offsets do not count
};

struct Range {
    std::uint64_t begin, end;
};

std::optional<std::size_t> end_record(std::string_view bytes) {
    const std::size_t tail = std::min<std::size_t>(bytes.size(), end_size + 65535);
    const std::size_t found = bytes.substr(bytes.size() - tail).rfind(end_mark);
    if (found == bytes.npos) return std::nullopt;
    return bytes.size() - tail + found;
}

// The directory stands before its end record; what its offset lacks is the size of a prefix.
std::optional<Directory> placed(std::uint64_t offset, std::uint64_t size, std::uint64_t end) {
    if (size > end || offset > end - size) return std::nullopt;
    return Directory{end - size, size, end - size - offset};
}

std::optional<Directory> directory_of(std::string_view bytes) {
    const auto end = end_record(bytes);
    if (!end) return std::nullopt;
    const std::uint32_t size = u32(bytes, *end + 12);
    const std::uint32_t offset = u32(bytes, *end + 16);
    const bool has_locator =
        *end >= locator_size && bytes.substr(*end - locator_size).starts_with(locator_mark);
    if (!has_locator || (size != in_extra && offset != in_extra)) return placed(offset, size, *end);
    const std::size_t before = *end - locator_size;
    const std::size_t end64 = bytes.substr(0, before).rfind(end64_mark);
    if (end64 == bytes.npos) return std::nullopt;
    return placed(u64(bytes, end64 + 48), u64(bytes, end64 + 40), end64);
}

struct Entry {
    std::string_view name;
    std::uint16_t flags, method;
    std::uint64_t packed, offset;
    std::size_t record_size;
};

// Of the zip64 field (APPNOTE 4.5.3) those numbers are there, in order, that are wanting.
void take_large_numbers(std::string_view extra, bool unpacked_wanting, Entry& entry) {
    for (std::size_t at = 0; at + 4 <= extra.size(); at += 4 + u16(extra, at + 2)) {
        if (u16(extra, at) != 1) continue;
        std::size_t number = at + 4 + (unpacked_wanting ? 8 : 0);
        if (entry.packed == in_extra) {
            entry.packed = u64(extra, number);
            number += 8;
        }
        if (entry.offset == in_extra) entry.offset = u64(extra, number);
        return;
    }
}

Entry entry_at(std::string_view directory, std::size_t at) {
    const std::size_t name = u16(directory, at + 28);
    const std::size_t extra = u16(directory, at + 30);
    const std::size_t comment = u16(directory, at + 32);
    const std::size_t name_at = std::min(at + central_size, directory.size());
    const std::size_t extra_at = std::min(name_at + name, directory.size());
    Entry entry{.name = directory.substr(name_at, name),
                .flags = u16(directory, at + 8),
                .method = u16(directory, at + 10),
                .packed = u32(directory, at + 20),
                .offset = u32(directory, at + 42),
                .record_size = central_size + name + extra + comment};
    take_large_numbers(directory.substr(extra_at, extra), u32(directory, at + 24) == in_extra,
                       entry);
    return entry;
}

// Where the entry is, if its own header says of it what the directory says.
std::optional<Range> confirmed(std::string_view bytes, const Entry& entry, std::uint64_t shift) {
    const std::uint64_t begin = shift + entry.offset;
    if (begin < shift || begin > bytes.size() || bytes.size() - begin < local_size)
        return std::nullopt;
    const std::string_view header = bytes.substr(begin);
    if (!header.starts_with(local_mark)) return std::nullopt;
    const std::size_t name = u16(header, 26);
    if (header.substr(local_size, name) != entry.name) return std::nullopt;
    if (u16(header, 8) != entry.method) return std::nullopt;

    constexpr std::uint16_t size_follows = 8;  // then the header may say 0
    constexpr std::uint16_t encrypted = 1;
    const std::uint16_t flags = u16(header, 6);
    if (((flags ^ entry.flags) & (encrypted | size_follows)) != 0) return std::nullopt;
    const std::uint32_t packed = u32(header, 18);
    const bool said = (flags & size_follows) == 0 && packed != in_extra;
    if (said && packed != entry.packed) return std::nullopt;

    const std::uint64_t data = begin + local_size + name + u16(header, 28);
    if (data > bytes.size() || entry.packed > bytes.size() - data) return std::nullopt;
    return Range{begin, data + entry.packed};
}

// Between the entries nothing may stand that is taken for an entry by who goes from one to the
// next.
bool stand_apart(std::string_view bytes, std::vector<Range>& ranges, std::uint64_t directory) {
    std::ranges::sort(ranges, {}, &Range::begin);
    std::uint64_t at = 0;
    ranges.push_back({directory, directory});
    for (const Range& range : ranges) {
        if (range.begin < at) return false;
        if (bytes.substr(at, range.begin - at).find(local_mark) != bytes.npos) return false;
        at = range.end;
    }
    return true;
}

}  // namespace

ZipLayout zip_layout(std::string_view bytes) {
    const auto place = directory_of(bytes);
    if (!place) return ZipLayout::no_directory;
    const std::string_view directory = bytes.substr(place->begin, place->size);
    std::vector<Range> ranges;
    for (std::size_t at = 0; at < directory.size();) {
        if (!directory.substr(at).starts_with(central_mark)) return ZipLayout::ambiguous;
        const Entry entry = entry_at(directory, at);
        const auto range = confirmed(bytes, entry, place->shift);
        if (!range) return ZipLayout::ambiguous;
        ranges.push_back(*range);
        at += entry.record_size;
    }
    return stand_apart(bytes, ranges, place->begin) ? ZipLayout::plain : ZipLayout::ambiguous;
}

}  // namespace spillway::documents
