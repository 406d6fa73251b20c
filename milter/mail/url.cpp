#include "mail/url.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

#include "mail/address.h"
#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/text.h"
#include "mail/transfer.h"

namespace spillway::mail {
namespace {

struct FreeIdn {
    void operator()(char* text) const { idn2_free(text); }
};

constexpr std::array<std::string_view, 5> with_host{"ftp", "http", "https", "ws", "wss"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// Section 4.1 of the URL standard: controls and blanks around, tabs and line ends within.
std::string stripped(std::string_view link) {
    const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!link.empty() && is_edge(link.front())) link.remove_prefix(1);
    while (!link.empty() && is_edge(link.back())) link.remove_suffix(1);
    std::string text(link);
    std::erase_if(text, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
    return text;
}

// Without the colon; "" where none is.
std::string_view scheme_of(std::string_view link) {
    if (link.empty() || !is_letter(link.front())) return {};
    const std::size_t end =
        static_cast<std::size_t>(std::ranges::find_if_not(link,
                                                          [](char c) {
                                                              return is_letter(c) || is_digit(c) ||
                                                                     c == '+' || c == '-' ||
                                                                     c == '.';
                                                          }) -
                                 link.begin());
    return end < link.size() && link[end] == ':' ? link.substr(0, end) : std::string_view();
}

// A number of the IPv4 parser: hexadecimal with 0x, octal with 0, else decimal.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t number = 0;
    if (text.empty()) return base == 16 ? std::optional<std::uint64_t>(0) : std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// Up to four numbers, of which the last fills what the others leave; "" when the host is a name.
std::string ipv4_with_dots(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    std::uint64_t address = 0;
    for (int left = 4; left > 0; --left) {
        const std::size_t dot = host.find('.');
        const auto number = ipv4_number(host.substr(0, dot));
        if (!number) return {};
        if (dot == host.npos) {
            if (*number >= (1ULL << (8U * static_cast<unsigned>(left)))) return {};
            address |= *number;
            return std::to_string(address >> 24U) + '.' + std::to_string(address >> 16U & 255U) +
                   '.' + std::to_string(address >> 8U & 255U) + '.' +
                   std::to_string(address & 255U);
        }
        if (*number > 255) return {};
        address |= *number << (8U * static_cast<unsigned>(left - 1));
        host.remove_prefix(dot + 1);
    }
    return {};
}

std::string host_as_asked(std::string_view written) {
    const std::string host = percent_decoded(written);
    if (host.starts_with('[')) return lower(host);
    const std::string domain = normal_domain(readable(host));
    const std::string& name = domain.empty() ? host : domain;
    const std::string numbers = ipv4_with_dots(name);
    return numbers.empty() ? lower(name) : numbers;
}

std::string in_u_labels(const std::string& host) {
    if (host.find("xn--") == host.npos) return host;
    char* result = nullptr;
    const int status = idn2_to_unicode_8z8z(host.c_str(), &result, 0);
    const std::unique_ptr<char, FreeIdn> owned(result);
    return status == IDN2_OK && result != nullptr ? std::string(result) : host;
}

struct Url {
    std::string before_host;  // "https://user@"
    std::string host;
    std::string after_host;  // ":8080/path?query"
};

// Of schemes without a host all stands in `before_host`.
Url parsed(std::string link) {
    if (link.starts_with("//") || link.starts_with("\\\\")) link.insert(0, "http:");
    if (lower(link.substr(0, 4)) == "www.") link.insert(0, "http://");
    const std::string scheme = lower(scheme_of(link));
    if (std::ranges::find(with_host, scheme) == with_host.end()) {
        if (!scheme.empty()) link.replace(0, scheme.size(), scheme);
        return {std::move(link), "", ""};
    }
    const std::size_t path_marks = std::min(link.find_first_of("?#"), link.size());
    std::replace(link.begin(), link.begin() + static_cast<std::ptrdiff_t>(path_marks), '\\', '/');
    const std::size_t begin = std::min(link.find_first_not_of('/', scheme.size() + 1), link.size());
    const std::size_t end = std::min(link.find_first_of("/?#", begin), link.size());
    const std::string_view authority = std::string_view(link).substr(begin, end - begin);
    const std::size_t at = authority.rfind('@');
    const std::size_t host_begin = at == authority.npos ? 0 : at + 1;
    std::size_t port = authority.rfind(':');
    const std::size_t bracket = authority.rfind(']');
    if (port == authority.npos || port < host_begin ||
        (bracket != authority.npos && bracket > port))
        port = authority.size();
    return {scheme + "://" + std::string(authority.substr(0, host_begin)),
            host_as_asked(authority.substr(host_begin, port - host_begin)),
            std::string(authority.substr(port)) + link.substr(end)};
}

}  // namespace

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        decoded += escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
                          : text[i];
        if (escape) i += 2;
    }
    return decoded;
}

std::vector<std::string> spellings_of_link(std::string_view link) {
    std::vector<std::string> spellings;
    const auto add = [&](std::string spelling) {
        if (!spelling.empty() && std::ranges::find(spellings, spelling) == spellings.end())
            spellings.push_back(std::move(spelling));
    };
    const Url url = parsed(stripped(link));
    for (const std::string& host : {url.host, in_u_labels(url.host)}) {
        const std::string whole = url.before_host + host + url.after_host;
        add(readable(whole));
        add(readable(percent_decoded(whole)));
    }
    return spellings;
}

std::string resolved_link(std::string_view link, std::string_view base) {
    std::string clean = stripped(link);
    const std::string root = stripped(base);
    const std::size_t scheme = scheme_of(root).size();
    if (scheme == 0 || !scheme_of(clean).empty()) return clean;
    if (clean.starts_with("//")) return root.substr(0, scheme + 1) + clean;
    const std::size_t authority = root.find_first_not_of('/', scheme + 1);
    if (authority == root.npos) return clean;
    const std::size_t path = std::min(root.find_first_of("/?#", authority), root.size());
    if (clean.starts_with('/')) return root.substr(0, path) + clean;
    const std::size_t query = std::min(root.find_first_of("?#", path), root.size());
    if (clean.starts_with('?') || clean.starts_with('#')) return root.substr(0, query) + clean;
    const std::size_t folder = root.substr(0, query).rfind('/');
    if (folder == root.npos || folder < path) return root.substr(0, path) + '/' + clean;
    return root.substr(0, folder + 1) + clean;
}

std::optional<std::string> text_of_data_url(std::string_view link) {
    const std::string clean = stripped(link);
    if (clean.size() < 5 || !names_equal(clean.substr(0, 5), "data:")) return std::nullopt;
    const std::size_t comma = clean.find(',');
    if (comma == clean.npos) return std::nullopt;
    const std::string label = clean.substr(5, comma - 5);
    const ContentType content = parse_content_type(label);
    const bool is_text = content.type.empty() || content.is_under("text/") ||
                         content.type == "application/xhtml+xml" || content.type == "image/svg+xml";
    if (!is_text) return std::nullopt;
    std::string bytes = percent_decoded(std::string_view(clean).substr(comma + 1));
    if (lower(label).ends_with(";base64")) bytes = from_base64(bytes);
    const auto charsets = content.all("charset");
    return to_utf8(bytes, charsets.empty() ? "" : charsets.front());
}

}  // namespace spillway::mail
