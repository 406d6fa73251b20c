#include "store/reader.h"

#include <new>

#include <fmt/format.h>

namespace spillway::store {

namespace {

using MakeArray = decltype(redisReplyObjectFunctions::createArray);
MakeArray make_any_array = nullptr;

// hiredis believes any length (an int before 1.0, then size_t) and allocates the array before its
// first element is there.
template <typename Length>
void* make_array(const redisReadTask* task, Length length) {
    if (static_cast<std::size_t>(length) > Reader::most_elements) return nullptr;
    return make_any_array(task, length);
}

// The functions of hiredis that make replies, but for that one.
redisReplyObjectFunctions* bounded(const redisReplyObjectFunctions& usual) {
    static redisReplyObjectFunctions functions = [&usual] {
        make_any_array = usual.createArray;
        redisReplyObjectFunctions changed = usual;
        changed.createArray = make_array;
        return changed;
    }();
    return &functions;
}

}  // namespace

Reader::Reader() : reader_(redisReaderCreate()) {
    if (!reader_) throw std::bad_alloc();
    reader_->fn = bounded(*reader_->fn);
}

void Reader::feed(std::string_view bytes) {
    unfinished_ += bytes.size();
    if (unfinished_ <= most_bytes) redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

tl::expected<Reply, std::string> Reader::next() {
    if (unfinished_ > most_bytes) return tl::make_unexpected<std::string>("a reply without end");
    void* whole = nullptr;
    if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK)
        return tl::make_unexpected(fmt::format("not a Redis reply: {}", reader_->errstr));
    if (whole != nullptr) unfinished_ = 0;
    return Reply(static_cast<redisReply*>(whole));
}

}  // namespace spillway::store
