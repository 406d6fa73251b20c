// The input as a whole message that footers are put into: what comes out parses like what came in,
// says what it said, says the footer, and all other parts are the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/edit_choose.h"
#include "mail/edit_footer.h"
#include "mail/header.h"
#include "mail/text.h"

using namespace spillway::mail;

namespace {

void require(bool law) {
    if (!law) std::abort();
}

// The header as the MTA writes it after the edit: what changes stands last.
std::string header_of(std::string_view message, const EditPart& top, const MessageEdit& edit) {
    std::string header;
    std::size_t at = 0;
    for (const PartField& field : top.fields) {
        const bool changes = std::ranges::any_of(edit.fields, [&](const FieldChange& change) {
            return names_equal(change.name, field.name);
        });
        if (!changes) continue;
        const auto begin = static_cast<std::size_t>(field.whole.data() - message.data());
        header += message.substr(at, begin - at);
        at = begin + field.whole.size();
    }
    std::size_t end = top.body - 1;
    if (end > at && message[end - 1] == '\r') --end;
    header += message.substr(at, end - at);
    for (const FieldChange& change : edit.fields)
        if (change.value) header += change.name + ": " + *change.value + "\r\n";
    return header + "\r\n";
}

// The bodies of all parts that are not changed are where they were, with the same bytes.
void require_same_parts(const EditPart& before, std::string_view old_bytes, const EditPart& after,
                        std::string_view new_bytes, const std::vector<std::string>& changed) {
    require(before.path == after.path);
    require(before.parts.size() == after.parts.size());
    require(before.content.type == after.content.type || before.is_top());
    for (std::size_t i = 0; i < before.parts.size(); ++i)
        require_same_parts(before.parts[i], old_bytes, after.parts[i], new_bytes, changed);
    const std::string path = before.is_top() ? "1" : before.path;
    const bool edited = std::ranges::find(changed, path) != changed.end();
    if (edited || !before.parts.empty()) return;
    require(old_bytes.substr(before.header, before.end - before.header) ==
            new_bytes.substr(after.header, after.end - after.header));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    const Footer footer{.text = "S\xC5\x8Dlong\n",
                        .html = "<p>S\xC5\x8Dlong</p>",
                        .before_quote = size % 2 == 0,
                        .once = ""};
    const EditPart before = edit_tree(message);
    const auto attached = attach_footers(message, {footer}, before.field_count);
    require(attached.has_value() == before.empty_line);

    const auto done = insert_footers(message, {footer}, before.field_count);
    if (!done) return 0;
    std::string after = header_of(message, before, done->edit);
    std::size_t at = done->edit.body.body;
    for (const Replacement& change : done->edit.body.changes) {
        require(change.begin >= at && change.end >= change.begin && change.end <= message.size());
        at = change.end;
    }
    edited_body(message, done->edit.body, [&](std::string_view piece) { after += piece; });

    const EditPart tree = edit_tree(after);
    require_same_parts(before, message, tree, after, done->parts);
    const auto texts = texts_to_edit(tree);
    require(texts.has_value());
    const ReadText read = read_text(after, ReadingLimits{});
    require(read.incomplete || read.text.find("S\xC5\x8Dlong") != read.text.npos);
    return 0;
}
