#include "session/attachments.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace spillway::session {
namespace {

using policy::AttachmentText;

bool is_message(std::string_view type) {
    return type == "message/rfc822" || type == "message/global";
}

// Something else that is labelled as a message is read like anything else.
bool was_taken_apart(const mail::Attachment& file) {
    return std::ranges::any_of(file.types, is_message) &&
           std::ranges::all_of(file.types, [](std::string_view type) {
               return is_message(type) || type == "text/plain";
           });
}

std::string_view first_of(const std::vector<std::string>& values) {
    return values.empty() ? std::string_view() : std::string_view(values.front());
}

class Asking {
  public:
    Asking(const ReadDocument& read, const AttachmentBudget& budget,
           const std::function<void()>& rest)
        : read_(read), deadline_(budget.deadline), text_left_(budget.text_bytes), rest_(rest) {}

    void ask(std::size_t number, const mail::Attachment& file);
    std::vector<AttachmentText> texts() && { return std::move(texts_); }

  private:
    void read(std::size_t number, const mail::Attachment& file);
    void add(std::size_t number, extract::Extracted extracted);
    AttachmentText& told_of(std::size_t number) {
        texts_.emplace_back().attachment = number;
        return texts_.back();
    }

    const ReadDocument& read_;
    const extract::Deadline deadline_;
    std::size_t text_left_;
    const std::function<void()>& rest_;
    std::vector<AttachmentText> texts_;
};

void Asking::ask(std::size_t number, const mail::Attachment& file) {
    if (file.empty || was_taken_apart(file)) return;
    if (file.encrypted)
        told_of(number).encrypted = true;
    else if (text_left_ == 0)
        told_of(number).truncated = true;
    else if (std::chrono::steady_clock::now() >= deadline_)
        told_of(number).trouble = "the attachments took too long to read";
    else
        read(number, file);
}

void Asking::read(std::size_t number, const mail::Attachment& file) {
    const extract::Source source = [&](const mail::TakePiece& take) {
        mail::read_in_pieces(file.body, take, rest_);
    };
    extract::Limits limits;
    limits.text_bytes = std::min<std::uint64_t>(limits.text_bytes, text_left_);
    add(number, read_({first_of(file.names), first_of(file.types)}, source, limits, deadline_));
}

// Why something was not read goes into logs and replies: in our words, without the document's.
void Asking::add(std::size_t number, extract::Extracted extracted) {
    for (extract::Piece& piece : extracted.pieces) {
        text_left_ -= std::min(text_left_, piece.text.size());
        AttachmentText& text = told_of(number);
        text.path = std::move(piece.path);
        text.type = std::move(piece.type);
        text.text = std::move(piece.text);
    }
    if (extracted.complete()) return;
    AttachmentText& outcome = told_of(number);
    outcome.encrypted = extracted.findings.encrypted;
    outcome.truncated = extracted.findings.truncated;
    if (extracted.findings.trouble != extract::Trouble::none)
        outcome.trouble =
            fmt::format("an attachment {}", extract::words(extracted.findings.trouble));
}

}  // namespace

std::vector<AttachmentText> texts_of(const mail::Attachments& attachments, const ReadDocument& read,
                                     const AttachmentBudget& budget,
                                     const std::function<void()>& rest) {
    Asking asking(read, budget, rest);
    for (std::size_t number = 0; number < attachments.files.size(); ++number)
        asking.ask(number, attachments.files[number]);
    return std::move(asking).texts();
}

}  // namespace spillway::session
