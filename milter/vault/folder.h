// An archive's folder: a file for each day, and HEAD, which knows the last entry.
//
// Reading only; safe beside a daemon that writes, whose last entries it may not see. Throws
// std::system_error for what cannot be read.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vault/segment.h"

namespace spillway::vault {

inline constexpr std::string_view head_file = "HEAD";

// The files of days below the folder, from the oldest: "2026-11-23.archive".
std::vector<std::string> segments_in(const std::string& folder);
// Of a file of `day` ("2026-11-23").
std::string segment_name(std::string_view day);

std::optional<Link> head_of(const std::string& folder);

// A file's bytes, mapped.
class MappedFile {
  public:
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    std::string_view bytes() const;

  private:
    void* start_ = nullptr;
    std::size_t size_ = 0;
};

struct Verified {
    std::uint64_t entries = 0;
    std::optional<Link> before;  // what the oldest file follows: number 0 where nothing is gone
    Link last;
    std::string unfinished;           // what is behind the last entry; "": nothing
    std::vector<std::string> faults;  // "2026-11-23.archive: entry 7 at byte 812: ..."
};

// Reads all of it. `expected` is an entry known from elsewhere, such as the log. HEAD is read
// before all else, so that what a daemon adds meanwhile is no fault.
Verified verify(const std::string& folder, const std::optional<Link>& expected = {});

// All good entries in order, until `each` says false; its second argument is the file's name.
void for_each(const std::string& folder,
              const std::function<bool(const Entry&, const std::string&)>& each);

}  // namespace spillway::vault
