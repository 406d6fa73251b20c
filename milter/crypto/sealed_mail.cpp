#include "crypto/sealed_mail.h"

#include <limits>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace spillway::crypto {
namespace {

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeCms {
    void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};
// Its certificates belong to others.
struct FreeStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

[[noreturn]] void fail(const char* what) {
    ERR_clear_error();
    throw std::runtime_error(what);
}

Bio bio_of(std::string_view bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        fail("the message is too large to be encrypted");
    return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string text_of(BIO* bio) {
    char* start = nullptr;
    const long size = BIO_get_mem_data(bio, &start);
    return {start, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate::Certificate(std::string_view pem) {
    const Bio bio = bio_of(pem);
    certificate_.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    if (!certificate_) fail("there is no certificate in it");
    sealed("");  // its key may be of a kind that only signs
}

std::string Certificate::sealed(std::string_view message) const {
    const std::unique_ptr<STACK_OF(X509), FreeStack> recipients(sk_X509_new_null());
    const Bio plain = bio_of(message);
    const Bio sealed(BIO_new(BIO_s_mem()));
    if (!recipients || !plain || !sealed || sk_X509_push(recipients.get(), certificate_.get()) < 1)
        throw std::bad_alloc();
    const std::unique_ptr<CMS_ContentInfo, FreeCms> cms(
        CMS_encrypt(recipients.get(), plain.get(), EVP_aes_256_cbc(), CMS_BINARY));
    if (!cms || i2d_CMS_bio(sealed.get(), cms.get()) != 1)
        fail("the certificate's key cannot be encrypted to");
    return text_of(sealed.get());
}

}  // namespace spillway::crypto
