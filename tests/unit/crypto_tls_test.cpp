// What TLS does without a server; conversations are in tests/store/transport_test.cpp.
#include "crypto/tls.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <boost/test/unit_test.hpp>

using namespace spillway::crypto;
using Is = Progress::Is;

namespace {

// Two ends of a connection; ours does not block.
struct Ends {
    int ours = -1;
    int theirs = -1;
    Ends() {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        ours = ends[0];
        theirs = ends[1];
        fcntl(ours, F_SETFL, O_NONBLOCK);
    }
    ~Ends() {
        close(ours);
        hang_up();
    }
    void hang_up() {
        if (theirs >= 0) close(theirs);
        theirs = -1;
    }
};

const TlsContext& any_context() {
    static const TlsContext context{TlsFiles{}};
    return context;
}

TlsStream stream_on(const Ends& ends) {
    return *TlsStream::on(ends.ours, any_context(), "redis.example");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_tls)

BOOST_AUTO_TEST_CASE(a_handshake_says_what_it_waits_for) {
    const Ends ends;
    TlsStream stream = stream_on(ends);
    BOOST_TEST((stream.handshake().is == Is::want_read));
    BOOST_TEST((stream.handshake().is == Is::want_read));
    std::array<char, 1024> hello;
    const ssize_t got = read(ends.theirs, hello.data(), hello.size());
    BOOST_TEST(got > 5);
    BOOST_TEST(hello[0] == '\x16');  // a handshake record (RFC 8446 section 5.1)
    const std::string_view bytes(hello.data(), static_cast<std::size_t>(got));
    BOOST_TEST(bytes.find("redis.example") != bytes.npos);  // RFC 6066 section 3
}

BOOST_AUTO_TEST_CASE(an_address_is_not_told_as_a_name) {
    const Ends ends;
    TlsStream stream = *TlsStream::on(ends.ours, any_context(), "192.0.2.7");
    stream.handshake();
    std::array<char, 1024> hello;
    const ssize_t got = read(ends.theirs, hello.data(), hello.size());
    BOOST_TEST(std::string_view(hello.data(), static_cast<std::size_t>(got)).find("192.0.2.7") ==
               std::string_view::npos);
}

// And no SIGPIPE, which would end this program.
BOOST_AUTO_TEST_CASE(who_hangs_up_has_closed) {
    Ends ends;
    TlsStream stream = stream_on(ends);
    BOOST_TEST((stream.handshake().is == Is::want_read));
    ends.hang_up();
    const Is end = stream.handshake().is;
    BOOST_TEST((end == Is::closed || end == Is::failed));
    TlsStream late = stream_on(ends);
    BOOST_TEST((late.handshake().is == Is::failed));
}

BOOST_AUTO_TEST_CASE(nonsense_for_an_answer_is_a_failure_in_words) {
    const Ends ends;
    TlsStream stream = stream_on(ends);
    stream.handshake();
    BOOST_TEST(write(ends.theirs, "-ERR Protocol error\r\n", 21) == 21);
    const Progress progress = stream.handshake();
    BOOST_TEST((progress.is == Is::failed));
    BOOST_TEST(progress.why.starts_with("TLS: "));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_name_is_told) {
    const Ends ends;
    const auto stream = TlsStream::on(ends.ours, any_context(), std::string(300, 'x'));
    BOOST_REQUIRE(!stream.has_value());
    BOOST_TEST(stream.error().ends_with("cannot stand in a certificate"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_named) {
    const auto message = [](const TlsFiles& files) -> std::string {
        try {
            const TlsContext context(files);
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    };
    BOOST_TEST(message({.ca_file = "/nonexistent", .cert_file = "", .key_file = ""}) ==
               "ca-file /nonexistent: No such file or directory");
    BOOST_TEST(message({.ca_file = "", .cert_file = "/nonexistent", .key_file = ""}) ==
               "cert-file /nonexistent: No such file or directory");
    BOOST_TEST(message({.ca_file = "/dev/null", .cert_file = "", .key_file = ""})
                   .starts_with("ca-file /dev/null: "));
}

BOOST_AUTO_TEST_SUITE_END()
