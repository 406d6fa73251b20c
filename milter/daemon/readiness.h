// Telling the service manager how we are: sd_notify(3) without its library.
#pragma once

#include <string>

namespace spillway::daemon {

// Sends "READY=1", "STOPPING=1" or "STATUS=..." to $NOTIFY_SOCKET; nothing when that is not set. A
// message that cannot be delivered is lost on purpose: mail matters more than the manager's view.
void tell_manager(const std::string& state);

}  // namespace spillway::daemon
