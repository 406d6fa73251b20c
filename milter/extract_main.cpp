// spillway-extract: reads documents for spillwayd, which starts it; of no use by hand.
#include <clocale>
#include <cstdio>
#include <exception>

#include <sys/socket.h>

#include "documents/keeper.h"
#include "extract/wire.h"

namespace {

bool is_started_by_daemon() {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(spillway::extract::control_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) ==
               0 &&
           type == SOCK_SEQPACKET;
}

}  // namespace

int main() {
    if (!is_started_by_daemon()) {
        std::fputs("spillway-extract: started by spillwayd only\n", stderr);
        return 64;
    }
    // Names in archives are in UTF-8 or are made so.
    std::setlocale(LC_CTYPE, "C.UTF-8");
    try {
        spillway::documents::keep_reading();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "spillway-extract: %s\n", error.what());
        return 70;
    }
}
