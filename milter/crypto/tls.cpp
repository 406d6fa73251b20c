#include "crypto/tls.h"

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/socket_bio.h"

namespace spillway::crypto {

namespace {

// What OpenSSL has to say about the last call of this thread that failed. What the system refused
// comes first and is the reason; otherwise the last word is the one meant for people.
std::string last_words() {
    const unsigned long first = ERR_peek_error();
    if (ERR_SYSTEM_ERROR(first)) return std::generic_category().message(ERR_GET_REASON(first));
    const unsigned long error = ERR_peek_last_error();
    if (error == 0) return "no reason given";
    const char* reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : fmt::format("error {:x}", error);
}

[[noreturn]] void refuse(std::string_view what, const std::string& file) {
    throw std::runtime_error(fmt::format("{} {}: {}", what, file, last_words()));
}

void load_authorities(SSL_CTX* context, const std::string& file) {
    if (!file.empty()) {
        if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) refuse("ca-file", file);
    } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
        throw std::runtime_error("the system's certificate authorities: " + last_words());
    }
}

void load_own_certificate(SSL_CTX* context, const TlsFiles& files) {
    if (files.cert_file.empty()) return;
    if (SSL_CTX_use_certificate_chain_file(context, files.cert_file.c_str()) != 1)
        refuse("cert-file", files.cert_file);
    const std::string& key = files.key_file.empty() ? files.cert_file : files.key_file;
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse("key-file", key);
}

// A daemon has nobody who could type a passphrase.
int no_passphrase(char*, int, int, void*) { return 0; }

bool is_ip_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> ignored;
    return inet_pton(AF_INET, name.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, name.c_str(), ignored.data()) == 1;
}

bool expect_name(SSL* stream, const std::string& name) {
    if (is_ip_address(name))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream), name.c_str()) == 1;
    SSL_set_hostflags(stream, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // RFC 6066 section 3: a server name is a host's name, never an address.
    return SSL_set1_host(stream, name.c_str()) == 1 &&
           SSL_set_tlsext_host_name(stream, name.c_str()) == 1;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

void TlsStream::Free::operator()(ssl_st* stream) const { SSL_free(stream); }

TlsContext::TlsContext(const TlsFiles& files) {
    ERR_clear_error();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) throw std::runtime_error("TLS: " + last_words());
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    // A write may take a part, and its rest may have moved when it is written again.
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(context_.get(), no_passphrase);
    load_authorities(context_.get(), files.ca_file);
    load_own_certificate(context_.get(), files);
}

tl::expected<TlsStream, std::string> TlsStream::on(int fd, const TlsContext& context,
                                                   const std::string& name) {
    ERR_clear_error();
    TlsStream stream(SSL_new(context.context_.get()));
    BIO* bio = stream.stream_ ? new_socket_bio(fd) : nullptr;
    if (bio == nullptr) throw std::bad_alloc();
    SSL_set_bio(stream.stream_.get(), bio, bio);
    SSL_set_connect_state(stream.stream_.get());
    if (expect_name(stream.stream_.get(), name)) return stream;
    return tl::make_unexpected(fmt::format("TLS: \"{}\" cannot stand in a certificate", name));
}

Progress TlsStream::handshake() {
    ERR_clear_error();
    errno = 0;
    return progress(SSL_do_handshake(stream_.get()), 0);
}

Progress TlsStream::read(char* to, std::size_t most) {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int result = SSL_read_ex(stream_.get(), to, most, &got);
    return progress(result, got);
}

Progress TlsStream::write(std::string_view bytes) {
    ERR_clear_error();
    errno = 0;
    std::size_t sent = 0;
    const int result = SSL_write_ex(stream_.get(), bytes.data(), bytes.size(), &sent);
    return progress(result, sent);
}

bool TlsStream::has_pending() const { return SSL_has_pending(stream_.get()) == 1; }

Progress TlsStream::progress(int result, std::size_t bytes) const {
    using enum Progress::Is;
    if (result == 1) return {.is = done, .bytes = bytes, .why = ""};
    const int error = errno;
    const int reason = SSL_get_error(stream_.get(), result);
    switch (reason) {
        case SSL_ERROR_WANT_READ:
            return {.is = want_read, .bytes = 0, .why = ""};
        case SSL_ERROR_WANT_WRITE:
            return {.is = want_write, .bytes = 0, .why = ""};
        case SSL_ERROR_ZERO_RETURN:
            return {.is = closed, .bytes = 0, .why = ""};
        default:
            break;
    }
    // Many servers just close their socket, without the farewell of RFC 8446 section 6.1.
    const bool ended = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (ended || (reason == SSL_ERROR_SYSCALL && error == 0))
        return {.is = closed, .bytes = 0, .why = ""};
    return {.is = failed, .bytes = 0, .why = why_failed(reason, error)};
}

std::string TlsStream::why_failed(int reason, int error) const {
    if (reason == SSL_ERROR_SYSCALL) return std::generic_category().message(error);
    const long verdict = SSL_get_verify_result(stream_.get());
    if (verdict != X509_V_OK)
        return fmt::format("TLS: the certificate is not accepted: {}",
                           X509_verify_cert_error_string(verdict));
    return "TLS: " + last_words();
}

}  // namespace spillway::crypto
