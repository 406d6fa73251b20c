// The input as an envelope argument, as a domain, and as the value and the name of a From field.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mail/address.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);

    const Address address = envelope_address(text);
    if (address.empty() && !text.empty() && text != "<>")
        std::abort();  // taken for the null sender
    if (normal_domain(address.domain) != address.domain) std::abort();

    const std::string domain = normal_domain(text);
    if (normal_domain(domain) != domain) std::abort();

    // Somebody or nobody, but never no answer; and a domain is normal or missing.
    const auto found = authors({{"From", text}});
    if (found.empty()) std::abort();
    for (const Address& author : found)
        if (author.empty() ? false : author.domain.empty()) std::abort();
    if (authors({{"From", "ann@own.example"}, {"From", text}}).back() != Address{}) std::abort();
    authors({{text, "ann@own.example"}, {"X", text}});
    return 0;
}
