// The client's side of TLS on sockets that others open, watch and close: whom to trust, and a
// stream that never blocks. Knows nothing of what is said through it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

struct ssl_ctx_st;
struct ssl_st;

namespace spillway::crypto {

// Where a TLS client finds what it shows and whom it trusts, all in PEM.
struct TlsFiles {
    std::string ca_file;    // "" trusts the authorities the system trusts
    std::string cert_file;  // with its chain; "" shows no certificate
    std::string key_file;   // "" looks for the key in cert_file
};

// How far a stream came with what it was asked for.
struct Progress {
    enum class Is {
        done,        // `bytes` were moved, at least one
        want_read,   // ask again when the socket has something to read
        want_write,  // ask again when the socket takes something
        closed,      // by the other side
        failed,      // for good; `why` says what
    };
    Is is = Is::done;
    std::size_t bytes = 0;
    std::string why;
};

// Made once; any thread may open streams with it.
class TlsContext {
  public:
    // TLS 1.2 or later, and the server must prove who it is. Throws std::runtime_error that names
    // the file which cannot be used.
    explicit TlsContext(const TlsFiles& files);

  private:
    friend class TlsStream;

    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

// One connection, used by one thread at a time. Ends without a word to the other side: that would
// need the socket once more, and what is spoken here says itself where it ends.
class TlsStream {
  public:
    // On a connected, non-blocking socket that outlives this. The server's certificate must be for
    // `name`: a host's name, or an IP address, which then must stand in the certificate as such
    // (RFC 6125 section 6.4, RFC 9110 section 4.3.5). The error is about a text that is no name.
    static tl::expected<TlsStream, std::string> on(int fd, const TlsContext& context,
                                                   const std::string& name);

    Progress handshake();
    Progress read(char* to, std::size_t most);
    Progress write(std::string_view bytes);

    // Bytes that were decrypted already: poll(2) does not know of them.
    bool has_pending() const;

  private:
    struct Free {
        void operator()(ssl_st* stream) const;
    };
    explicit TlsStream(ssl_st* stream) : stream_(stream) {}
    Progress progress(int result, std::size_t bytes) const;
    std::string why_failed(int reason, int error) const;

    std::unique_ptr<ssl_st, Free> stream_;
};

}  // namespace spillway::crypto
