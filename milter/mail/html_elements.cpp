#include "mail/html_elements.h"

#include <algorithm>
#include <array>

namespace spillway::mail {
namespace {

// All sorted, for binary search.
constexpr std::array<std::string_view, 51> blocks{
    "address",   "article", "aside",   "blockquote", "body",  "caption",  "center",   "dd",
    "details",   "dialog",  "dir",     "div",        "dl",    "dt",       "fieldset", "figcaption",
    "figure",    "footer",  "form",    "h1",         "h2",    "h3",       "h4",       "h5",
    "h6",        "head",    "header",  "hgroup",     "hr",    "html",     "legend",   "li",
    "listing",   "main",    "menu",    "nav",        "ol",    "optgroup", "option",   "p",
    "plaintext", "pre",     "section", "summary",    "table", "tbody",    "tfoot",    "thead",
    "tr",        "ul",      "xmp"};
constexpr std::array<std::string_view, 19> voids{
    "area", "base",  "basefont", "bgsound", "br",   "col",   "embed",  "frame", "hr", "image",
    "img",  "input", "keygen",   "link",    "meta", "param", "source", "track", "wbr"};
static_assert(std::ranges::is_sorted(blocks) && std::ranges::is_sorted(voids));

constexpr std::size_t most_open = 100'000;

}  // namespace

bool is_void(std::string_view name) { return std::ranges::binary_search(voids, name); }
bool is_block(std::string_view name) { return std::ranges::binary_search(blocks, name); }

void OpenElements::begin(const std::string& name) {
    if (open_.size() >= most_open) return;
    open_.push_back(name);
    ++count_[name];
}

void OpenElements::end(const std::string& name) {
    const auto found = count_.find(name);
    if (found == count_.end() || found->second == 0) return;
    while (open_.back() != name) pop();
    pop();
}

void OpenElements::end_implied_by(const std::string& name) {
    if (open_.empty()) return;
    const std::string& top = open_.back();
    const bool cell = top == "td" || top == "th";
    const bool next_cell = name == "td" || name == "th" || name == "tr";
    if ((top == "p" && (is_block(name) || next_cell)) || (cell && next_cell) ||
        (top == name && (name == "li" || name == "tr" || name == "option")))
        pop();
}

void OpenElements::pop() {
    --count_[open_.back()];
    open_.pop_back();
}

}  // namespace spillway::mail
