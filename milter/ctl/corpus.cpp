#include "ctl/corpus.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "ctl/message_file.h"
#include "daemon/files.h"
#include "mail/mbox.h"
#include "system/descriptor.h"

namespace spillway::ctl {

namespace fs = std::filesystem;

namespace {

std::string system_text(int error) { return std::generic_category().message(error); }

const std::string too_large =
    fmt::format("is larger than {} MB", largest_message_bytes / (1024 * 1024));

// Walks through places and notes what it finds.
class Finding {
  public:
    explicit Finding(const std::atomic<bool>& stop) : stop_(stop) {}

    void look_at(const std::string& place);
    Corpus corpus() && { return std::move(corpus_); }

  private:
    struct Folder {
        fs::path path;
        bool is_mail = false;  // cur or new of a Maildir
    };

    void trouble(const std::string& file, std::string why) {
        corpus_.troubles.push_back({file, std::move(why)});
    }
    std::vector<fs::directory_entry> entries_of(const fs::path& folder);
    void look_into(const Folder& folder);
    void look_into_maildir(const std::vector<fs::directory_entry>& entries);
    void add_file(const std::string& path, bool may_be_mbox);
    void add_mbox(const std::string& path, const system::Descriptor& file);
    std::uint32_t add_name(const std::string& path);

    const std::atomic<bool>& stop_;
    std::vector<Folder> folders_;  // to be looked into, the next one last
    Corpus corpus_;
};

void Finding::look_at(const std::string& place) {
    std::error_code error;
    const fs::file_status status = fs::status(place, error);
    if (!fs::exists(status)) return trouble(place, error ? error.message() : system_text(ENOENT));
    if (!fs::is_directory(status)) return add_file(place, true);
    folders_.push_back({place, false});
    while (!folders_.empty() && !stop_.load()) {
        const Folder next = std::move(folders_.back());
        folders_.pop_back();
        look_into(next);
    }
}

std::vector<fs::directory_entry> Finding::entries_of(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) entries.push_back(*at);
    if (error) trouble(folder.string(), error.message());
    std::ranges::sort(entries, {}, [](const auto& entry) { return entry.path().native(); });
    return entries;
}

bool is_folder(const fs::directory_entry& entry) {
    std::error_code error;
    return entry.symlink_status(error).type() == fs::file_type::directory;
}

bool has_folder(const std::vector<fs::directory_entry>& entries, std::string_view name) {
    return std::ranges::any_of(entries, [&](const fs::directory_entry& entry) {
        return entry.path().filename() == name && is_folder(entry);
    });
}

void Finding::look_into(const Folder& folder) {
    const auto entries = entries_of(folder.path);
    if (!folder.is_mail && has_folder(entries, "cur") && has_folder(entries, "new"))
        return look_into_maildir(entries);
    std::vector<Folder> inner;
    for (const fs::directory_entry& entry : entries) {
        if (stop_.load()) return;
        if (entry.path().filename().native().starts_with('.')) continue;
        if (is_folder(entry))
            inner.push_back({entry.path(), false});
        else if (!entry.is_symlink())
            add_file(entry.path().string(), !folder.is_mail);
    }
    std::ranges::reverse(inner);
    std::ranges::move(inner, std::back_inserter(folders_));
}

// Beside the messages lie the indexes of servers, and subfolders whose names begin with a dot.
void Finding::look_into_maildir(const std::vector<fs::directory_entry>& entries) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        const fs::path name = entry->path().filename();
        if (name == "tmp" || !is_folder(*entry)) continue;
        folders_.push_back({entry->path(), name == "cur" || name == "new"});
    }
}

void Finding::add_file(const std::string& path, bool may_be_mbox) {
    // Opening a pipe without this could wait for ever.
    const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0)
        return trouble(path, system_text(errno));
    if (!S_ISREG(facts.st_mode)) return trouble(path, "is not a plain file");
    std::array<char, 8> beginning;
    const ssize_t count = ::pread(file.get(), beginning.data(), beginning.size(), 0);
    if (count < 0) return trouble(path, system_text(errno));
    const std::string_view read(beginning.data(), static_cast<std::size_t>(count));
    if (may_be_mbox && mail::begins_mbox(read)) return add_mbox(path, file);
    corpus_.messages.push_back({add_name(path), 0, 0, static_cast<std::uint64_t>(facts.st_size)});
}

void Finding::add_mbox(const std::string& path, const system::Descriptor& file) {
    mail::MboxScanner scanner;
    std::vector<char> block(1024 * 1024);
    for (ssize_t count = 1; count != 0 && !stop_.load();) {
        count = ::read(file.get(), block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return trouble(path, system_text(errno));
        scanner.feed({block.data(), static_cast<std::size_t>(count)});
    }
    const std::uint32_t name = add_name(path);
    std::uint32_t number = 0;
    for (const mail::MessageRange& range : std::move(scanner).finish())
        corpus_.messages.push_back({name, ++number, range.begin, range.end - range.begin});
}

std::uint32_t Finding::add_name(const std::string& path) {
    corpus_.files.push_back(path);
    return static_cast<std::uint32_t>(corpus_.files.size() - 1);
}

tl::expected<std::string, std::string> read_range(const std::string& path, std::uint64_t begin,
                                                  std::uint64_t size) {
    const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return tl::unexpected(system_text(errno));
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                                      static_cast<off_t>(begin + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(system_text(errno));
        if (count == 0) return tl::unexpected(std::string("has become shorter meanwhile"));
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

}  // namespace

std::string Corpus::name_of(const Message& message) const {
    const std::string& file = files[message.file];
    return message.number == 0 ? file : fmt::format("{}:{}", file, message.number);
}

Corpus corpus_of(const std::vector<std::string>& places, const std::atomic<bool>& stop) {
    Finding finding(stop);
    for (const std::string& place : places) finding.look_at(place);
    return std::move(finding).corpus();
}

tl::expected<std::string, std::string> read_message(const Corpus& corpus,
                                                    const Corpus::Message& message) {
    if (message.size > largest_message_bytes) return tl::unexpected(too_large);
    const std::string& path = corpus.files[message.file];
    if (message.number > 0) {
        auto bytes = read_range(path, message.begin, message.size);
        return bytes ? mail::unquoted(*bytes) : std::move(bytes);
    }
    auto bytes = daemon::read_file(path, largest_message_bytes);
    if (!bytes) return tl::unexpected(bytes.error().why);
    return std::move(*bytes);
}

}  // namespace spillway::ctl
