#include "mail/attachments.h"

#include <algorithm>

#include "mail/file_name.h"
#include "mail/file_type.h"
#include "mail/inner.h"

namespace spillway::mail {
namespace {

// Hundreds of small files in one encoded part are read; thousands of them would take too long.
constexpr std::size_t most_readings = 40;

class Gathering {
  public:
    Gathering(const Parts& parts, const ReadingLimits& limits, const std::function<void()>& rest)
        : limits_(limits), rest_(rest) {
        for (const FilePart& part : parts.files) bytes_left_ += part.body.size() * most_readings;
        for (const TextPart& text : parts.texts) bytes_left_ += text.body.size() * most_readings;
    }

    void add_part(const FilePart& part) {
        const std::vector<Body> bodies = bodies_of(part.body, part.encodings);
        for (const Body& body : bodies) add(part.path, part.names, part.types, body);
        if (!is_tnef(part)) return;
        for (const Body& body : bodies) {
            Inner inner = tnef_contents(body, limits_, rest_);
            if (inner.unreadable && !result_.unreadable) result_.unreadable = inner.unreadable;
            for (std::string& rtf : inner.rich_texts) {
                const std::string& kept = result_.unpacked.emplace_back(std::move(rtf));
                inner.files.push_back({{}, "application/rtf", {.sent = kept}});
            }
            add_inner(part.path, inner.files);
        }
    }

    void add_text(const TextPart& text) {
        if (text.kind == TextPart::Kind::html) return;
        for (const Body& body : bodies_of(text.body, text.encodings))
            add_inner(text.path, files_in_text(body, rest_));
    }

    Attachments result() && { return std::move(result_); }

  private:
    void add_inner(const std::string& path, const std::vector<InnerFile>& files) {
        int number = 0;
        for (const InnerFile& file : files) {
            std::vector<std::string> types;
            if (!file.type.empty()) types.push_back(file.type);
            add(path + '/' + std::to_string(++number), file.names, types, file.body);
        }
    }

    void add(const std::string& path, const std::vector<std::string>& names,
             const std::vector<std::string>& types, const Body& body) {
        if (result_.files.size() >= static_cast<std::size_t>(std::max(limits_.parts, 0))) {
            result_.unreadable = "more attachments than are read";
            return;
        }
        Attachment& file = result_.files.emplace_back();
        file.path = path;
        file.body = body;
        for (const std::string& name : names)
            for (std::string& spelling : spellings_of_name(name)) add_new(file.names, spelling);
        for (const std::string& type : types) add_new(file.types, type);
        look_into(file);
    }

    // Ranges of what is encoded are found by decoding all that stands before them.
    bool pay(const Body& body) {
        const bool free = body.encoding == Encoding::none;
        const std::size_t cost =
            free ? body.sent.size() - std::min(body.begin, body.sent.size()) : body.sent.size();
        const std::size_t bytes =
            std::min(cost, body.end - std::min(body.end, free ? body.begin : 0));
        if (bytes > bytes_left_) return false;
        bytes_left_ -= bytes;
        return true;
    }

    static void add_new(std::vector<std::string>& values, std::string value) {
        if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }

    void look_into(Attachment& file) {
        if (!pay(file.body)) {
            result_.unreadable = "attachments nested in a way that takes too long to read";
            return;
        }
        const std::string beginning = beginning_of(file.body, file_type_bytes, rest_);
        file.empty = beginning.empty();
        const std::string type(file_type(beginning));
        if (!type.empty()) add_new(file.types, type);
        file.encrypted = is_encrypted_file(beginning);
    }

    const ReadingLimits& limits_;
    const std::function<void()>& rest_;
    std::size_t bytes_left_ = 1'000'000;
    Attachments result_;
};

}  // namespace

Attachments attachments_of(const Parts& parts, const ReadingLimits& limits,
                           const std::function<void()>& rest) {
    Gathering gathering(parts, limits, rest);
    for (const FilePart& part : parts.files) gathering.add_part(part);
    for (const TextPart& text : parts.texts) gathering.add_text(text);
    return std::move(gathering).result();
}

}  // namespace spillway::mail
