#include "mail/mime.h"

#include <algorithm>

#include "mail/content_type.h"
#include "mail/entity.h"
#include "mail/transfer.h"

namespace spillway::mail {
namespace {

// Each multipart reads its content anew for its own boundary, and what contradicts itself is read
// in both ways, at each level: what is nested deep is read often. A message of normal build is read
// two or three times.
constexpr std::size_t most_readings = 20;
constexpr std::size_t some_bytes = 1'000'000;

// RFC 2046 section 5.1.1 allows 70 characters.
constexpr std::size_t longest_boundary = 1'000;

struct Pending {
    std::string_view text;
    int depth;
    bool in_digest;  // the parts of a multipart/digest are messages unless they say otherwise
};

bool is_message(const ContentType& content) {
    return content.is_under("message/") && content.type != "message/delivery-status" &&
           content.type != "message/disposition-notification";
}

bool is_html(const ContentType& content) {
    return content.type == "text/html" || content.type == "application/xhtml+xml";
}

bool is_text(const ContentType& content) {
    return content.type.empty() || content.is_under("text/") || content.is_under("message/") ||
           is_html(content);
}

// What the fields say, each thing once, at most two: the first and the last.
template <typename T, typename Parse, typename Same>
std::vector<T> first_and_last(const std::vector<std::string_view>& values, Parse parse, Same same) {
    std::vector<T> result;
    if (!values.empty()) result.push_back(parse(values.front()));
    if (values.size() > 1) {
        T last = parse(values.back());
        if (!same(result.front(), last)) result.push_back(std::move(last));
    }
    return result;
}

enum class Delimiter { none, part, end };

// What the line is to a multipart with this boundary (RFC 2046 section 5.1.1).
Delimiter delimiter(std::string_view line, std::string_view boundary) {
    if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return Delimiter::none;
    std::string_view rest = line.substr(2 + boundary.size());
    const bool closes = rest.starts_with("--");
    if (closes) rest.remove_prefix(2);
    if (rest.find_first_not_of(" \t\r") != rest.npos) return Delimiter::none;
    return closes ? Delimiter::end : Delimiter::part;
}

bool has_delimiter(std::string_view body, std::string_view boundary) {
    for (std::size_t at = 0; at < body.size();) {
        const Line line = line_at(body, at);
        if (delimiter(line.text, boundary) != Delimiter::none) return true;
        at = line.next;
    }
    return false;
}

// Without a usable boundary parameter: the first line that looks like a delimiter.
std::optional<std::string> guessed_boundary(std::string_view body) {
    for (std::size_t at = 0; at < body.size();) {
        const Line line = line_at(body, at);
        if (line.text.starts_with("--") && line.text.size() <= longest_boundary) {
            const std::size_t end = line.text.find_last_not_of(" \t\r");
            return std::string(line.text.substr(2, end - 1));
        }
        at = line.next;
    }
    return std::nullopt;
}

std::string_view without_last_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

class Walk {
  public:
    Walk(std::string_view message, const ReadingLimits& limits)
        : limits_(limits), bytes_left_(message.size() * most_readings + some_bytes) {
        add_message(message, 0);
    }

    TextParts run() && {
        while (!pending_.empty()) {
            const Pending next = pending_.back();
            pending_.pop_back();
            if (++parts_ > limits_.parts) {
                give_up("more parts than are read");
                break;
            }
            visit(next);
        }
        return std::move(result_);
    }

  private:
    void give_up(const char* why) {
        if (!result_.incomplete) result_.incomplete = why;
    }

    // A message that begins with a blank line has no header; but some readers skip such lines.
    void add_message(std::string_view text, int depth) {
        pending_.push_back({text, depth, false});
        std::size_t at = 0;
        for (Line line = line_at(text, at); is_blank(line.text) && at < text.size();
             line = line_at(text, at))
            at = line.next;
        if (at > 0 && begins_with_field(text.substr(at)))
            pending_.push_back({text.substr(at), depth, false});
    }

    void visit(const Pending& pending) {
        const Entity entity = parse_entity(pending.text);
        std::vector<ContentType> contents = first_and_last<ContentType>(
            entity.content_types, parse_content_type, [](const auto& left, const auto& right) {
                return left.type == right.type && left.parameters == right.parameters;
            });
        if (contents.empty())
            contents.push_back({pending.in_digest ? "message/rfc822" : "text/plain", {}});
        const std::vector<std::string> encodings = first_and_last<std::string>(
            entity.transfer_encodings, parse_encoding, std::equal_to<>());
        for (const ContentType& content : contents)
            visit_as(content, encodings, entity.body, pending);
    }

    // As text, as a message, as a multipart, or not at all.
    void visit_as(const ContentType& content, const std::vector<std::string>& encodings,
                  std::string_view body, const Pending& pending) {
        const bool multipart = content.is_under("multipart/");
        if ((multipart || is_message(content)) && pending.depth >= limits_.depth)
            return give_up("nested deeper than is read");
        if (multipart) {
            visit_multipart(content, encodings, body, pending.depth);
        } else if (is_message(content)) {
            add_message(decoded(body, encodings), pending.depth + 1);
        } else if (is_text(content) && pay(body)) {
            result_.parts.push_back(
                {is_html(content) ? TextPart::Kind::html : TextPart::Kind::plain, body, encodings,
                 content.all("charset"), content.has("format", "flowed"),
                 content.has("delsp", "yes")});
        }
    }

    // RFC 2045 section 6.4 forbids it, but some senders encode messages and multiparts.
    std::string_view decoded(std::string_view body, const std::vector<std::string>& encodings) {
        const std::string encoding = encodings.empty() ? "" : encodings.front();
        if (!pay(body)) return {};
        if (encoding == "base64") {
            result_.decoded.push_back(from_base64(body));
        } else if (encoding == "quoted-printable") {
            result_.decoded.push_back(from_quoted_printable(body));
        } else {
            return body;
        }
        return result_.decoded.back();
    }

    // A multipart without any delimiter is text that nobody can take apart.
    void visit_multipart(const ContentType& content, const std::vector<std::string>& encodings,
                         std::string_view body, int depth) {
        std::optional<std::string> boundary = boundary_in(content, body);
        if (!boundary) {
            body = decoded(body, encodings);
            boundary = boundary_in(content, body);
        }
        if (!boundary) return add_outside(body);
        split(body, *boundary, depth + 1, content.type == "multipart/digest");
    }

    // The boundary that the body goes by, of those that the field names.
    static std::optional<std::string> boundary_in(const ContentType& content,
                                                  std::string_view body) {
        std::vector<std::string> candidates = content.all("boundary");
        if (auto guess = guessed_boundary(body)) candidates.push_back(*std::move(guess));
        for (const std::string& candidate : candidates)
            if (candidate.size() <= longest_boundary && has_delimiter(body, candidate))
                return candidate;
        return std::nullopt;
    }

    // After the end of a multipart some readers go on when there is another part.
    void split(std::string_view body, std::string_view boundary, int depth, bool digest) {
        if (!pay(body)) return;
        std::vector<Pending> parts;
        std::size_t begin = 0;
        bool inside = false;
        const auto end_piece = [&](std::size_t end) {
            const std::string_view piece = without_last_line_end(body.substr(begin, end - begin));
            if (inside) {
                parts.push_back({piece, depth, digest});
            } else {
                add_outside(piece);
            }
        };
        for (std::size_t at = 0; at < body.size();) {
            const Line line = line_at(body, at);
            const Delimiter found = delimiter(line.text, boundary);
            if (found != Delimiter::none) {
                end_piece(at);
                inside = found == Delimiter::part;
                begin = line.next;
                if (parts_ + static_cast<int>(parts.size()) > limits_.parts) break;
            }
            at = line.next;
        }
        end_piece(body.size());
        pending_.insert(pending_.end(), parts.rbegin(), parts.rend());
    }

    void add_outside(std::string_view text) {
        if (text.find_first_not_of(" \t\r\n") == text.npos || !pay(text)) return;
        result_.parts.push_back({TextPart::Kind::outside, text, {}, {}, false, false});
    }

    // Takes the bytes off what may still be read; false, and noted, when there are not enough.
    bool pay(std::string_view body) {
        if (body.size() > bytes_left_) {
            give_up("nested in a way that takes too long to read");
            return false;
        }
        bytes_left_ -= body.size();
        return true;
    }

    const ReadingLimits& limits_;
    std::size_t bytes_left_;
    std::vector<Pending> pending_;  // the next one last
    int parts_ = 0;
    TextParts result_;
};

}  // namespace

TextParts text_parts(std::string_view message, const ReadingLimits& limits) {
    return Walk(message, limits).run();
}

}  // namespace spillway::mail
