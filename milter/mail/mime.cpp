#include "mail/mime.h"

#include <algorithm>
#include <iterator>

#include "mail/content_type.h"
#include "mail/encoded_word.h"
#include "mail/entity.h"
#include "mail/part_tree.h"
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
    bool in_digest;    // the parts of a multipart/digest are messages unless they say otherwise
    std::string path;  // "" for the message
};

constexpr std::size_t rest_after = 4'000'000;  // bytes read

// Tells when so much was read that it is time to rest.
class Rests {
  public:
    explicit Rests(const std::function<void()>& rest) : rest_(rest) {}

    void read(std::size_t bytes) {
        read_ += bytes;
        if (read_ < rest_after) return;
        read_ = 0;
        if (rest_) rest_();
    }

  private:
    const std::function<void()>& rest_;
    std::size_t read_ = 0;
};

bool hides_its_content(const ContentType& content) {
    if (content.type == "multipart/encrypted" || content.type == "application/pgp-encrypted")
        return true;
    const bool smime =
        content.type == "application/pkcs7-mime" || content.type == "application/x-pkcs7-mime";
    return smime && (content.has("smime-type", "enveloped-data") ||
                     content.has("smime-type", "authenveloped-data"));
}

// RFC 2046 sections 5.2.2 and 5.2.3: the content is in other messages, or not in mail at all.
bool is_elsewhere(const ContentType& content) {
    return content.type == "message/partial" || content.type == "message/external-body";
}

// RFC 2047 forbids encoded words in parameters, but senders write them and readers show them.
std::vector<std::string> names_in(const std::vector<std::string_view>& dispositions,
                                  const std::vector<std::string_view>& types) {
    std::vector<std::string> names;
    const auto add = [&](std::string_view value, std::string_view parameter) {
        for (const std::string& raw : parse_content_type(value).all(parameter)) {
            std::string name = decoded_words(raw);
            if (!name.empty() && std::ranges::find(names, name) == names.end())
                names.push_back(std::move(name));
        }
    };
    for (const std::string_view value : dispositions)
        for (const char* parameter : {"filename", "name"}) add(value, parameter);
    for (const std::string_view value : types)
        for (const char* parameter : {"name", "filename"}) add(value, parameter);
    return names;
}

std::vector<std::string_view> first_and_last(const std::vector<std::string_view>& values) {
    if (values.size() < 3) return values;
    return {values.front(), values.back()};
}

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

// Where the first line with "--" in front begins, from here on; the end of the body if none does.
// In base64, which is most of what is sent, there is no dash to stop at.
std::size_t next_dashes(std::string_view body, std::size_t at, Rests& rests) {
    constexpr std::size_t window = 1'000'000;
    const auto skip_to = [&](char wanted) {
        const std::string_view piece = body.substr(at, window);
        const std::size_t skipped = std::min(piece.find(wanted), piece.size());
        rests.read(skipped);
        at += skipped;
    };
    while (at < body.size()) {
        skip_to('-');
        const bool begins_line = at == 0 || body[at - 1] == '\n';
        if (begins_line && body.substr(at).starts_with("--")) return at;
        if (at < body.size() && body[at] == '-') skip_to('\n');
    }
    return at;
}

bool has_delimiter(std::string_view body, std::string_view boundary, Rests& rests) {
    for (std::size_t at = next_dashes(body, 0, rests); at < body.size();) {
        const Line line = line_at(body, at);
        if (delimiter(line.text, boundary) != Delimiter::none) return true;
        at = next_dashes(body, line.next, rests);
    }
    return false;
}

// Without a usable boundary parameter: the first line that looks like a delimiter.
std::optional<std::string> guessed_boundary(std::string_view body, Rests& rests) {
    for (std::size_t at = next_dashes(body, 0, rests); at < body.size();) {
        const Line line = line_at(body, at);
        if (line.text.size() <= longest_boundary) {
            const std::size_t end = line.text.find_last_not_of(" \t\r");
            return std::string(line.text.substr(2, end - 1));
        }
        at = next_dashes(body, line.next, rests);
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
    Walk(std::string_view message, const ReadingLimits& limits, const std::function<void()>& rest)
        : limits_(limits), rests_(rest), bytes_left_(message.size() * most_readings + some_bytes) {
        add_message(message, 0, "");
    }

    // From now on each part is told as it is labelled.
    void record(std::vector<LabelledPart>& labels) { labels_ = &labels; }

    // Adds to what `parts` holds.
    Parts run(Parts parts = {}) && {
        result_ = std::move(parts);
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
        not_readable(why);
    }

    void not_readable(const char* why) {
        if (!result_.unreadable) result_.unreadable = why;
    }

    // A message that begins with a blank line has no header; but some readers skip such lines.
    void add_message(std::string_view text, int depth, const std::string& path) {
        pending_.push_back({text, depth, false, path});
        std::size_t at = 0;
        for (Line line = line_at(text, at); is_blank(line.text) && at < text.size();
             line = line_at(text, at))
            at = line.next;
        if (at > 0 && begins_with_field(text.substr(at)))
            pending_.push_back({text.substr(at), depth, false, path});
    }

    void visit(const Pending& pending) {
        const Entity entity = parse_entity(pending.text);
        std::vector<ContentType> contents = first_and_last<ContentType>(
            entity.content_types, parse_content_type, [](const auto& left, const auto& right) {
                return left.type == right.type && left.parameters == right.parameters;
            });
        if (contents.empty())
            contents.push_back({pending.in_digest ? "message/rfc822" : "text/plain", {}});
        const std::vector<std::string> encodings =
            first_and_last<std::string>(entity.transfer_encodings, first_word, std::equal_to<>());
        if (!std::ranges::all_of(encodings, is_known_encoding))
            not_readable("a transfer encoding that nobody knows");
        if (labels_) labels_->push_back(labelled(entity, contents, encodings, pending));
        for (const ContentType& content : contents)
            visit_as(content, encodings, entity.body, pending);
        add_file(entity, contents, encodings, pending);
    }

    static LabelledPart labelled(const Entity& entity, const std::vector<ContentType>& contents,
                                 const std::vector<std::string>& encodings,
                                 const Pending& pending) {
        LabelledPart part;
        part.path = pending.path;
        part.encodings = encodings;
        part.body = entity.body;
        for (const ContentType& content : contents) {
            part.types.push_back(content.type);
            std::ranges::move(content.all("charset"), std::back_inserter(part.charsets));
        }
        const bool whole = std::ranges::any_of(
            contents, [](const ContentType& content) { return content.is_under("multipart/"); });
        if (part.path.empty() && !whole) part.path = "1";
        for (const std::string_view value : entity.dispositions)
            part.dispositions.push_back(first_word(value));
        part.names = names_in(entity.dispositions, entity.content_types);
        return part;
    }

    void add_file(const Entity& entity, const std::vector<ContentType>& contents,
                  const std::vector<std::string>& encodings, const Pending& pending) {
        const auto some = [&](const auto& is) { return std::ranges::any_of(contents, is); };
        result_.encrypted |= some(hides_its_content);
        if (some(is_elsewhere)) not_readable("a part whose content is elsewhere");
        if (std::ranges::all_of(contents, [](const ContentType& content) {
                return content.is_under("multipart/");
            }))
            return;
        auto names =
            names_in(first_and_last(entity.dispositions), first_and_last(entity.content_types));
        const bool attached = std::ranges::any_of(entity.dispositions, [](std::string_view value) {
            return first_word(value) == "attachment";
        });
        const bool plain_text = std::ranges::all_of(
            contents, [](const auto& content) { return is_text(content) && !is_message(content); });
        if (plain_text && names.empty() && !attached) return;
        FilePart& file =
            result_.files.emplace_back(FilePart{pending.path.empty() ? "1" : pending.path,
                                                entity.body,
                                                {},
                                                std::move(names),
                                                encodings});
        for (const ContentType& content : contents)
            if (!content.type.empty()) file.types.push_back(content.type);
    }

    // As text, as a message, as a multipart, or not at all.
    void visit_as(const ContentType& content, const std::vector<std::string>& encodings,
                  std::string_view body, const Pending& pending) {
        const bool multipart = content.is_under("multipart/");
        if ((multipart || is_message(content)) && pending.depth >= limits_.depth)
            return give_up("nested deeper than is read");
        if (multipart) {
            visit_multipart(content, encodings, body, pending);
        } else if (is_message(content)) {
            add_message(decoded(body, encodings), pending.depth + 1,
                        pending.path.empty() ? "1" : pending.path);
        } else if (is_text(content) && pay(body)) {
            result_.texts.push_back(
                {is_html(content) ? TextPart::Kind::html : TextPart::Kind::plain, body, encodings,
                 content.all("charset"), content.has("format", "flowed"),
                 content.has("delsp", "yes"), pending.path.empty() ? "1" : pending.path});
        }
    }

    // RFC 2045 section 6.4 forbids it, but some senders encode messages and multiparts.
    std::string_view decoded(std::string_view body, const std::vector<std::string>& encodings) {
        const Encoding encoding =
            encodings.empty() ? Encoding::none : encoding_named(encodings.front());
        if (!pay(body)) return {};
        if (encoding == Encoding::none) return body;
        // What is nested and encoded is kept as long as the message is read: within the limit on
        // text, not as large as a message may be.
        std::string& kept = result_.decoded.emplace_back();
        const Body whole{.sent = body, .encoding = encoding};
        kept = beginning_of(whole, decoded_left_ + 1);
        if (kept.size() > decoded_left_) {
            kept.resize(decoded_left_);
            give_up("an encoded message that is larger than is read");
        }
        decoded_left_ -= kept.size();
        return kept;
    }

    // A multipart without any delimiter is text that nobody can take apart, and that some readers
    // show as it is.
    void visit_multipart(const ContentType& content, const std::vector<std::string>& encodings,
                         std::string_view body, const Pending& pending) {
        std::optional<std::string> boundary = boundary_in(content, body);
        if (!boundary) {
            body = decoded(body, encodings);
            boundary = boundary_in(content, body);
        }
        if (!boundary) {
            not_readable("a multipart without parts");
            return add_undivided({body}, pending);
        }
        split(body, *boundary, pending, content.type == "multipart/digest");
    }

    // The boundary that the body goes by, of those that the field names.
    std::optional<std::string> boundary_in(const ContentType& content, std::string_view body) {
        std::vector<std::string> candidates = content.all("boundary");
        if (auto guess = guessed_boundary(body, rests_)) candidates.push_back(*std::move(guess));
        for (const std::string& candidate : candidates)
            if (candidate.size() <= longest_boundary && has_delimiter(body, candidate, rests_))
                return candidate;
        return std::nullopt;
    }

    // After the end of a multipart some readers go on when there is another part.
    void split(std::string_view body, std::string_view boundary, const Pending& whole,
               bool digest) {
        if (!pay(body)) return;
        std::vector<Pending> parts;
        std::vector<std::string_view> outside;
        std::size_t begin = 0;
        bool inside = false;
        const auto end_piece = [&](std::size_t end) {
            const std::string_view piece = without_last_line_end(body.substr(begin, end - begin));
            if (inside) {
                const std::string number = std::to_string(parts.size() + 1);
                parts.push_back({piece, whole.depth + 1, digest,
                                 whole.path.empty() ? number : whole.path + '.' + number});
            } else {
                outside.push_back(piece);
            }
        };
        for (std::size_t at = next_dashes(body, 0, rests_); at < body.size();) {
            const Line line = line_at(body, at);
            const Delimiter found = delimiter(line.text, boundary);
            if (found != Delimiter::none) {
                end_piece(at);
                inside = found == Delimiter::part;
                begin = line.next;
                if (parts_ + static_cast<int>(parts.size()) > limits_.parts) break;
            }
            at = next_dashes(body, line.next, rests_);
        }
        end_piece(body.size());
        if (parts.empty()) return add_undivided(outside, whole);
        for (const std::string_view piece : outside) add_text(TextPart::Kind::outside, piece, "");
        pending_.insert(pending_.end(), parts.rbegin(), parts.rend());
    }

    // What a multipart without parts holds.
    void add_undivided(const std::vector<std::string_view>& pieces, const Pending& whole) {
        not_readable("a multipart without parts");
        for (const std::string_view piece : pieces)
            add_text(TextPart::Kind::plain, piece, whole.path.empty() ? "1" : whole.path);
    }

    void add_text(TextPart::Kind kind, std::string_view text, std::string path) {
        if (text.find_first_not_of(" \t\r\n") == text.npos || !pay(text)) return;
        result_.texts.push_back({kind, text, {}, {}, false, false, std::move(path)});
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
    Rests rests_;
    std::size_t bytes_left_;
    std::size_t decoded_left_ = limits_.text_bytes;
    std::vector<Pending> pending_;  // the next one last
    int parts_ = 0;
    Parts result_;
    std::vector<LabelledPart>* labels_ = nullptr;  // none: nobody wants to know
};

// Only carriage returns end lines where there are no line feeds, as on computers of old.
bool has_old_line_ends(std::string_view message) {
    return message.find('\n') == message.npos && message.find('\r') != message.npos;
}

// The message itself, or a copy kept in `parts`.
std::string_view with_line_feeds(std::string_view message, Parts& parts) {
    if (!has_old_line_ends(message)) return message;
    std::string& copy = parts.decoded.emplace_back(message);
    std::ranges::replace(copy, '\r', '\n');
    return copy;
}

}  // namespace

Parts parts_of(std::string_view message, const ReadingLimits& limits,
               const std::function<void()>& rest) {
    Parts parts;
    return Walk(with_line_feeds(message, parts), limits, rest).run(std::move(parts));
}

PartTree part_tree_of(std::string_view message, const ReadingLimits& limits) {
    PartTree tree;
    Parts parts;
    Walk walk(with_line_feeds(message, parts), limits, {});
    walk.record(tree.labels);
    tree.parts = std::move(walk).run(std::move(parts));
    return tree;
}

std::vector<Body> bodies_of(std::string_view sent, const std::vector<std::string>& encodings) {
    std::vector<Body> bodies;
    for (const std::string& name : encodings) {
        const Encoding encoding = encoding_named(name);
        const bool is_new = std::ranges::find(bodies, encoding, &Body::encoding) == bodies.end();
        if (is_new) bodies.push_back({.sent = sent, .encoding = encoding});
    }
    if (bodies.empty()) bodies.push_back({.sent = sent});
    return bodies;
}

}  // namespace spillway::mail
