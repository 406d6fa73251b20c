// HTML cut into tags and text as browsers do it (WHATWG HTML section 13.2.5), in linear time.
//
// A parser of its own, because evasion lives where parsers differ from browsers: "<!-->", ">" in
// attributes, NUL, unclosed tags. Of the standard only the escapes within <script> are left out:
// what they would hide is shown instead.
#pragma once

#include <string>
#include <string_view>

namespace spillway::mail {

struct HtmlToken {
    enum class Kind {
        text,       // `text` holds character references
        raw_text,   // of script, style and their like: `text` stands for itself, `name` is the
                    // element
        start_tag,  // `text` holds the attributes
        end_tag,
        comment,    // what nobody sees
        swallowed,  // what only other readers show: conditional comments, CDATA, what is not closed
    };
    Kind kind = Kind::text;
    std::string name;  // of the element, in lower case
    std::string_view text;
};

// The views of tokens point into the HTML.
class HtmlTokens {
  public:
    explicit HtmlTokens(std::string_view html) : html_(html) {}

    // False at the end.
    bool next(HtmlToken& token);

  private:
    void take_text(HtmlToken& token, std::size_t end);
    bool take_markup(HtmlToken& token);
    void take_tag(HtmlToken& token);
    void take_comment(HtmlToken& token);
    bool take_bogus_comment(HtmlToken& token);
    void take_content(HtmlToken& token);

    const std::string_view html_;
    std::size_t at_ = 0;
    std::string content_of_;  // the element whose content knows no tags, "" outside of any
};

// Attributes one by one; values have their references decoded.
class HtmlAttributes {
  public:
    // `source` begins after the name of the tag; what follows the tag may be there too.
    explicit HtmlAttributes(std::string_view source) : source_(source) {}

    // False when the tag ends.
    bool next();
    bool is(std::string_view name) const;
    std::string value() const;

    // Just beyond the ">" once next() has said false; npos when there was none.
    std::size_t tag_end() const { return tag_end_; }

  private:
    void take_value();

    const std::string_view source_;
    std::size_t at_ = 0;
    std::size_t tag_end_ = std::string_view::npos;
    std::string_view name_, value_;
};

}  // namespace spillway::mail
