// The text of one part, as it is changed: read, added to, written back in its charset and transfer
// encoding, or in those that what is added needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "mail/edit.h"
#include "mail/edit_charset.h"
#include "mail/edit_choose.h"
#include "mail/edit_plain.h"
#include "mail/transfer.h"

namespace spillway::mail {

// Larger texts are only changed where their bytes can stay as they are.
inline constexpr std::size_t most_decoded_text = 16 * 1024 * 1024;

class PartText {
  public:
    // Points into the message; the part outlives it. A reason where the part cannot be read for
    // certain.
    static tl::expected<PartText, std::string> read(std::string_view message,
                                                    const TextToEdit& text);

    const EditPart& part() const { return *part_; }
    bool is_html() const { return html_; }
    PlainForm form() const;

    // What places are counted in: the bytes of the text in its charset; UTF-8 where that has no
    // ASCII within.
    std::string_view bytes() const { return decoded_ ? std::string_view(*decoded_) : sent_; }
    std::string_view line_end() const;

    // In UTF-8, as a person reads it.
    std::string shown() const;

    // Adds `insertions` (UTF-8, by their places) to the edit: nothing else in the body changes
    // where the charset and transfer encoding hold them. A reason where they cannot be added.
    tl::expected<void, std::string> insert(const std::vector<Insertion>& insertions,
                                           MessageEdit& edit) const;

  private:
    PartText() = default;

    std::string_view message() const { return {sent_.data() - part_->body, part_->end}; }
    std::optional<Insertion> encoded(const Insertion& insertion) const;
    bool takes_8bit() const;
    bool fits_as_sent(const std::vector<Insertion>& insertions) const;
    void splice(const std::vector<Insertion>& insertions, MessageEdit& edit) const;
    void splice_quoted_printable(const std::vector<Insertion>& insertions, MessageEdit& edit) const;
    void splice_base64(const std::vector<Insertion>& insertions, MessageEdit& edit) const;
    tl::expected<void, std::string> rewrite(const std::vector<Insertion>& insertions,
                                            MessageEdit& edit) const;
    tl::expected<void, std::string> write(std::string_view text, bool as_utf8,
                                          MessageEdit& edit) const;
    tl::expected<std::string, std::string> in_utf8(const std::vector<Insertion>& insertions) const;

    const EditPart* part_ = nullptr;
    bool html_ = false;
    std::string_view sent_;
    std::optional<std::string> decoded_;  // where it is not what was sent
    Encoding encoding_ = Encoding::none;
    std::string label_;  // of the charset
    CharsetKind kind_ = CharsetKind::ascii;
};

}  // namespace spillway::mail
