#include "language/compile_reply.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "mail/utf8.h"

namespace spillway::language {
namespace {

bool is_code(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

constexpr std::size_t longest_reply = 400;

// "5.7.1": RFC 3463 section 2.
bool is_enhanced(std::string_view text) {
    int dots = 0;
    int digits = 0;
    for (const char c : text) {
        if (c == '.') {
            if (digits == 0) return false;
            ++dots;
            digits = 0;
        } else if (c >= '0' && c <= '9' && digits < 3) {
            ++digits;
        } else {
            return false;
        }
    }
    return dots == 2 && digits > 0;
}

void check_class(const Word& word, int code_class) {
    if (word.text[0] - '0' == code_class) return;
    throw Mistake(word.place,
                  fmt::format("\"{}\" is not of class {}: {}", word.text, code_class,
                              code_class == 5 ? "a rejection is final (5xx with 5.x.x)"
                                              : "a deferral is for now (4xx with 4.x.x)"));
}

}  // namespace

policy::Template take_template(const Word& word) {
    const auto bad =
        std::ranges::find_if(word.text, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
    if (bad != word.text.end()) {
        throw Mistake(word.place, "a reply is one line of printable ASCII (RFC 5321)");
    }
    if (word.text.size() > longest_reply) {
        throw Mistake(word.place, fmt::format("the text has {} characters, {} are allowed",
                                              word.text.size(), longest_reply));
    }
    return Arguments::value_of(word, policy::Template::parse(word.text));
}

policy::Template take_field_template(const Word& word) {
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(word.text, is_control) || !mail::is_utf8(word.text))
        throw Mistake(word.place, "the value of a header field is one line of UTF-8");
    if (word.text.size() > longest_reply) {
        throw Mistake(word.place, fmt::format("the value has {} bytes, {} are allowed",
                                              word.text.size(), longest_reply));
    }
    return Arguments::value_of(word, policy::Template::parse(word.text, policy::header_variables));
}

policy::TemplateReply take_reply(Arguments& args, const StandardReply& standard) {
    const int code_class = standard.code[0] - '0';
    policy::TemplateReply reply{0, std::string{standard.enhanced}, {}};
    Word text{std::string{standard.text}, args.line().verb.place, true};
    std::string code{standard.code};
    if (args.more() && !args.peek().quoted && is_code(args.peek().text)) {
        check_class(args.peek(), code_class);
        code = args.take("a code").text;
        if (args.more() && !args.peek().quoted && is_enhanced(args.peek().text)) {
            check_class(args.peek(), code_class);
            reply.enhanced = args.take("an enhanced code").text;
        }
    }
    if (args.more()) {
        if (!args.peek().quoted) {
            throw Mistake(args.peek().place,
                          fmt::format("expected [CODE [ENHANCED]] [\"TEXT\"], such as {} {} \"…\", "
                                      "got \"{}\"",
                                      standard.code, standard.enhanced, args.peek().text));
        }
        text = args.take("a text");
    }
    reply.code = std::stoi(code);
    reply.text = take_template(text);
    return reply;
}

std::string take_header_name(Arguments& args) {
    const Word& name = args.take("a header field's name");
    const bool fits = !name.text.empty() && std::ranges::all_of(name.text, [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != ':';
    });
    if (!fits) {
        throw Mistake(name.place,
                      fmt::format("\"{}\" cannot be the name of a header field", name.text));
    }
    return name.text;
}

}  // namespace spillway::language
