#include "letters.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

namespace spillway::bench {
namespace {

constexpr std::array<std::string_view, 64> words = {
    "the",      "order",    "we",       "have",   "sent",     "your",     "parcel",  "on",
    "Monday",   "and",      "it",       "should", "reach",    "you",      "before",  "weekend",
    "please",   "let",      "us",       "know",   "whether",  "address",  "is",      "still",
    "correct",  "because",  "driver",   "could",  "not",      "find",     "house",   "last",
    "time",     "meeting",  "minutes",  "are",    "attached", "for",      "review",  "by",
    "Thursday", "budget",   "figures",  "from",   "spring",   "quarter",  "were",    "better",
    "than",     "expected", "kitchen",  "garden", "invoice",  "number",   "paid",    "already",
    "thank",    "helping",  "customer", "with",   "question", "delivery", "weather", "café"};

// minstd is defined to the bit by the standard, so every machine sends the same message.
using Dice = std::minstd_rand;

std::string sentence(Dice& dice) {
    std::string text;
    const auto length = 6 + dice() % 9;
    for (std::uint_fast32_t i = 0; i < length; ++i) {
        if (i > 0) text += ' ';
        text += words[dice() % words.size()];
    }
    return text + ". ";
}

std::string plain_text(std::size_t bytes) {
    Dice dice(1);
    std::string text;
    while (text.size() < bytes) {
        for (auto lines = 3 + dice() % 4; lines > 0; --lines) text += sentence(dice) + "\r\n";
        text += "\r\n";
    }
    return text;
}

std::string html_text(std::size_t bytes) {
    Dice dice(2);
    std::string html =
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>News of the month</title>"
        "<style>td { font-family: sans-serif; color: #333 } .fine { font-size: 11px }</style>"
        "</head>\n<body><table width=\"600\" cellpadding=\"0\">\n";
    for (int row = 1; html.size() < bytes; ++row) {
        html += fmt::format("<tr><td style=\"padding: 12px\"><h2>Item {}</h2><p>{}<b>{}</b>{}</p>",
                            row, sentence(dice), sentence(dice), sentence(dice));
        html += fmt::format(
            "<p class=\"fine\"><a href=\"https://shop.example/item/{}?from=news\">Read&nbsp;more"
            "</a> &middot; <img src=\"https://img.example/{}.png\" "
            "alt=\"picture\"></p></td></tr>\n",
            row, row);
    }
    return html + "</table></body></html>\n";
}

std::string binary(std::size_t bytes) {
    Dice dice(3);
    std::string data(bytes, '\0');
    for (char& byte : data) byte = static_cast<char>(dice() >> 8);
    return data;
}

// RFC 2045, 6.8: lines of 76 characters.
std::string base64(std::string_view data) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve(data.size() / 57 * 78 + 80);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const std::string_view three = data.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            text += k > three.size() ? '=' : digits[bits >> (18 - 6 * k) & 63];
        if (i % 57 == 54) text += "\r\n";
    }
    return text + "\r\n";
}

std::string part(std::string_view type, std::string_view encoding, std::string_view content) {
    return fmt::format(
        "--=_bench\r\nContent-Type: {}\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n", type,
        encoding, content);
}

std::string body_of(Kind kind) {
    if (kind == Kind::text) return plain_text(1000);
    if (kind == Kind::html)
        return part("text/plain; charset=utf-8", "8bit", plain_text(4000)) +
               part("text/html; charset=utf-8", "base64", base64(html_text(33000))) +
               "--=_bench--\r\n";
    return part("text/plain; charset=utf-8", "8bit", plain_text(1000)) +
           part("application/pdf; name=\"plan.pdf\"", "base64", base64(binary(3'650'000))) +
           "--=_bench--\r\n";
}

std::string_view content_type(Kind kind) {
    if (kind == Kind::text) return "text/plain; charset=utf-8";
    if (kind == Kind::html) return "multipart/alternative; boundary=\"=_bench\"";
    return "multipart/mixed; boundary=\"=_bench\"";
}

}  // namespace

Envelope envelope(long number, long domains) {
    const long domain = number * 7919 % domains;
    const std::string user = fmt::format("user{}@customer{}.example", number % 5, domain);
    Envelope made{user, user, {}, fmt::format("{:012X}", 0x4B0000000L + number)};
    for (long i = 0; i < 2 + number % 2; ++i)
        made.recipients.push_back(fmt::format("reader{}@dest{}.example", number + i, i));
    return made;
}

Letter letter(Kind kind) {
    return {{{"Received",
              "from [192.0.2.77] (laptop.home.example [192.0.2.77])\n\t"
              "(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n\t"
              "key-exchange X25519 server-signature RSA-PSS (2048 bits))\n\t"
              "(No client certificate requested)\n\tby mx.provider.example (Postfix) with ESMTPSA"},
             {"MIME-Version", "1.0"},
             {"Content-Type", std::string(content_type(kind))},
             {"Content-Transfer-Encoding", "8bit"},
             {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Thunderbird/115.3.1"},
             {"Content-Language", "en-GB"},
             {"X-Priority", "3 (Normal)"},
             {"X-Mailer", "Shop Desk 4.2"},
             {"In-Reply-To", "<8d5e1f1c-5a41@dest0.example>"},
             {"References", "<7a0c@customer1.example>\n\t<8d5e1f1c-5a41@dest0.example>"},
             {"List-Unsubscribe", "<mailto:leave@customer1.example>"},
             {"Organization", "Customer and Daughters"},
             {"Importance", "Normal"}},
            body_of(kind)};
}

std::vector<std::pair<std::string, std::string>> own_headers(const Envelope& envelope) {
    std::string to;
    for (const std::string& recipient : envelope.recipients)
        to += fmt::format("{}\"Dear Reader\" <{}>", to.empty() ? "" : ",\n\t", recipient);
    return {{"Date", "Mon, 23 Nov 2026 12:00:00 +1300"},
            {"From", fmt::format("\"Ann Example\" <{}>", envelope.sender)},
            {"To", to},
            {"Subject",
             fmt::format("Your order {} =?utf-8?Q?caf=C3=A9?= and the minutes", envelope.queue_id)},
            {"Message-ID", fmt::format("<{}.bench@{}>", envelope.queue_id,
                                       envelope.sender.substr(envelope.sender.find('@') + 1))}};
}

}  // namespace spillway::bench
