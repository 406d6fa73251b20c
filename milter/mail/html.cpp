#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "mail/direction.h"
#include "mail/header.h"
#include "mail/html_elements.h"
#include "mail/html_entities.h"
#include "mail/html_style.h"
#include "mail/html_tokens.h"
#include "mail/text.h"
#include "mail/url.h"

namespace spillway::mail {
namespace {

// All sorted, for binary search.
constexpr std::array<std::string_view, 3> preformatted{"listing", "pre", "textarea"};
constexpr std::array<std::string_view, 2> never_shown{"template", "title"};
bool is_leftwards(std::string_view dir) { return names_equal(dir, "rtl"); }

bool is_hidden_field(std::string_view type) {
    constexpr std::array<std::string_view, 5> unseen{"hidden", "password", "checkbox", "radio",
                                                     "image"};
    return std::ranges::any_of(unseen, [&](auto one) { return names_equal(one, type); });
}

bool holds(const auto& names, std::string_view name) {
    return std::ranges::binary_search(names, name);
}

class Renderer {
  public:
    // What readers with another idea of HTML show is rendered as hidden text, but not what in turn
    // is swallowed within it: that could nest without end.
    RenderedHtml render(std::string_view html, bool whole = true) && {
        whole_ = whole;
        if (whole) rendered_.visible.reserve(html.size());
        HtmlTokens tokens(html);
        HtmlToken token;
        while (tokens.next(token)) {
            switch (token.kind) {
                case HtmlToken::Kind::text:
                    add_text(token);
                    break;
                case HtmlToken::Kind::raw_text:
                    add_raw_text(token);
                    break;
                case HtmlToken::Kind::start_tag:
                    start(token);
                    break;
                case HtmlToken::Kind::end_tag:
                    end(token.name);
                    break;
                case HtmlToken::Kind::comment:
                    add_line(rendered_.code, token.text);
                    break;
                case HtmlToken::Kind::swallowed:
                    if (whole_) add_swallowed(token.text);
            }
        }
        if (turned_.any()) turn_lines(rendered_.visible, turned_from_);
        trim(rendered_.visible);
        trim(rendered_.hidden);
        trim(rendered_.code);
        return std::move(rendered_);
    }

  private:
    static void trim(std::string& text) {
        text.erase(text.find_last_not_of(" \n") + 1);
        text.erase(0, text.find_first_not_of(" \n"));
    }

    std::string& target() { return hidden_.any() ? rendered_.hidden : rendered_.visible; }

    static void end_line(std::string& text) {
        while (!text.empty() && text.back() == ' ') text.pop_back();
        if (!text.empty() && text.back() != '\n') text += '\n';
    }

    // A hidden element ends no line of the visible text: the attributes have to be known first.
    void start(const HtmlToken& tag) {
        hidden_.end_implied_by(tag.name);
        change_turned([&] { turned_.end_implied_by(tag.name); });
        const Attributes attributes = read(tag);
        const bool hides = attributes.hidden || holds(never_shown, tag.name);
        std::string& text = hides ? rendered_.hidden : target();
        if (is_block(tag.name) || (hides && !hidden_.any())) end_line(text);
        if (tag.name == "td" || tag.name == "th") text += ' ';
        if (tag.name == "br") text += '\n';
        if (holds(preformatted, tag.name)) ++preformatted_;
        if (attributes.turned && !turned_.any()) turned_from_ = rendered_.visible.size();
        text += attributes.alt;
        rendered_.hidden += attributes.aside;
        if (!attributes.documents.empty()) add_documents(attributes.documents);
        if (is_void(tag.name)) return;
        if (hides || hidden_.any()) hidden_.begin(tag.name);
        if (attributes.turned || turned_.any()) turned_.begin(tag.name);
    }

    // Text is turned round when the outermost element that does so ends.
    template <typename Change>
    void change_turned(Change change) {
        const bool before = turned_.any();
        change();
        if (before && !turned_.any()) turn_lines(rendered_.visible, turned_from_);
    }

    // The line ends before the element does: a hidden block ends a line of hidden text.
    void end(const std::string& name) {
        if (is_block(name)) end_line(target());
        if (name == "br") target() += '\n';  // browsers take </br> for <br>
        if (holds(preformatted, name) && preformatted_ > 0) --preformatted_;
        hidden_.end(name);
        change_turned([&] { turned_.end(name); });
    }

    struct Attributes {
        std::string alt;
        std::string aside;                   // lines that some readers show, or show somewhere else
        std::vector<std::string> documents;  // in HTML
        bool hidden = false;
        bool turned = false;  // from right to left by override
    };

    static void keep_first(std::optional<std::string>& kept, std::string_view name,
                           const HtmlAttributes& attributes) {
        if (!kept && attributes.is(name)) kept = attributes.value();
    }

    // Of an attribute that is given twice the first counts (section 13.2.5.33), but not to all
    // readers: no alternative text is lost.
    Attributes read(const HtmlToken& tag) const {
        Attributes read;
        std::optional<std::string> alt, style, classes, id, direction, value, type;
        HtmlAttributes attributes(tag.text);
        while (attributes.next()) {
            if (attributes.is("hidden")) read.hidden = true;
            if (attributes.is("title") || (alt && attributes.is("alt")))
                add_line(read.aside, attributes.value());
            if (attributes.is("srcdoc")) read.documents.push_back(attributes.value());
            if (attributes.is("href") || attributes.is("src") || attributes.is("data"))
                add_data_document(read.documents, attributes.value());
            keep_first(alt, "alt", attributes);
            keep_first(style, "style", attributes);
            keep_first(classes, "class", attributes);
            keep_first(id, "id", attributes);
            keep_first(direction, "dir", attributes);
            keep_first(value, "value", attributes);
            keep_first(type, "type", attributes);
            if (attributes.is("placeholder") || attributes.is("label"))
                add_line(read.aside, attributes.value());
        }
        if (style && hides(*style)) read.hidden = true;
        if (!rules_.empty() && rules_.hide(tag.name, classes.value_or(""), id.value_or("")))
            read.hidden = true;
        const Direction styled = direction_in(style.value_or(""));
        read.turned = (tag.name == "bdo" || styled.is_override) &&
                      (styled.is_leftwards || is_leftwards(direction.value_or("")));
        read.alt = std::move(alt).value_or("");
        // What fields are filled with is shown, but of hidden ones.
        if (tag.name == "input" && value && !is_hidden_field(type.value_or(""))) read.alt += *value;
        return read;
    }

    // "data:text/html;base64,..." (RFC 2397): a document of its own.
    static void add_data_document(std::vector<std::string>& documents, const std::string& link) {
        const std::optional<std::string> text = text_of_data_url(link);
        if (text) documents.push_back(*text);
    }

    void add_documents(const std::vector<std::string>& documents) {
        if (!whole_) return;
        for (const std::string& document : documents) {
            const RenderedHtml inner = Renderer().render(document, false);
            add_line(rendered_.code, inner.visible);
            add_line(rendered_.code, inner.hidden);
            add_line(rendered_.code, inner.code);
        }
    }

    static void add_line(std::string& text, std::string_view line) {
        if (!line.empty()) text.append(line).append("\n");
    }

    // Line ends are but blanks outside of preformatted text.
    void add_text(const HtmlToken& token) {
        std::string& text = target();
        const std::size_t begin = text.size();
        append_decoded(text, token.text, ReferenceContext::text);
        if (preformatted_ > 0) return;
        std::replace_if(
            text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
            [](char c) { return c == '\n' || c == '\r'; }, ' ');
    }

    // What scripts and styles hold is no text; frames of all kinds show theirs to old readers.
    void add_raw_text(const HtmlToken& token) {
        if (token.name == "style") rules_.add(token.text);
        if (token.name == "style" || token.name == "script")
            return add_line(rendered_.code, token.text);
        const bool shown = token.name == "xmp" || token.name == "plaintext";
        (shown ? target() : rendered_.hidden) += token.text;
    }

    void add_swallowed(std::string_view html) {
        const RenderedHtml inner = Renderer().render(html, false);
        for (const std::string& text : {inner.visible, inner.hidden}) {
            end_line(rendered_.hidden);
            rendered_.hidden += text;
            end_line(rendered_.hidden);
        }
    }

    RenderedHtml rendered_;
    OpenElements hidden_;
    OpenElements turned_;
    std::size_t turned_from_ = 0;  // in the visible text
    HidingRules rules_;
    int preformatted_ = 0;
    bool whole_ = true;
};

}  // namespace

RenderedHtml render_html(std::string_view html) { return Renderer().render(html); }

}  // namespace spillway::mail
