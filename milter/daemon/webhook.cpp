#include "daemon/webhook.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include <curl/curl.h>
#include <date/date.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace spillway::daemon {

namespace {

constexpr std::size_t longest_answer = 64 * 1024;

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const { curl_free(text); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using Fields = std::unique_ptr<curl_slist, FreeList>;
using Url = std::unique_ptr<CURLU, FreeUrl>;

template <typename Owner>
Owner owned(typename Owner::pointer handle) {
    if (handle == nullptr) throw std::bad_alloc();
    return Owner(handle);
}

// Answers are thrown away, and one without end is cut off.
std::size_t take_answer(char* /*bytes*/, std::size_t size, std::size_t count, void* taken) {
    auto& sum = *static_cast<std::size_t*>(taken);
    sum += size * count;
    return sum > longest_answer ? 0 : size * count;
}

Fields fields() {
    curl_slist* list = nullptr;
    for (const char* field : {"Content-Type: application/json", "Expect:"})
        list = curl_slist_append(list, field);
    return owned<Fields>(list);
}

std::string part_of(const Url& url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return "";
    return std::unique_ptr<char, FreeText>(text).get();
}

std::string time_text(limits::Time time) {
    return date::format("%FT%TZ", std::chrono::floor<std::chrono::seconds>(time));
}

// One transfer, with the memory that the library keeps pointers to.
class Post {
  public:
    Post(const std::string& url, const std::string& json) {
        CURL* const easy = easy_.get();
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, json.data());
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields_.get());
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "spillway/" SPILLWAY_VERSION);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &taken_);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_multi_add_handle(multi_.get(), easy);
    }
    ~Post() { curl_multi_remove_handle(multi_.get(), easy_.get()); }
    Post(const Post&) = delete;
    Post& operator=(const Post&) = delete;

    Attempt run(const TimeLeft& left) {
        for (;;) {
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            if (running == 0) return outcome();
            const auto time = std::min(left(), longest_wait);
            if (time <= time.zero()) return tl::unexpected(Undelivered{.why = "no answer in time"});
            curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(time.count()), nullptr);
        }
    }

  private:
    Attempt outcome() {
        int others = 0;
        const CURLMsg* const message = curl_multi_info_read(multi_.get(), &others);
        if (message == nullptr) return tl::unexpected(Undelivered{.why = "no answer"});
        const CURLcode code = message->data.result;
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        // What was said before an answer without end was cut off counts.
        if (code != CURLE_OK && (code != CURLE_WRITE_ERROR || status == 0))
            return tl::unexpected(failed(code));
        if (status >= 200 && status < 300) return {};
        const bool later = status >= 500 || status == 408 || status == 429;
        return tl::unexpected(
            Undelivered{.why = fmt::format("answered {}", status), .for_good = !later});
    }
    Undelivered failed(CURLcode code) const {
        const bool for_good = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
        return {.why = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code),
                .for_good = for_good};
    }

    Fields fields_ = fields();
    std::array<char, CURL_ERROR_SIZE> error_{};
    std::size_t taken_ = 0;
    Easy easy_ = owned<Easy>(curl_easy_init());
    Multi multi_ = owned<Multi>(curl_multi_init());
};

}  // namespace

void prepare_webhooks() { curl_global_init(CURL_GLOBAL_ALL); }

std::string webhook_json(const policy::Notice& notice, std::string_view id) {
    using Json = nlohmann::ordered_json;
    const Json next_free = notice.next_free ? Json(time_text(*notice.next_free)) : Json(nullptr);
    const Json object{{"id", id},
                      {"percent", notice.percent},
                      {"limit", notice.limit},
                      {"scope", notice.scope},
                      {"who", notice.who},
                      {"used", notice.used},
                      {"max", notice.max},
                      {"unit", notice.unit},
                      {"window", notice.window},
                      {"at", time_text(notice.at)},
                      {"next_free", next_free},
                      {"user", notice.user},
                      {"domain", notice.domain},
                      {"account", notice.account},
                      {"sender", notice.sender},
                      {"queue_id", notice.queue_id}};
    // Logins and senders may hold any bytes.
    return object.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string place_of(const std::string& url) {
    const Url parsed = owned<Url>(curl_url());
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "a URL";
    const std::string port = part_of(parsed, CURLUPART_PORT);
    return fmt::format("{}://{}{}{}", part_of(parsed, CURLUPART_SCHEME),
                       part_of(parsed, CURLUPART_HOST), port.empty() ? "" : ":", port);
}

Attempt post(const std::string& url, const std::string& body, const TimeLeft& left) {
    Post transfer(url, body);
    return transfer.run(left);
}

}  // namespace spillway::daemon
