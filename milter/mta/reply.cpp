#include "mta/reply.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace spillway::mta {
namespace {

constexpr std::size_t line_octets = 512;     // with code, blanks and CRLF
constexpr std::size_t escaped_octets = 980;  // libmilter's own bound, before % is undone

struct Generic {
    char digit;
    int code;
    const char* enhanced;
    const char* text;
};

constexpr Generic generic(ReplyClass wanted) {
    if (wanted == ReplyClass::defer) return {'4', 451, "4.7.1", "Deferred by policy"};
    return {'5', 550, "5.7.1", "Refused by policy"};
}

bool is_number(std::string_view text, std::size_t most_digits) {
    return !text.empty() && text.size() <= most_digits &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// class "." subject "." detail (RFC 3463 section 2)
bool is_enhanced(std::string_view text, char digit) {
    if (text.size() < 5 || text[0] != digit || text[1] != '.') return false;
    const std::string_view rest = text.substr(2);
    const auto dot = rest.find('.');
    return dot != std::string_view::npos && is_number(rest.substr(0, dot), 3) &&
           is_number(rest.substr(dot + 1), 3);
}

bool is_of_class(const policy::Reply& reply, char digit) {
    const int first = digit - '0';
    return reply.code / 100 == first && is_enhanced(reply.enhanced, digit);
}

std::string printable(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c < ' ' || c > '~') c = '?';
    return result;
}

std::string_view bounded(std::string_view text, std::size_t most) {
    text = text.substr(0, most);
    std::size_t escaped = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        escaped += text[i] == '%' ? 2 : 1;
        if (escaped > escaped_octets) return text.substr(0, i);
    }
    return text;
}

}  // namespace

std::string percent_escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) result.append(c == '%' ? 2 : 1, c);
    return result;
}

WireReply wire_reply(const policy::Reply& reply, ReplyClass wanted) {
    const Generic fallback = generic(wanted);
    WireReply wire{fmt::to_string(reply.code), reply.enhanced, ""};
    if (!is_of_class(reply, fallback.digit))
        wire = {fmt::to_string(fallback.code), fallback.enhanced, ""};
    const std::string text = printable(reply.text.empty() ? fallback.text : reply.text);
    const std::size_t frame = wire.code.size() + wire.enhanced.size() + 4;  // two blanks, CRLF
    wire.text = percent_escaped(bounded(text, line_octets - frame));
    return wire;
}

}  // namespace spillway::mta
