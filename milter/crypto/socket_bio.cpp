#include "crypto/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace spillway::crypto {

namespace {

struct FreeMethod {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool may_try_again(int error) { return error == EAGAIN || error == EINTR; }

int read_socket(BIO* bio, char* to, int most) {
    BIO_clear_retry_flags(bio);
    const ssize_t got = recv(fd_of(bio), to, static_cast<std::size_t>(most), 0);
    if (got < 0 && may_try_again(errno)) BIO_set_retry_read(bio);
    if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

int write_socket(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t sent = send(fd_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && may_try_again(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

// OpenSSL asks for a flush after each flight of a handshake, and whether the end was reached.
long control_socket(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
}

std::unique_ptr<BIO_METHOD, FreeMethod> new_method() {
    const int type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK;
    std::unique_ptr<BIO_METHOD, FreeMethod> method(BIO_meth_new(type, "socket"));
    if (!method) return nullptr;
    BIO_meth_set_read(method.get(), read_socket);
    BIO_meth_set_write(method.get(), write_socket);
    BIO_meth_set_ctrl(method.get(), control_socket);
    return method;
}

}  // namespace

BIO* new_socket_bio(int fd) {
    static const auto method = new_method();
    BIO* bio = method ? BIO_new(method.get()) : nullptr;
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace spillway::crypto
