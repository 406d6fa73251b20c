#include "store/connection.h"

#include <array>

#include <fmt/format.h>

namespace spillway::store {

void append_command(std::string& bytes, const Words& words) {
    fmt::format_to(std::back_inserter(bytes), "*{}\r\n", words.size());
    for (const std::string& word : words) {
        fmt::format_to(std::back_inserter(bytes), "${}\r\n", word.size());
        bytes.append(word).append("\r\n");
    }
}

tl::expected<std::unique_ptr<Connection>, Failure> Connection::open(
    const std::vector<Address>& addresses, Deadline deadline, const TlsEnd* tls) {
    auto stream = Stream::open(addresses, tls, deadline);
    if (!stream) return tl::make_unexpected(stream.error());
    return std::unique_ptr<Connection>(new Connection(*std::move(stream)));
}

tl::expected<Reply, Failure> Connection::call(const Words& words, Deadline deadline) {
    std::string command;
    append_command(command, words);
    auto replies = exchange(command, 1, deadline);
    if (!replies) return tl::make_unexpected(replies.error());
    return std::move(replies->front());
}

tl::expected<std::vector<Reply>, Failure> Connection::exchange(std::string_view commands,
                                                               std::size_t count,
                                                               Deadline deadline) {
    usable_ = false;  // until all replies are there
    if (const auto sent = stream_.write(commands, deadline); !sent)
        return tl::make_unexpected(sent.error());
    std::vector<Reply> replies;
    replies.reserve(count);
    while (replies.size() < count) {
        auto reply = receive(deadline);
        if (!reply) return tl::make_unexpected(reply.error());
        replies.push_back(*std::move(reply));
    }
    usable_ = true;
    return replies;
}

tl::expected<Reply, Failure> Connection::receive(Deadline deadline) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto reply = reader_.next();
        if (!reply) return tl::make_unexpected(Failure{reply.error()});
        if (*reply) return *std::move(reply);
        const auto got = stream_.read(buffer.data(), buffer.size(), deadline);
        if (!got) return tl::make_unexpected(got.error());
        reader_.feed({buffer.data(), *got});
    }
}

}  // namespace spillway::store
