#include "crypto/digest.h"

#include <boost/test/unit_test.hpp>

using spillway::crypto::short_digest;

BOOST_AUTO_TEST_SUITE(crypto_digest)

// The first 64 bits of the examples of FIPS 180-2, appendix B.
BOOST_AUTO_TEST_CASE(a_digest_is_the_beginning_of_sha_256) {
    BOOST_TEST(short_digest("abc") == "ba7816bf8f01cfea");
    BOOST_TEST(short_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8");
    BOOST_TEST(short_digest("") == "e3b0c44298fc1c14");
}

BOOST_AUTO_TEST_CASE(every_byte_counts) {
    using namespace std::string_literals;
    BOOST_TEST(short_digest("a\0b"s) != short_digest("a\0c"s));
}

BOOST_AUTO_TEST_SUITE_END()
