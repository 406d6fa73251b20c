// Notices as JSON by HTTP POST.
//
// Thread-safe once prepare_webhooks() was called.
#pragma once

#include <string>
#include <string_view>

#include "daemon/attempt.h"
#include "policy/notice.h"

namespace spillway::daemon {

// Makes the HTTP library ready; call it before threads start.
void prepare_webhooks();

// What is posted: the fields of a notice under the names in spillwayd(8). `id` is the same at each
// try, so that a receiver can tell a repetition.
std::string webhook_json(const policy::Notice& notice, std::string_view id);

// Where a URL points, for logs: "https://hooks.example:8443". What follows, and a password before,
// is often the key to the service.
std::string place_of(const std::string& url);

// Delivered when the answer is 2xx. HTTP and HTTPS only, with certificates verified; redirects are
// not followed, for a policy names the places that are told. Answers of 4xx but 408 and 429, and of
// 3xx, are for good.
Attempt post(const std::string& url, const std::string& json, const TimeLeft& left);

}  // namespace spillway::daemon
