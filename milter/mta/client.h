// The other end of the SMTP connection, from what libmilter says of it.
#pragma once

#include <string_view>

#include <sys/socket.h>

#include "policy/message.h"

namespace spillway::mta {

// `address` is null when the client was gone before Postfix could look ("unknown"), and for mail
// that `sendmail -bs` reads from its standard input ("localhost").
//
// Mail from sendmail(1) and Postfix's own mail come from a loopback address with port 0
// (MILTER_README, "non-SMTP mail"): no TCP client has that port.
policy::Client client_of(std::string_view host_name, const sockaddr* address) noexcept;

}  // namespace spillway::mta
