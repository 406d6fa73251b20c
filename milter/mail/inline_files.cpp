#include "mail/inline_files.h"

#include <algorithm>
#include <utility>

namespace spillway::mail {
namespace {

bool is_octal_mode(std::string_view word) {
    return word.size() >= 3 && word.size() <= 4 &&
           std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '7'; });
}

// "begin 644 name": the name may hold blanks.
std::optional<InlineFile> uu_header(std::string_view line) {
    InlineFile file;
    if (line.starts_with("begin-base64 ")) {
        file.encoding = Encoding::base64;
        line.remove_prefix(13);
    } else if (line.starts_with("begin ")) {
        line.remove_prefix(6);
    } else {
        return std::nullopt;
    }
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::size_t blank = line.find(' ');
    if (blank == line.npos || !is_octal_mode(line.substr(0, blank))) return std::nullopt;
    file.name = line.substr(blank + 1);
    return file;
}

// "=ybegin line=128 size=123 name=a b.bin": the name is the last and goes to the end of the line.
std::optional<InlineFile> yenc_header(std::string_view line) {
    if (!line.starts_with("=ybegin ")) return std::nullopt;
    const std::size_t name = line.find(" name=");
    InlineFile file;
    file.encoding = Encoding::yenc;
    if (name != line.npos) file.name = line.substr(name + 6);
    return file;
}

}  // namespace

std::optional<InlineFile> InlineFiles::line(std::string_view line, std::size_t begin,
                                            std::size_t next) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (open_ && !ends_with(line)) {
        open_->end = next;
        return std::nullopt;
    }
    if (open_) {
        open_->end = std::max(open_->end, begin);
        std::optional<InlineFile> file = closed();
        open_at(line, next);  // a file without an end may be followed by the next one
        return file;
    }
    return open_at(line, next);
}

std::optional<InlineFile> InlineFiles::open_at(std::string_view line, std::size_t next) {
    open_ = uu_header(line);
    if (!open_) open_ = yenc_header(line);
    if (open_) open_->begin = open_->end = next;
    return std::nullopt;
}

// A line that belongs to nothing ends a file that lacks its own end.
bool InlineFiles::ends_with(std::string_view line) const {
    switch (open_->encoding) {
        case Encoding::yenc:
            return line.starts_with("=yend");
        case Encoding::base64:
            return line == "====" || line.find_first_of(" -") != line.npos;
        default:
            return line == "end" || (!line.empty() && !is_uuencoded(line));
    }
}

// A header without a line of data is a sentence that begins with "begin".
std::optional<InlineFile> InlineFiles::closed() {
    std::optional<InlineFile> file = std::exchange(open_, std::nullopt);
    return file && file->end > file->begin ? file : std::nullopt;
}

std::optional<InlineFile> InlineFiles::end() { return closed(); }

}  // namespace spillway::mail
