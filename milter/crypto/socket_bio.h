// A socket as OpenSSL sees it. OpenSSL's own socket writes with write(2), which ends the process
// with SIGPIPE when the other side is gone.
#pragma once

#include <openssl/bio.h>

namespace spillway::crypto {

// Reads and writes `fd` without closing it. Null when out of memory.
BIO* new_socket_bio(int fd);

}  // namespace spillway::crypto
