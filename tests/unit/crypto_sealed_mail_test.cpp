// Encrypted messages, opened with openssl(1): another program than the one that closed them.
#include "crypto/sealed_mail.h"

#include <cstdlib>

#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "unit/temp_folder.h"

namespace spillway {
namespace {

struct Desk {
    TempFolder folder;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): a test of one thread
    static int run(const std::string& command) { return std::system(command.c_str()); }

    std::string content(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(folder.file(name), std::ios::binary).rdbuf();
        return text.str();
    }
    crypto::Certificate certificate(const std::string& kind) const {
        BOOST_REQUIRE(run("cd " + folder.path() + " && openssl req -x509 -newkey " + kind +
                          " -nodes -keyout key.pem -out cert.pem -subj /CN=legal -days 2 "
                          "2>/dev/null") == 0);
        return crypto::Certificate(content("cert.pem"));
    }
    std::string opened(const std::string& sealed) const {
        std::ofstream(folder.file("sealed"), std::ios::binary) << sealed;
        BOOST_REQUIRE(run("cd " + folder.path() +
                          " && openssl cms -decrypt -binary -inform DER "
                          "-in sealed -inkey key.pem -out plain") == 0);
        return content("plain");
    }
};

BOOST_AUTO_TEST_SUITE(crypto_sealed_mail)

BOOST_AUTO_TEST_CASE(the_key_gives_every_byte_back) {
    using namespace std::string_literals;
    const Desk desk;
    const crypto::Certificate certificate = desk.certificate("rsa:2048");
    for (const std::string& message :
         {"From: a\r\n\r\nlone \r and \n and \0 and \xff"s, ""s, std::string(300'000, 'x')}) {
        const std::string sealed = certificate.sealed(message);
        BOOST_TEST((message.empty() || sealed.find(message.substr(0, 7)) == sealed.npos));
        BOOST_TEST((desk.opened(sealed) == message));
    }
}

BOOST_AUTO_TEST_CASE(keys_of_curves_are_taken_too) {
    const Desk desk;
    const auto certificate = desk.certificate("ec -pkeyopt ec_paramgen_curve:P-256");
    BOOST_TEST(desk.opened(certificate.sealed("hello")) == "hello");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_encrypted_to_is_refused_at_once) {
    const Desk desk;
    BOOST_CHECK_THROW(desk.certificate("ed25519"), std::runtime_error);
    BOOST_CHECK_THROW(crypto::Certificate("no certificate"), std::runtime_error);
    BOOST_CHECK_THROW(crypto::Certificate(""), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
