// Messages encrypted to a certificate, so that only the holder of its key can read them.
//
// CMS EnvelopedData (RFC 5652 section 6) in DER, AES-256-CBC: `openssl cms -decrypt -inform DER
// -binary -inkey KEY` gives the bytes back. Encryption proves nothing about who encrypted.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct x509_st;

namespace spillway::crypto {

// An X.509 certificate in PEM. Immutable, so any number of threads may use it.
class Certificate {
  public:
    // Throws std::runtime_error when the text holds none, or one whose key cannot be encrypted to.
    explicit Certificate(std::string_view pem);

    std::string sealed(std::string_view message) const;

  private:
    std::shared_ptr<x509_st> certificate_;
};

}  // namespace spillway::crypto
