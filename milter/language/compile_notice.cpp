#include "language/compile_notice.h"

#include <algorithm>

#include <fmt/format.h>

#include "language/names.h"
#include "mail/address.h"
#include "mail/utf8.h"

namespace spillway::language {
namespace {

constexpr std::size_t longest_subject = 200;
constexpr std::size_t longest_notice = 64 * 1024;

policy::Template template_of(std::string_view text, const Place& place, std::size_t longest) {
    if (text.size() > longest)
        throw Mistake(place,
                      fmt::format("the text has {} bytes, {} are allowed", text.size(), longest));
    if (!mail::is_utf8(text)) throw Mistake(place, "the text is not UTF-8");
    auto parsed = policy::Template::parse(text, policy::variable_names.size());
    if (!parsed) throw Mistake(place, parsed.error());
    if (parsed->uses(policy::Variable::abuse_id))
        throw Mistake(place, "%{abuse-id} is known in header fields only");
    return *std::move(parsed);
}

void read_from(Arguments& args, policy::NoticeForm& form) {
    const Word& address = args.take("an address");
    const bool fits =
        address.text.find('@') != std::string::npos && mail::is_plain_address(address.text);
    if (!fits)
        throw Mistake(address.place, fmt::format("expected an address such as limits@a.example, "
                                                 "got \"{}\"",
                                                 address.text));
    form.from = address.text;
}

void read_subject(Arguments& args, policy::NoticeForm& form) {
    const Word& subject = args.take("a text");
    const bool controls =
        std::ranges::any_of(subject.text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (controls) throw Mistake(subject.place, "a subject is one line");
    form.subject = template_of(subject.text, subject.place, longest_subject);
}

}  // namespace

void read_notice_words(Arguments& args, NoticeWords& words) {
    const std::string& name = args.line().verb.text;
    if (name == "notice-from") return read_from(args, words.form);
    if (name == "notice-subject") return read_subject(args, words.form);
    if (args.take_if("file")) {
        words.text_file = args.take("a file name");
        return;
    }
    const Word& text = args.take("a text, or file and a file's name");
    words.form.text = template_of(text.text, text.place, longest_notice);
}

policy::NoticeForm notice_form(const NoticeWords& words, const Files& files,
                               const std::string& folder) {
    policy::NoticeForm form = words.form;
    if (!words.text_file) return form;
    const std::string path = below(folder, words.text_file->text);
    const auto text = files.read(path);
    if (!text) throw Mistake(words.text_file->place, fmt::format("{}: {}", path, text.error()));
    form.text = template_of(*text, {path, 1, 1}, longest_notice);
    return form;
}

}  // namespace spillway::language
