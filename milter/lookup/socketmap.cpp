#include "lookup/socketmap.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace spillway::lookup {
namespace {

// socketmap_table(5): "The maximum ... netstring reply is 100000 characters".
constexpr std::size_t longest_reply = 100'000;
constexpr std::size_t longest_prefix = 7;  // "100000:"

tl::unexpected<Failed> failed(std::string why, bool of_place = true) {
    return tl::make_unexpected(Failed{std::move(why), of_place});
}

constexpr const char* no_netstring = "the server's reply is no netstring";

// How long the text is that begins behind the colon; nullopt while there is no colon.
tl::expected<std::optional<std::size_t>, Failed> announced(std::string_view bytes) {
    const std::size_t colon = bytes.substr(0, longest_prefix).find(':');
    const std::string_view digits = bytes.substr(0, colon);
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool wrong = error != std::errc{} || end != digits.data() + digits.size();
    if (!digits.empty() && wrong) return failed(no_netstring);
    if (colon == bytes.npos) {
        if (bytes.size() >= longest_prefix) return failed(no_netstring);
        return std::nullopt;
    }
    if (digits.empty()) return failed(no_netstring);
    if (length > longest_reply)
        return failed(fmt::format("the server's reply is longer than {} bytes", longest_reply));
    return length;
}

// Reads to the end of one netstring; bytes behind it belong to no question.
tl::expected<std::string, Failed> read_netstring(store::Stream& stream, store::Deadline deadline) {
    std::string bytes;
    std::array<char, 4096> chunk{};
    for (;;) {
        const auto length = announced(bytes);
        if (!length) return tl::make_unexpected(length.error());
        if (*length) {
            const std::size_t begin = bytes.find(':') + 1;
            const std::size_t whole = begin + **length + 1;
            if (bytes.size() > whole) return failed("the server says more than it was asked");
            if (bytes.size() == whole) {
                if (bytes.back() != ',') return failed(no_netstring);
                return bytes.substr(begin, **length);
            }
        }
        const auto got = stream.read(chunk.data(), chunk.size(), deadline);
        if (!got) return failed(got.error().why);
        bytes.append(chunk.data(), *got);
    }
}

// What a reply says: its first word, then data or a reason.
tl::expected<std::optional<std::string>, Failed> meaning_of(const std::string& reply) {
    const std::size_t blank = std::min(reply.find(' '), reply.size());
    const std::string_view word = std::string_view(reply).substr(0, blank);
    const std::string rest = blank == reply.size() ? "" : reply.substr(blank + 1);
    if (word == "OK") return rest;
    if (word == "NOTFOUND") return std::nullopt;
    constexpr std::size_t longest_reason = 200;
    if (word == "TEMP" || word == "TIMEOUT" || word == "PERM")
        return failed(fmt::format("the server says {} {}", word, rest.substr(0, longest_reason)),
                      false);
    return failed("the server's reply begins with none of OK, NOTFOUND, TEMP, TIMEOUT, PERM");
}

match::Values values_in(std::string_view text) {
    constexpr std::string_view between = " \t\r\n,";
    match::Values values;
    for (std::size_t at = text.find_first_not_of(between); at != text.npos;
         at = text.find_first_not_of(between, at)) {
        const std::size_t end = std::min(text.find_first_of(between, at), text.size());
        (void)values.add(text.substr(at, end - at));
        at = end;
    }
    return values;
}

}  // namespace

std::string netstring(std::string_view text) { return fmt::format("{}:{},", text.size(), text); }

Socketmap::Socketmap(match::SocketmapTable table, std::shared_ptr<store::Resolver> resolver)
    : table_(std::move(table)), resolver_(std::move(resolver)), idle_(most_connections) {}

tl::expected<std::unique_ptr<store::Stream>, Failed> Socketmap::open(
    store::Deadline deadline) const {
    const store::Endpoint server{table_.host, table_.port};
    const auto addresses = resolver_->find(server, deadline);
    if (!addresses) return failed(addresses.error().why);
    auto stream = store::Stream::open(*addresses, nullptr, deadline);
    if (!stream) {
        resolver_->doubt(server);
        return failed(stream.error().why);
    }
    return std::make_unique<store::Stream>(*std::move(stream));
}

// Servers close connections that were idle: then it is asked once more on a new one.
tl::expected<std::optional<std::string>, Failed> Socketmap::look_up(
    std::unique_ptr<store::Stream>& stream, std::string_view text, store::Deadline deadline) {
    const std::string request = netstring(fmt::format("{} {}", table_.table, text));
    if (stream && !stream->is_quiet()) stream.reset();
    for (bool is_used = stream != nullptr;; is_used = false) {
        if (!stream) {
            auto opened = open(deadline);
            if (!opened) return tl::make_unexpected(std::move(opened.error()));
            stream = *std::move(opened);
        }
        const auto written = stream->write(request, deadline);
        auto reply = written ? read_netstring(*stream, deadline) : failed(written.error().why);
        if (reply) {
            auto meaning = meaning_of(*reply);
            if (!meaning && meaning.error().of_place) stream.reset();
            return meaning;
        }
        stream.reset();
        if (!is_used || std::chrono::steady_clock::now() >= deadline)
            return tl::make_unexpected(std::move(reply.error()));
    }
}

Answered Socketmap::ask(const match::Question& question, store::Deadline deadline) {
    const auto place = idle_.take(deadline);
    if (!place) return failed("too many ask at the same time", false);
    if (question.map->pairs) {
        auto found = look_up(place->connection(), question.key, deadline);
        if (!found) return tl::make_unexpected(std::move(found.error()));
        return *found ? values_in(**found) : match::Values{};
    }
    match::Values values;
    for (const std::string& entry : match::entries_that_hold(question.address)) {
        const auto found = look_up(place->connection(), entry, deadline);
        if (!found) return tl::make_unexpected(found.error());
        if (*found) (void)values.add(entry);
    }
    return values;
}

}  // namespace spillway::lookup
