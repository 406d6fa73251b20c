#include "mail/edit_tree.h"

#include <algorithm>

#include "mail/entity.h"
#include "mail/header.h"
#include "mail/transfer.h"

namespace spillway::mail {
namespace {

constexpr int deepest = 30;
constexpr int most_parts = 1'000;
constexpr std::size_t longest_boundary = 200;

std::string_view without_last_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

class Tree {
  public:
    explicit Tree(std::string_view message) : message_(message) {}

    // The part that is `text`, which points into the message.
    EditPart read(std::string_view text, std::string path, bool in_digest, int depth) {
        EditPart part;
        part.path = std::move(path);
        part.header = place(text);
        part.end = part.header + text.size();
        read_header(part, text);
        understand(part, in_digest);
        if (!part.is_multipart() || !part.odd.empty()) return part;
        if (depth >= deepest)
            part.odd = "nested too deep";
        else
            split(part, depth);
        return part;
    }

  private:
    std::size_t place(std::string_view text) const {
        return static_cast<std::size_t>(text.data() - message_.data());
    }

    static void read_header(EditPart& part, std::string_view text) {
        std::size_t at = 0;
        while (at < text.size()) {
            const Line line = line_at(text, at);
            if (line.text.empty()) {
                part.empty_line = true;
                at = line.next;
                break;
            }
            const std::string_view name = field_name(line.text);
            if (name.empty()) {
                part.odd = "a header that ends without an empty line";
                break;
            }
            const std::size_t end = field_end(text, at);
            const std::size_t value = text.find(':', at) + 1;
            ++part.field_count;
            part.mime_version |= names_equal(name, "MIME-Version");
            if (names_equal(name.substr(0, 8), "Content-"))
                part.fields.push_back(
                    {name, text.substr(at, end - at), text.substr(value, end - value)});
            at = end;
        }
        part.body = part.header + at;
    }

    // What the fields say; the part is odd when they contradict each other.
    static void understand(EditPart& part, bool in_digest) {
        constexpr std::string_view single[] = {"Content-Type", "Content-Transfer-Encoding",
                                               "Content-Disposition"};
        for (const std::string_view name : single) {
            const auto count = std::ranges::count_if(
                part.fields, [&](const PartField& field) { return names_equal(field.name, name); });
            if (count > 1) part.odd = "a part that says two things of itself";
        }
        part.content.type = in_digest ? "message/rfc822" : "text/plain";
        if (const PartField* type = part.field("Content-Type")) {
            part.content = parse_content_type(type->value);
            if (part.content.type.empty()) part.odd = "a part of no readable type";
        }
        part.named = !part.content.all("name").empty();
        if (const PartField* encoding = part.field("Content-Transfer-Encoding")) {
            part.encoding = first_word(encoding->value);
            // There are no parameters (RFC 2045 section 6.1): many readers know no word with one.
            const bool plain = encoding->value.find(';') == encoding->value.npos;
            if (!plain || !is_known_encoding(part.encoding))
                part.odd = "an unknown transfer encoding";
        }
        if (const PartField* disposition = part.field("Content-Disposition")) {
            part.attached = first_word(disposition->value) == "attachment";
            part.named |= !parse_content_type("x/x" + parameters_of(disposition->value))
                               .all("filename")
                               .empty();
        }
    }

    // From the first semicolon on, with it.
    static std::string parameters_of(std::string_view value) {
        const std::size_t begin = value.find(';');
        return begin == value.npos ? "" : std::string(value.substr(begin));
    }

    void split(EditPart& whole, int depth) {
        const std::vector<std::string> boundaries = whole.content.all("boundary");
        const std::string_view body = message_.substr(whole.body, whole.end - whole.body);
        const bool identity =
            whole.encoding.empty() || encoding_named(whole.encoding) == Encoding::none;
        if (boundaries.size() != 1 || boundaries[0].empty() ||
            boundaries[0].size() > longest_boundary || !identity) {
            whole.odd = "a multipart that readers take apart differently";
            return;
        }
        std::size_t begin = 0;
        bool open = false;  // a part begins at `begin`
        bool ended = false;
        const auto end_part = [&](std::size_t end) {
            if (open) add(whole, without_last_line_end(body.substr(begin, end - begin)), depth);
            open = false;
        };
        for (std::size_t at = 0; at < body.size() && whole.odd.empty();) {
            const Line line = line_at(body, at);
            const Delimiter found = delimiter(line.text, boundaries[0]);
            if (found != Delimiter::none) {
                if (ended) whole.odd = "a multipart that goes on behind its end";
                end_part(at);
                ended = found == Delimiter::end;
                open = !ended;
                begin = line.next;
            }
            at = line.next;
        }
        end_part(body.size());
        if (whole.parts.empty()) whole.odd = "a multipart without parts";
    }

    void add(EditPart& whole, std::string_view text, int depth) {
        if (++parts_ > most_parts) {
            whole.odd = "more parts than are looked at";
            return;
        }
        const std::string number = std::to_string(whole.parts.size() + 1);
        whole.parts.push_back(read(text, whole.is_top() ? number : whole.path + '.' + number,
                                   whole.content.type == "multipart/digest", depth + 1));
    }

    const std::string_view message_;
    int parts_ = 0;
};

}  // namespace

const PartField* EditPart::field(std::string_view name) const {
    const auto found = std::ranges::find_if(
        fields, [&](const PartField& each) { return names_equal(each.name, name); });
    return found == fields.end() ? nullptr : &*found;
}

EditPart edit_tree(std::string_view message) { return Tree(message).read(message, "", false, 0); }

}  // namespace spillway::mail
