// The message as content rules see it: its texts, links and files, each made when first asked for.
// One message, one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/attachments.h"
#include "mail/mime.h"
#include "mail/text.h"
#include "policy/condition.h"
#include "policy/message.h"

namespace spillway::policy {

// What someone with the means read in an attachment, or in one member of it where it is a
// container.
struct AttachmentText {
    std::size_t attachment = 0;  // which of Contents::attachments().files
    std::string path;            // within the container; "" is the file itself
    std::string type;
    std::string text;        // UTF-8
    bool encrypted = false;  // then there is no text
    bool truncated = false;
    std::string trouble;  // why the text is not known, in a few words; "" when it is
};

// An attached text that mail/ has read as readers show it: counted twice, it would be found twice.
bool is_in_text(const AttachmentText& each, const mail::Attachment& file, const mail::Parts& parts);

// Reads them for somebody without a session: spillwayctl.
using AttachmentReader =
    std::function<std::vector<AttachmentText>(const mail::Attachments& attachments)>;

class Contents {
  public:
    // `forgetting` is called before texts that values() gave go away.
    Contents(const Message& message, const mail::ReadingLimits& limits,
             std::function<void()> forgetting)
        : message_(message), limits_(limits), forgetting_(std::move(forgetting)) {}

    const mail::Parts& parts();
    const mail::ReadText& text();
    const mail::Attachments& attachments();
    const std::vector<std::uint64_t>& attachment_sizes();  // of all files, decoded

    // Handed in before the rules are read, where a rule asks for them; never is cannot tell.
    void know(std::vector<AttachmentText> texts) { attachment_texts_ = std::move(texts); }
    const std::optional<std::vector<AttachmentText>>& known_texts() const {
        return attachment_texts_;
    }

    // What a field of contents holds, with `folded` without case, accents and disguise (see
    // match/folding.h). `incomplete` says why "not found" is no answer.
    struct Values {
        std::vector<std::string_view> values;
        std::optional<std::string> incomplete;
        // The values themselves as lines of one text, to look through once for all of them; none
        // where that would be very large.
        std::string_view whole{};
    };
    // Valid until other values are asked for.
    const Values& values(Field field, bool folded);

    // For conditions on how large or many attachments are: why there may be others.
    std::optional<std::string> attachments_incomplete();

    bool unreadable();
    bool encrypted();
    bool truncated();

    // In making all of these.
    std::chrono::nanoseconds spent() const { return spent_; }

  private:
    class Making;

    void forget_large();
    Values made(Field field);
    Values one(std::string_view text, std::optional<std::string> incomplete);
    Values kept(std::string text, std::optional<std::string> incomplete);
    Values any_text();
    Values links();
    Values names_or_types(std::vector<std::string> mail::Attachment::*which);
    Values attachment_texts();
    Values inner(Field field);
    void lay_end_to_end(Values& values);
    std::optional<std::string> trouble_of_texts() const;
    std::optional<std::string> inner_incomplete();

    const Message& message_;
    const mail::ReadingLimits& limits_;
    std::function<void()> forgetting_;
    std::chrono::nanoseconds spent_{};
    int making_ = 0;  // one thing needs another: only the outermost is timed
    std::optional<mail::Parts> parts_;
    std::optional<mail::ReadText> text_;
    std::optional<mail::Attachments> attachments_;
    std::optional<std::vector<std::uint64_t>> attachment_sizes_;
    std::optional<std::vector<AttachmentText>> attachment_texts_;
    std::map<std::pair<Field, bool>, Values> values_;
    std::deque<std::string> made_;  // what values point into
};

}  // namespace spillway::policy
