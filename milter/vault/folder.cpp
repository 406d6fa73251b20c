#include "vault/folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "system/descriptor.h"
#include "system/files.h"

namespace spillway::vault {
namespace {

constexpr std::string_view suffix = ".archive";

bool is_segment(std::string_view name) {
    constexpr std::string_view form = "dddd-dd-dd.archive";
    return name.size() == form.size() && std::ranges::equal(name, form, [](char c, char wanted) {
               return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
           });
}

std::string path_of(const std::string& folder, std::string_view name) {
    return fmt::format("{}/{}", folder, name);
}

// Compares each file with the one before it and with what is known from elsewhere.
class Verification {
  public:
    Verification(const std::optional<Link>& head, const std::optional<Link>& expected)
        : head_(head) {
        if (head) known_.emplace_back(*head, head_file);
        if (expected) known_.emplace_back(*expected, "who asks");
    }

    void file(const std::string& name, std::string_view bytes, bool is_last) {
        const Reading reading = read_segment(bytes, [&](const Entry& entry) { add(entry); });
        if (!reading.fault.empty()) {
            // HEAD names an entry only after it is whole: what stands behind is being written, or
            // was when the daemon ended, and its message was not accepted.
            if (is_last && head_ && reading.before && reading.last.number >= head_->number)
                found_.unfinished = fmt::format("{}: {}", name, reading.fault);
            else
                fault(name, reading.fault);
        }
        if (!reading.before) return;
        if (!found_.before)
            found_.before = reading.before;
        else if (*reading.before != found_.last)
            fault(name, fmt::format("it follows entry {}, but the files before it end with {}",
                                    text_of(*reading.before), text_of(found_.last)));
        found_.last = reading.last;
        if (!is_last && reading.last == *reading.before) fault(name, "it has no entries");
    }

    Verified finish() && {
        for (const auto& [link, whence] : known_)
            found_.faults.push_back(fmt::format("entry {} is missing or another one: {} knows it",
                                                link.number, whence));
        return std::move(found_);
    }

  private:
    void add(const Entry& entry) {
        ++found_.entries;
        std::erase_if(known_, [&](const auto& one) { return one.first == entry.link; });
    }
    void fault(const std::string& name, const std::string& what) {
        found_.faults.push_back(fmt::format("{}: {}", name, what));
    }

    const std::optional<Link> head_;
    std::vector<std::pair<Link, std::string>> known_;  // not yet found
    Verified found_;
};

}  // namespace

std::string segment_name(std::string_view day) { return fmt::format("{}{}", day, suffix); }

std::vector<std::string> segments_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (is_segment(file.path().filename().string()))
            names.push_back(file.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

MappedFile::MappedFile(const std::string& path) {
    const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0) system::fail("read " + path);
    size_ = static_cast<std::size_t>(facts.st_size);
    if (size_ == 0) return;
    start_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
    if (start_ == MAP_FAILED) system::fail("read " + path);
}

MappedFile::~MappedFile() {
    if (size_ > 0) ::munmap(start_, size_);
}

std::string_view MappedFile::bytes() const { return {static_cast<const char*>(start_), size_}; }

std::optional<Link> head_of(const std::string& folder) {
    const std::string path = path_of(folder, head_file);
    if (!std::filesystem::exists(path)) return std::nullopt;
    const MappedFile file(path);
    const std::string_view line = file.bytes().substr(0, file.bytes().find('\n'));
    return link_of(line.substr(0, line.find_last_not_of(' ') + 1));
}

Verified verify(const std::string& folder, const std::optional<Link>& expected) {
    const auto head = head_of(folder);
    const std::vector<std::string> names = segments_in(folder);
    Verification verification(head, expected);
    for (const std::string& name : names)
        verification.file(name, MappedFile(path_of(folder, name)).bytes(), name == names.back());
    Verified verified = std::move(verification).finish();
    if (!head && verified.entries > 0) verified.faults.emplace_back("HEAD is missing or not whole");
    return verified;
}

void for_each(const std::string& folder,
              const std::function<bool(const Entry&, const std::string&)>& each) {
    for (const std::string& name : segments_in(folder)) {
        const MappedFile file(path_of(folder, name));
        bool more = true;
        read_segment(
            file.bytes(), [&](const Entry& entry) { more = more && each(entry, name); }, false);
        if (!more) return;
    }
}

}  // namespace spillway::vault
