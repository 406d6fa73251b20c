// A notice as a policy would make it, for a test to change what it is about.
#pragma once

#include "policy/notice.h"

namespace spillway {

inline policy::Notice a_notice() {
    policy::Notice notice;
    notice.limit = "domain-hour";
    notice.scope = "domain";
    notice.who = "customer.example";
    notice.account = "acme";
    notice.user = "ann@customer.example";
    notice.domain = "customer.example";
    notice.sender = "bounce@customer.example";
    notice.queue_id = "4XYZ";
    notice.percent = 80;
    notice.used = 400;
    notice.max = 500;
    notice.unit = "recipients";
    notice.window = "1h";
    notice.at = limits::Time(std::chrono::milliseconds(1795392000000));  // 2026-11-23 00:00 UTC
    notice.zone = "UTC";
    notice.to = {"postmaster"};
    return notice;
}

}  // namespace spillway
