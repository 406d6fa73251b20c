#include "mail/edit_choose.h"

#include <algorithm>
#include <array>

namespace spillway::mail {
namespace {

using Reason = std::string;
using Chosen = tl::expected<std::vector<TextToEdit>, Reason>;

constexpr std::array<std::string_view, 4> signed_types{
    "multipart/signed", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-signature"};
constexpr std::array<std::string_view, 4> sealed_types{
    "multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime",
    "application/x-pkcs7-mime"};
constexpr std::array<std::string_view, 5> report_types{
    "multipart/report", "message/delivery-status", "message/disposition-notification",
    "message/feedback-report", "message/global-delivery-status"};
// Whose parts are not shown one below the other.
constexpr std::array<std::string_view, 6> closed_types{
    "multipart/appledouble", "multipart/digest",          "multipart/form-data",
    "multipart/byteranges",  "multipart/x-mixed-replace", "multipart/header-set"};

bool holds(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool is_html(const EditPart& part) {
    return part.content.type == "text/html" || part.content.type == "application/xhtml+xml";
}

// Why the message is to be left alone as a whole, "" where it is not.
Reason reason_against(const EditPart& part) {
    const std::string& type = part.content.type;
    if (holds(signed_types, type)) return "it is signed";
    if (holds(sealed_types, type)) return "it is signed or encrypted";
    if (holds(report_types, type)) return "it is a report";
    const bool invites = !part.content.all("method").empty() || !part.attached;
    if (type == "text/calendar" && invites) return "it is an invitation";
    for (const EditPart& inner : part.parts)
        if (Reason reason = reason_against(inner); !reason.empty()) return reason;
    return "";
}

Chosen chosen_in(const EditPart& part);

// All sides show the same text: one without the change would hide it from those who read that one.
Chosen all_sides(const EditPart& whole) {
    std::vector<TextToEdit> texts;
    for (const EditPart& side : whole.parts) {
        const bool readable =
            side.content.is_under("text/") || side.is_multipart() || is_html(side);
        if (!readable) continue;  // a file that a program has put here
        auto chosen = chosen_in(side);
        if (!chosen) return chosen;
        texts.insert(texts.end(), chosen->begin(), chosen->end());
    }
    if (texts.empty()) return tl::unexpected<Reason>("it has no text");
    return texts;
}

std::string_view without_angles(std::string_view id) {
    const std::size_t begin = id.find_first_not_of(" \t\r\n<");
    if (begin == id.npos) return {};
    return id.substr(begin, id.find_last_not_of(" \t\r\n>") + 1 - begin);
}

// RFC 2387 section 3.2: the part that `start` names, else the first.
const EditPart& root_of(const EditPart& related) {
    const auto starts = related.content.all("start");
    if (starts.size() == 1) {
        const auto named = std::ranges::find_if(related.parts, [&](const EditPart& part) {
            const PartField* const id = part.field("Content-ID");
            return id != nullptr && without_angles(id->value) == without_angles(starts[0]);
        });
        if (named != related.parts.end()) return *named;
    }
    return related.parts.front();
}

// Shown below each other: what comes last is where a reader's eye ends. Files and attached messages
// are none of the sender's own text.
Chosen last_text(const EditPart& whole) {
    for (auto part = whole.parts.rbegin(); part != whole.parts.rend(); ++part) {
        const bool text = part->content.type == "text/plain" || is_html(*part);
        const bool container = part->is_multipart() && !holds(closed_types, part->content.type);
        if (part->attached || (part->named && !container) || !(text || container)) continue;
        auto chosen = chosen_in(*part);
        // A container of files has no text; a text that may not be changed ends the search.
        if (chosen || text || !part->odd.empty()) return chosen;
    }
    return tl::unexpected<Reason>("it has no text");
}

Chosen chosen_in(const EditPart& part) {
    if (!part.odd.empty()) return tl::unexpected<Reason>(part.odd);
    const std::string& type = part.content.type;
    if (type == "multipart/alternative") return all_sides(part);
    if (type == "multipart/related") return chosen_in(root_of(part));
    if (part.is_multipart()) {
        if (holds(closed_types, type)) return tl::unexpected<Reason>("it has no text of its own");
        return last_text(part);
    }
    if (part.attached) return tl::unexpected<Reason>("it has no text");
    if (is_html(part)) return std::vector{TextToEdit{&part, true}};
    if (type == "text/plain") return std::vector{TextToEdit{&part, false}};
    return tl::unexpected<Reason>(part.content.is_under("text/")
                                      ? "it has a text of a kind that cannot be added to"
                                      : "it has no text of its own");
}

}  // namespace

Chosen texts_to_edit(const EditPart& message) {
    if (Reason reason = reason_against(message); !reason.empty())
        return tl::unexpected<Reason>(std::move(reason));
    return chosen_in(message);
}

}  // namespace spillway::mail
