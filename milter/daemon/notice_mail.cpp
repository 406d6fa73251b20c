#include "daemon/notice_mail.h"

#include <date/date.h>
#include <fmt/format.h>

#include "mail/encoded_word.h"
#include "mail/utf8.h"

namespace spillway::daemon {

namespace {

constexpr std::size_t longest_line = 998;
// More is never of use in a list of messages, and keeps the field within one line.
constexpr std::size_t longest_subject = 400;

// Any line end is one; what a text file may hold but a message may not is left out.
std::string body_of(std::string_view text) {
    std::string body;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        mail::next_code_point(text, at);
        const std::string_view character = text.substr(begin, at - begin);
        if (character == "\r" || character == std::string_view("\0", 1)) continue;
        if (character != "\n" && line + character.size() > longest_line) {
            body += '\n';
            line = 0;
        }
        body += character;
        line = character == "\n" ? 0 : line + character.size();
    }
    if (line > 0) body += '\n';
    return body;
}

}  // namespace

std::string written(const NoticeMail& mail) {
    const std::string body = body_of(mail::repaired_utf8(mail.text.body));
    const std::string_view subject = mail::utf8_prefix(mail.text.subject, longest_subject);
    return fmt::format(
        "Date: {}\nFrom: {}\nTo: {}\nSubject: {}\nMessage-ID: <{}>\n"
        "Auto-Submitted: auto-generated\nX-Spillway-Notice: {}\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        "Content-Transfer-Encoding: {}\n\n{}",
        date::format("%a, %d %b %Y %T +0000", std::chrono::floor<std::chrono::seconds>(mail.date)),
        mail.from, fmt::join(mail.to, ",\n "), mail::field_text(subject), mail.message_id,
        mail.pass, mail::is_ascii(body) ? "7bit" : "8bit", body);
}

}  // namespace spillway::daemon
